"""Moments 朋友圈: which item is due when, in a mix of its own. It decides, and writes nothing.

The same functions decide the draft of now and lay out those of the next days, on the same history,
so the plan and what happens cannot disagree. An item may always come next that keeps every pillar
within one draft of its target (``Balance``); of those the pillar that is owed most comes first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.outlets.fitting import Fitted
from bot.schedules.balance import Balance
from bot.schedules.node_days import node_days_between
from bot.schedules.rules import is_in_season
from bot.settings.schema.base import Pillar, Weekday
from bot.settings.schema.calendar import CalendarFile, Shares
from bot.settings.schema.front_matter import ContentFront
from bot.settings.schema.outlets import Delivery, Moments
from bot.settings.schema.rollout import ALL
from bot.settings.settings import ContentItem

MOST_PICTURES = 9
"""Of a moment, by the client and by the platform's interface (95094)."""

_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class MomentTime:
    """An occurrence of a slot of outlets.yaml; its key is the local minute."""

    key: str
    due_at: datetime
    on: date
    deliver: Delivery


@dataclass(frozen=True, slots=True)
class Past:
    """A draft that was given out. ``company``: as a task of the platform."""

    on: date
    item: str
    pillar: str
    sells: bool
    company: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What is due at a time. ``reason`` is a sentence for operators."""

    time: MomentTime
    item: ContentItem
    text: str
    pictures: tuple[str, ...]
    sells: bool
    reason: str

    @property
    def pillar(self) -> Pillar:
        """The one pillar 内容维度 that it belongs to."""
        return self.item.front.pillar

    def as_past(self) -> Past:
        """This draft as part of the history, once it is given out."""
        company = self.time.deliver is Delivery.COMPANY
        return Past(self.time.on, self.item.key, self.pillar, self.sells, company)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing is due at a time, and why."""

    time: MomentTime
    reason: str


def times_between(
    moments: Moments, zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[MomentTime]:
    """The times after ``after`` and up to ``until``, in order.

    An hour that the clocks jump over is kept at the instant that comes for it.
    """
    day, last = after.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        slots = [slot for slot in moments.slots if _WEEKDAYS[day.weekday()] in slot.days]
        for slot in sorted(slots, key=lambda slot: slot.at):
            due_at = datetime.combine(day, slot.at, tzinfo=zone).astimezone(UTC)
            if after < due_at <= until:
                yield MomentTime(f"{day}/{slot.at:%H:%M}", due_at, day, slot.deliver)
        day += timedelta(days=1)


def is_for_everybody(front: ContentFront) -> bool:
    """Whether an item is for no group in particular: Moments are seen by customers of all."""
    return not front.groups and front.rollout == ALL


def decide(
    time: MomentTime,
    shelf: Sequence[Fitted],
    past: Sequence[Past],
    *,
    moments: Moments,
    calendar: CalendarFile,
) -> Draft | Gap:
    """What is due at ``time`` from ``shelf``, after the drafts of the ``past``, oldest first."""
    nodes = node_days_between(time.on, time.on, calendar)
    if solemn := next((node for node in nodes if node.solemn), None):
        return Gap(time, f"{solemn.name}: nothing appears on a day of mourning")
    if sum(one.on == time.on for one in past) >= moments.most_a_day:
        return Gap(time, f"there are {moments.most_a_day} drafts on this day already")
    window = past[-(moments.window_posts - 1) :]
    today = {node.key for node in nodes}
    free = [
        fitted
        for fitted in shelf
        if _may_appear(fitted, time.on, today, past, moments) and _may_sell(fitted, window, moments)
    ]
    if not free:
        return Gap(time, "no item fits: add files to content/, or shorten item_cooldown_days")
    balance = _balance(window, moments)
    excess = {pillar: balance.pillar_excess(pillar) for pillar in Pillar}
    best = min(free, key=lambda fitted: _rank(fitted, balance, excess, past))
    return Draft(
        time=_within_month(time, past, moments),
        item=best.item,
        text=best.text,
        pictures=best.item.front.pictures[:MOST_PICTURES],
        sells=best.sells,
        reason=_reason(best, balance, kept=not excess[best.item.front.pillar]),
    )


def lay_out(
    times: Iterable[MomentTime],
    shelf_on: Callable[[date], Sequence[Fitted]],
    past: Sequence[Past],
    *,
    moments: Moments,
    calendar: CalendarFile,
) -> list[Draft | Gap]:
    """What will be due at ``times`` if nothing changes; ``shelf_on`` a day is what fits then."""
    planned: list[Draft | Gap] = []
    history = list(past)
    for time in times:
        shelf = shelf_on(time.on)
        decided = decide(time, shelf, history, moments=moments, calendar=calendar)
        planned.append(decided)
        if isinstance(decided, Draft):
            history.append(decided.as_past())
    return planned


def _may_appear(
    fitted: Fitted, on: date, nodes: set[str], past: Sequence[Past], moments: Moments
) -> bool:
    front = fitted.item.front
    rested_since = on - timedelta(days=max(moments.item_cooldown_days, 1))
    return (
        front.kind in moments.kinds
        and is_for_everybody(front)
        and is_in_season(front, on)
        and (not front.node or front.node in nodes)
        and not any(one.item == fitted.item.key and one.on > rested_since for one in past)
    )


def _may_sell(fitted: Fitted, window: Sequence[Past], moments: Moments) -> bool:
    most = moments.window_posts * moments.selling_percent // 100
    return not fitted.sells or sum(one.sells for one in window) < most


def _balance(window: Sequence[Past], moments: Moments) -> Balance:
    return Balance(
        key="moments",
        shares=Shares(pillars=moments.pillars, kinds={}),
        window=moments.window_posts,
        posts=len(window),
        pillars=Counter(one.pillar for one in window),
        kinds={},
        discounts=0,
    )


def _owed(fitted: Fitted, balance: Balance) -> int:
    """Hundredths of a draft that are owed to the item's pillar."""
    front = fitted.item.front
    return balance.owed(front.pillar, front.kind)[0]


def _rank(
    fitted: Fitted, balance: Balance, excess: Mapping[Pillar, int], past: Sequence[Past]
) -> tuple[int, bool, int, bool, int, str]:
    """Smallest first: in bounds, made for today, most owed, no second seller, longest unused."""
    uses = [place for place, one in enumerate(past) if one.item == fitted.item.key]
    after_selling = bool(past) and past[-1].sells
    return (
        excess[fitted.item.front.pillar],
        not fitted.item.front.node,
        -_owed(fitted, balance),
        fitted.sells and after_selling,
        uses[-1] if uses else -1,
        fitted.item.key,
    )


def _within_month(time: MomentTime, past: Sequence[Past], moments: Moments) -> MomentTime:
    """As copy instead of a task when customers were given as many of the month as they see."""
    this_month = (time.on.year, time.on.month)
    given = sum(one.company and (one.on.year, one.on.month) == this_month for one in past)
    if time.deliver is Delivery.COMPANY and given >= moments.company_a_month:
        return replace(time, deliver=Delivery.COPY)
    return time


def _reason(fitted: Fitted, balance: Balance, *, kept: bool) -> str:
    front = fitted.item.front
    owed = _owed(fitted, balance)
    standing = "is owed" if owed >= 0 else "is ahead by"
    sentence = f"pillar {front.pillar} {standing} {abs(owed) / 100:.1f} of {balance.posts + 1}"
    if front.node:
        sentence = f"made for {front.node}; {sentence}"
    return sentence if kept else f"{sentence}; the pillars that are owed more lack items"
