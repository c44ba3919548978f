"""What the decisions about steps need to know, read for many members at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.ids import GroupKey, MemberId, UserId
from bot.members.lane import choices_of
from bot.schedules.sop.decide import Case, DueStep, Facts, GroupFacts
from bot.settings.schema.bot import Group
from bot.settings.schema.members import Act
from bot.settings.schema.sop import SopPlan, Step
from bot.settings.settings import Settings
from bot.store.connection import Row
from bot.store.db import Store
from bot.store.fields import from_micros, maybe_instant, to_micros
from bot.store.sql import over

STAY_SLACK: Final = timedelta(minutes=5)
"""A stay may be dated a little later than the event that told of it."""

POST_REACH: Final = timedelta(days=2)
"""Posts that were due earlier are too old to keep a distance from."""

_DUE: Final = (
    "SELECT * FROM sop_step WHERE state = 'waiting' AND look_at <= ? ORDER BY look_at, id LIMIT ?"
)

_PEOPLE: Final = over(
    "row_id int, member_id int, group_key text, realm text, began_at int",
    "SELECT rows.row_id AS row_id, m.name AS name, i.user_id AS user_id, m.blocked_at,"
    " m.impersonal_since, m.unsubscribed_since, m.stepped_out_since,"
    " CASE WHEN EXISTS (SELECT 1 FROM membership AS s WHERE s.group_key = rows.group_key"
    "  AND s.member_id = rows.member_id AND s.left_at IS NULL"
    "  AND (s.joined_at IS NULL OR s.joined_at <= rows.began_at)) THEN 1 ELSE 0 END AS present,"
    " CASE WHEN EXISTS (SELECT 1 FROM appointment AS a WHERE a.member_id = rows.member_id"
    "  AND a.group_key IN ('', rows.group_key)) THEN 1 ELSE 0 END AS staff,"
    " CASE WHEN EXISTS (SELECT 1 FROM sop_step AS t WHERE t.member_id = rows.member_id"
    "  AND t.state = 'sent' AND t.sent_on = ?) THEN 1 ELSE 0 END AS told_today"
    " FROM rows CROSS JOIN member AS m ON m.id = rows.member_id"
    " LEFT JOIN identity AS i ON i.member_id = rows.member_id AND i.realm = rows.realm",
)

_TAGS: Final = over(
    "member_id int",
    "SELECT DISTINCT t.member_id AS member_id, t.tag AS tag FROM rows"
    " CROSS JOIN member_tag AS t ON t.member_id = rows.member_id"
    " WHERE t.expires_at IS NULL OR t.expires_at > ?",
)

_DID: Final = over(
    "row_id int, member_id int, act text, since int",
    "SELECT rows.row_id AS row_id, rows.act AS act FROM rows WHERE EXISTS ("
    "SELECT 1 FROM interaction AS i WHERE i.member_id = rows.member_id AND i.act = rows.act"
    " AND i.at > rows.since)",
)

_DID_ANYTHING: Final = over(
    "row_id int, member_id int, since int",
    "SELECT rows.row_id AS row_id FROM rows WHERE EXISTS ("
    "SELECT 1 FROM interaction AS i WHERE i.member_id = rows.member_id"
    " AND i.act NOT IN ('join', 'leave') AND i.at > rows.since)",
)

_GROUPS: Final = over(
    "group_key text, low int, high int",
    "SELECT rows.group_key AS group_key,"
    " (SELECT g.paused_at FROM community_group AS g WHERE g.key = rows.group_key) AS paused_at,"
    " (SELECT max(s.decided_at) FROM sop_step AS s WHERE s.group_key = rows.group_key"
    "  AND s.place = 'group' AND s.decided_at > rows.low AND s.decided_at < rows.high)"
    " AS called_at,"
    " (SELECT max(p.posted_at) FROM slot AS p WHERE p.group_key = rows.group_key"
    "  AND p.due_at > ? AND p.posted_at > rows.low AND p.posted_at < rows.high)"
    " AS posted_at FROM rows",
)

_FIGURES: Final = over(
    "row_id int, member_id int, holder text, since int",
    "SELECT rows.row_id AS row_id,"
    " (SELECT count(*) FROM interaction AS i WHERE i.member_id = rows.member_id"
    "  AND i.act = 'checkin' AND i.at > rows.since) AS checkins,"
    " (SELECT count(*) FROM interaction AS i WHERE i.member_id = rows.member_id"
    "  AND i.act = 'message' AND i.at > rows.since) AS talks,"
    " coalesce((SELECT a.balance FROM account AS a WHERE a.currency = 'points'"
    "  AND a.kind = 'member' AND a.holder = rows.holder), 0) AS points FROM rows",
)

Meant = tuple[DueStep, SopPlan, Step, Group, str]
"""A row, what it is about, and the realm in which its group's members have their ids."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a member did since his plan began; ``points`` is what he has now."""

    checkins: int
    talks: int
    points: int


