"""The review of a campaign 复盘: what was done of it, what it gave, and how the groups took it.

Counts come with the number of days that they are of. How they compare with the four weeks before is
told only when there were enough events on both sides; otherwise the numbers stand alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.core.ids import GroupKey
from bot.core.money import Currency
from bot.schedules.campaign_days import Occurrence, item_keys, reaches
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.settings import Settings
from bot.store.connection import Connection, Row, Value
from bot.store.db import Store
from bot.store.fields import to_micros
from bot.store.sql import Over, over

LEAST_EVENTS: Final = 30
"""Fewer of something are no ground for a ratio."""

WEEKS_BEFORE: Final = 4

_DAY: Final = timedelta(days=1)

_SLOTS: Final = over(
    "campaign text, since int, until int",
    "SELECT slot.group_key, slot.item, slot.due_at, slot.state, slot.reason FROM rows"
    " CROSS JOIN slot ON slot.campaign = rows.campaign"
    " AND slot.due_at >= rows.since AND slot.due_at < rows.until",
)

_STAFF: Final = (
    "EXISTS (SELECT 1 FROM appointment AS a"
    " WHERE a.member_id = {0}.member_id AND a.group_key IN ({0}.group_key, ''))"
)

# shift: what makes an instant local, so that a member counts once for each day of the community.
_TALK: Final = over(
    "period text, group_key text, since int, until int, shift int",
    "SELECT rows.period, count(DISTINCT i.event_key) AS replies,"
    " count(DISTINCT i.member_id) AS speakers,"
    " count(DISTINCT i.member_id || '/' || ((i.at + rows.shift) / 86400000000)) AS speaker_days"
    " FROM rows CROSS JOIN interaction AS i"
    " ON i.group_key = rows.group_key AND i.at >= rows.since AND i.at < rows.until"
    f" WHERE i.act NOT IN ('join', 'leave') AND NOT {_STAFF.format('i')} GROUP BY rows.period",
)

_CAME: Final = over(
    "period text, group_key text, since int, until int, shift int",
    "SELECT rows.period, count(*) AS joins FROM rows CROSS JOIN membership AS m"
    " ON m.group_key = rows.group_key AND m.joined_at >= rows.since AND m.joined_at < rows.until"
    " GROUP BY rows.period",
)

_WENT: Final = over(
    "period text, group_key text, since int, until int, shift int",
    "SELECT rows.period, count(*) AS leaves FROM rows CROSS JOIN membership AS m"
    " ON m.group_key = rows.group_key AND m.left_at >= rows.since AND m.left_at < rows.until"
    " GROUP BY rows.period",
)

_SEATS: Final = over(
    "campaign text",
    "SELECT s.state, count(*) AS seats, count(s.number) AS seated, count(s.arrived_at) AS arrived"
    " FROM rows CROSS JOIN campaign_seat AS s ON s.campaign = rows.campaign GROUP BY s.state",
)

_PERKS: Final = over(
    "campaign text",
    "SELECT p.perk, count(*) AS taken, count(DISTINCT p.member_id) AS people FROM rows"
    " CROSS JOIN campaign_perk AS p ON p.campaign = rows.campaign GROUP BY p.perk",
)

# A packet's money comes back when nobody takes it; what was put in and taken back is no gift.
_GIVEN: Final = over(
    "campaign text",
    "SELECT a.currency, t.reason, CAST(sum(-e.amount) AS INTEGER) AS amount, count(*) AS times"
    " FROM rows CROSS JOIN account AS a ON a.kind = 'campaign' AND a.holder = rows.campaign"
    " CROSS JOIN entry AS e ON e.account_id = a.id CROSS JOIN transfer AS t ON t.id = e.transfer_id"
    " WHERE t.reason NOT IN ('budget', 'budget_return') GROUP BY a.currency, t.reason",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A post of the run in a group: its ``state`` in the books, or empty when there is no row."""

    on: date
    at: time
    group: str
    title: str
    state: str
    reason: str

    @property
    def is_done(self) -> bool:
        """Whether members have seen it."""
        return self.state == "published"


@dataclass(frozen=True, slots=True)
class Period:
    """What happened in the groups of the campaign in so many ``days``.

    ``speaker_days`` counts each of the ``speakers`` once for every day on which he spoke.
    """

    days: int
    replies: int
    speakers: int
    speaker_days: int
    joins: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Given:
    """What a campaign gave for a reason: ``amount`` in ``times`` transfers."""

    currency: Currency
    reason: str
    amount: int
    times: int


