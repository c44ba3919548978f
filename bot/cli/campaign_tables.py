"""A campaign's dry run and review as tables: the same ones for the terminal and for the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.core.money import Currency
from bot.reports.campaigns import Review, change_percent
from bot.schedules.campaign_days import phase_name
from bot.schedules.costs import ceiling, yuan
from bot.schedules.rehearsal import Line, Rehearsal, Weight
from bot.settings.schema.base import Weekday
from bot.settings.settings import Settings

Cells = tuple[str, ...]

_WEEKDAYS = tuple(Weekday)
_WEIGHTS = {Weight.STOP: "STOP", Weight.LOSS: "lost", Weight.NOTE: "note"}
_STATES = {"published": "done", "skipped": "NOT DONE", "asked": "NOT DONE: asked"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a heading; the first row names the columns."""

    heading: str
    rows: tuple[Cells, ...]


def when(settings: Settings, found: Rehearsal, now: datetime) -> str:
    """How far away T0 is."""
    days = (found.run.t0 - now.astimezone(settings.zone).date()).days
    return f"in {days} days" if days > 0 else "today" if not days else f"{-days} days ago"


def verdict(found: Rehearsal) -> str:
    """What to think of a dry run, in a sentence."""
    if not found.can_run:
        return "it cannot run"
    if not found.lost:
        return "it can run"
    return f"it can run, but {len(found.lost)} of {len(found.lines)} posts will not appear"


def rehearsal_tables(found: Rehearsal) -> Iterator[Table]:
    """A dry run."""
    head = ("day", "", "time", "phase", "group", "kind", "title", "")
    yield Table("Posts", (head, *map(_post, found.lines)))
    reach = [("group", "posts through", "members", "posts", "confirmed by")]
    for one in found.reach:
        posts = sum(line.group == one.group.key and not line.lost for line in found.lines)
        members = "unknown" if one.members is None else str(one.members)
        confirmed = f"{one.confirmed_by}, each post" if one.confirmed_by else "nobody"
        reach.append((one.group.name, one.channel, members, str(posts), confirmed))
    yield Table("Reach", tuple(reach))
    costs = [
        (cost.source, cost.most, yuan(cost.fen), "" if cost.counts else "not added")
        for cost in found.costs
    ]
    total = ("all together", "100 points are 1 yuan", yuan(ceiling(found.costs)), "")
    yield Table("Cost", (("what", "at most", "yuan", ""), *costs, total))
    conflicts = [("", "day", "group", "what")]
    for conflict in found.conflicts:
        on = "" if conflict.on is None else f"{conflict.on}"
        conflicts.append((_WEIGHTS[conflict.weight], on, conflict.group or "all", conflict.what))
    if found.conflicts:
        yield Table("In its way", tuple(conflicts))


def _post(line: Line) -> Cells:
    state = f"waits for {', '.join(line.waits_for)}" if line.waits_for else ""
    if line.lost:
        state = f"LOST: {line.lost}"
    elif line.is_posted:
        state = "posted"
    return (
        f"{line.at:%Y-%m-%d}",
        _WEEKDAYS[line.at.weekday()],
        f"{line.at:%H:%M}",
        phase_name(line.post.phase),
        line.group,
        f"{line.post.kind}{' (promotion)' if line.post.promotion else ''}",
        line.post.title,
        state,
    )


def review_tables(review: Review) -> Iterator[Table]:
    """A review."""
    posts = [("day", "time", "group", "title", "", "why")]
    for post in review.posts:
        state = _STATES.get(post.state, "to come")
        why = "" if post.is_done else post.reason
        posts.append((f"{post.on}", f"{post.at:%H:%M}", post.group, post.title, state, why))
    yield Table("Posts", tuple(posts))
    if review.attendance:
        seats = review.attendance
        counts = (seats.signed_up, seats.seated, seats.arrived, seats.gone, seats.quota)
        head = ("signed up", "got a seat", "were there", "gave it back", "seats")
        yield Table("Sign-up", (head, tuple(map(str, counts))))
    if review.perks:
        perks = [
            (perk.name, str(perk.taken), str(perk.people), str(perk.quota)) for perk in review.perks
        ]
        yield Table("Perks", (("perk", "taken", "by members", "of"), *perks))
    yield Table("Given", tuple(_given(review)))
    yield Table("The groups", tuple(_periods(review)))


def _given(review: Review) -> Iterator[Cells]:
    budget = {
        Currency.POINTS: review.campaign.budget.points,
        Currency.FEN: review.campaign.budget.fen,
    }
    yield "what for", "amount", "times"
    for given in review.given:
        yield given.reason, f"{given.amount} {given.currency}", str(given.times)
    for currency, most in budget.items():
        yield "all together", f"{review.total(currency)} of {most} {currency}", ""


def _periods(review: Review) -> Iterator[Cells]:
    during, before = review.during, review.before
    yield "", f"{during.days} days of it", "a day", f"{before.days} days before", "a day", "change"
    counts = (
        ("replies", during.replies, before.replies),
        ("members who spoke, each day", during.speaker_days, before.speaker_days),
        ("joins", during.joins, before.joins),
        ("leaves", during.leaves, before.leaves),
    )
    for name, now, then in counts:
        percent = change_percent(now, during.days, then, before.days)
        change = "too few to tell" if percent is None else f"{percent:+d} %"
        yield (
            name,
            str(now),
            _a_day(now, during.days),
            str(then),
            _a_day(then, before.days),
            change,
        )


def _a_day(count: int, days: int) -> str:
    return f"{count / days:.1f}" if days else "-"