async def read_due(store: Store, now: datetime, limit: int) -> list[DueStep]:
    """The rows that are to be looked at by ``now``, those that have waited longest first."""
    rows = await store.read(_DUE, [to_micros(now), limit])
    return [
        DueStep(
            row_id=row["id"],
            plan=row["plan"],
            step=row["step"],
            member_id=MemberId(row["member_id"]),
            occurrence=row["occurrence"],
            group_key=GroupKey(row["group_key"]),
            began_at=from_micros(row["began_at"]),
            due_at=from_micros(row["due_at"]),
            look_at=from_micros(row["look_at"]),
            reason=row["reason"],
        )
        for row in rows
    ]


async def read_cases(
    store: Store, settings: Settings, meant: Sequence[Meant], now: datetime
) -> list[Case]:
    """``meant`` with what is known of their members now."""
    today = now.astimezone(settings.zone).date().isoformat()
    people = await store.read_over(
        _PEOPLE,
        [
            (
                row.row_id,
                row.member_id,
                row.group_key,
                realm,
                to_micros(row.began_at + STAY_SLACK),
            )
            for row, _, _, _, realm in meant
        ],
        today,
    )
    known = {row["row_id"]: row for row in people}
    tags = await _read_tags(store, meant, now)
    acts = await _read_acts(store, meant)
    active, talked = await _read_talk(store, meant, now)
    return [
        Case(
            row,
            plan,
            step,
            group,
            _facts(
                known[row.row_id],
                tags[row.member_id],
                acts[row.row_id],
                silent=row.row_id not in active,
                talked=row.row_id in talked,
            ),
        )
        for row, plan, step, group, _ in meant
    ]


async def read_groups(
    store: Store, keys: Collection[GroupKey], now: datetime, gap: timedelta
) -> dict[GroupKey, GroupFacts]:
    """Whether groups are paused, and when the bot spoke there within ``gap`` of ``now``."""
    near = (to_micros(now - gap), to_micros(now + gap))
    asked = [(key, *near) for key in sorted(keys)]
    rows = await store.read_over(_GROUPS, asked, to_micros(now - POST_REACH))
    return {
        GroupKey(row["group_key"]): GroupFacts(
            paused=row["paused_at"] is not None,
            spoken_at=maybe_instant(
                max(filter(None, (row["called_at"], row["posted_at"])), default=None)
            ),
        )
        for row in rows
    }


async def read_figures(store: Store, rows: Iterable[DueStep]) -> dict[int, Figures]:
    """What the members of ``rows`` did since their plans began, by the rows' ids."""
    asked = [
        (row.row_id, row.member_id, str(row.member_id), to_micros(row.began_at)) for row in rows
    ]
    found = await store.read_over(_FIGURES, asked)
    return {row["row_id"]: Figures(row["checkins"], row["talks"], row["points"]) for row in found}


async def _read_tags(
    store: Store, meant: Iterable[Meant], now: datetime
) -> Mapping[MemberId, set[str]]:
    asked = {row.member_id for row, _, step, _, _ in meant if step.tags or step.unless_tags}
    held: dict[MemberId, set[str]] = defaultdict(set)
    rows = [(member_id,) for member_id in sorted(asked)]
    for row in await store.read_over(_TAGS, rows, to_micros(now)):
        held[MemberId(row["member_id"])].add(row["tag"])
    return held


async def _read_acts(store: Store, meant: Iterable[Meant]) -> Mapping[int, set[Act]]:
    asked = [
        (row.row_id, row.member_id, str(act), to_micros(row.began_at))
        for row, _, step, _, _ in meant
        for act in step.stop_if
    ]
    done: dict[int, set[Act]] = defaultdict(set)
    for row in await store.read_over(_DID, asked):
        done[row["row_id"]].add(Act(row["act"]))
    return done


async def _read_talk(
    store: Store, meant: Iterable[Meant], now: datetime
) -> tuple[set[int], set[int]]:
    """The rows whose members did anything, and those whose members wrote something."""
    looks = [(row, step.only_if, to_micros(_since(row, step, now))) for row, _, step, _, _ in meant]
    anything = [(row.row_id, row.member_id, at) for row, want, at in looks if want == "silent"]
    words = [
        (row.row_id, row.member_id, str(Act.MESSAGE), at)
        for row, want, at in looks
        if want == "talked"
    ]
    active = {row["row_id"] for row in await store.read_over(_DID_ANYTHING, anything)}
    talked = {row["row_id"] for row in await store.read_over(_DID, words)}
    return active, talked


def _since(row: DueStep, step: Step, now: datetime) -> datetime:
    """From when on ``only_if`` looks."""
    return now - timedelta(days=step.within_days) if step.within_days else row.began_at


def _facts(
    person: Row, tags: Iterable[str], acts: Iterable[Act], *, silent: bool, talked: bool
) -> Facts:
    since = (person["impersonal_since"], person["unsubscribed_since"], person["stepped_out_since"])
    user_id = person["user_id"]
    return Facts(
        user_id=None if user_id is None else UserId(user_id),
        name=person["name"] or user_id or "",
        present=bool(person["present"]),
        staff=bool(person["staff"]),
        blocked=person["blocked_at"] is not None,
        choices=choices_of(since),
        tags=frozenset(tags),
        acts=frozenset(acts),
        silent=silent,
        talked=talked,
        told_today=bool(person["told_today"]),
    )