@dataclass(frozen=True, slots=True)
class PerkCount:
    """How many of a perk were taken, by how many members."""

    name: str
    taken: int
    people: int
    quota: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who signed up, who got a seat, who came, who gave it back or left the group."""

    signed_up: int
    seated: int
    arrived: int
    gone: int
    quota: int


@dataclass(frozen=True, slots=True)
class Review:
    """All that is told of a run."""

    campaign: CampaignFile
    run: Occurrence
    posts: tuple[Outcome, ...]
    attendance: Attendance | None
    perks: tuple[PerkCount, ...]
    given: tuple[Given, ...]
    during: Period
    before: Period

    def total(self, currency: Currency) -> int:
        """All that was given in a currency."""
        return sum(given.amount for given in self.given if given.currency is currency)

    @property
    def done(self) -> int:
        """How many posts appeared."""
        return sum(post.is_done for post in self.posts)


def change_percent(count: int, days: int, count_before: int, days_before: int) -> int | None:
    """By how much a day had more than before, in percent; None when there is too little to tell."""
    if min(count, count_before) < LEAST_EVENTS or not days or not days_before:
        return None
    return round(100 * (count * days_before / (count_before * days) - 1))


async def read_review(store: Store, settings: Settings, run: Occurrence, now: datetime) -> Review:
    """The review of a run as far as it has come."""
    asks = _asks(settings, run, now)
    answers = {name: await store.read_over(query, rows) for name, (query, rows) in asks.items()}
    return _review(settings, run, now, answers)


def read_review_from(
    connection: Connection, settings: Settings, run: Occurrence, now: datetime
) -> Review:
    """``read_review`` for the command line, which only opens the database to look at it."""
    asks = _asks(settings, run, now)
    answers = {name: connection.read(query, rows) for name, (query, rows) in asks.items()}
    return _review(settings, run, now, answers)


_Ask = tuple[Over, list[tuple[Value, ...]]]


def _asks(settings: Settings, run: Occurrence, now: datetime) -> dict[str, _Ask]:
    start, end = _midnight(settings, run.first), _midnight(settings, run.last + _DAY)
    earlier = _midnight(settings, run.first - timedelta(weeks=WEEKS_BEFORE))
    shift = (start.utcoffset() or timedelta()) // timedelta(microseconds=1)
    periods: list[tuple[Value, ...]] = [
        (period, group.key, to_micros(since), to_micros(until), shift)
        for group in settings.bot.groups
        if reaches(settings, run.campaign, GroupKey(group.key))
        for period, since, until in (
            ("during", start, min(end, now)),
            ("before", earlier, start),
        )
    ]
    # clocks of groups differ by a day at most
    slots = (run.campaign, to_micros(start - _DAY), to_micros(end + _DAY))
    return {
        "slots": (_SLOTS, [slots]),
        "talk": (_TALK, periods),
        "came": (_CAME, periods),
        "went": (_WENT, periods),
        "seats": (_SEATS, [(run.key,)]),
        "perks": (_PERKS, [(run.key,)]),
        "given": (_GIVEN, [(run.key,)]),
    }


def _review(
    settings: Settings, run: Occurrence, now: datetime, answers: Mapping[str, Sequence[Row]]
) -> Review:
    campaign = settings.campaigns[run.campaign]
    end = min(now.astimezone(settings.zone).date(), run.last)
    return Review(
        campaign=campaign,
        run=run,
        posts=tuple(_outcomes(settings, run, answers["slots"])),
        attendance=_attendance(campaign, answers["seats"]),
        perks=_perks(campaign, answers["perks"]),
        given=tuple(
            Given(Currency(row["currency"]), row["reason"], row["amount"], row["times"])
            for row in sorted(answers["given"], key=lambda row: (row["currency"], row["reason"]))
        ),
        during=_period("during", max(0, (end - run.first).days + 1), answers),
        before=_period("before", WEEKS_BEFORE * 7, answers),
    )


def _outcomes(settings: Settings, run: Occurrence, rows: Iterable[Row]) -> Iterable[Outcome]:
    found = {(row["group_key"], row["item"]): row for row in rows}
    posts = settings.campaigns[run.campaign].posts
    keyed = sorted(
        zip(item_keys(run.campaign, posts), posts, strict=True),
        key=lambda pair: (pair[1].phase, pair[1].at),
    )
    for item, post in keyed:
        for group in settings.bot.groups:
            is_for = not post.groups or group.key in post.groups
            if not (group.scheduled and is_for):
                continue
            row = found.get((group.key, item))
            if row is None and not reaches(settings, run.campaign, GroupKey(group.key)):
                continue
            state, reason = ("", "") if row is None else (row["state"], row["reason"])
            yield Outcome(run.day(post.phase), post.at, group.key, post.title, state, reason)


def _attendance(campaign: CampaignFile, rows: Sequence[Row]) -> Attendance | None:
    if campaign.signup is None:
        return None
    return Attendance(
        signed_up=sum(row["seats"] for row in rows),
        seated=sum(row["seated"] for row in rows),
        arrived=sum(row["arrived"] for row in rows),
        gone=sum(row["seats"] for row in rows if row["state"] in ("cancelled", "left")),
        quota=campaign.signup.quota,
    )


def _perks(campaign: CampaignFile, rows: Sequence[Row]) -> tuple[PerkCount, ...]:
    taken = Counter({row["perk"]: row["taken"] for row in rows})
    people = Counter({row["perk"]: row["people"] for row in rows})
    return tuple(
        PerkCount(perk.name, taken[perk.key], people[perk.key], perk.quota)
        for perk in campaign.perks
    )


def _period(name: str, days: int, answers: Mapping[str, Sequence[Row]]) -> Period:
    def count(ask: str, column: str) -> int:
        return sum(row[column] for row in answers[ask] if row["period"] == name)

    return Period(
        days=days,
        replies=count("talk", "replies"),
        speakers=count("talk", "speakers"),
        speaker_days=count("talk", "speaker_days"),
        joins=count("came", "joins"),
        leaves=count("went", "leaves"),
    )


def _midnight(settings: Settings, on: date) -> datetime:
    return datetime.combine(on, time.min, settings.zone)
