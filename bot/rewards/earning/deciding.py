"""What an act earns: pure, the same for every database.

A rule pays an event once. It pays nothing for what the member said like this before, within its
cooldown, or above one of its caps; the last payment below a cap is cut to fit. Caps are final:
neither levels nor campaigns raise them. What no budget has left is not issued, and what a campaign
would add is not promised when its account does not hold it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.arithmetic import read_formula
from bot.core.ids import EventKey, MemberId
from bot.rewards.boosts import Purses, percent_of
from bot.rewards.budgets import BudgetBook, BudgetSpent, Spending
from bot.rewards.earning.rules import EarningWish
from bot.rewards.earning.texts import are_alike
from bot.rewards.ledger.transfers import MOST_AMOUNT
from bot.rewards.levels import rank_of
from bot.settings.schema.rewards.earning import FORMULA_NAMES, Caps, EarningRule

DAYS_LOOKED_AT = 7
"""How far back single earnings matter: for the week, for cooldowns and for repeated texts."""


class Because(StrEnum):
    """Why a matching rule paid nothing."""

    PAID_BEFORE = "paid before"
    """This event has earned by this rule already."""
    ALIKE = "alike"
    """The member earned with nearly these words within the last days."""
    COOLDOWN = "cooldown"
    CAPPED = "capped"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Earned:
    """What was paid for an act: ``points`` in all, of which ``campaign`` added ``extra``.

    ``everyday`` counts it for the daily cap of all rules.
    """

    member_id: MemberId
    rule: str
    event_key: EventKey
    on_date: date
    at: datetime
    points: int
    extra: int
    campaign: str
    everyday: bool
    sketch: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Points and times of something."""

    points: int = 0
    times: int = 0

    def plus(self, points: int) -> "Tally":
        """One more time, with so many points."""
        return Tally(self.points + points, self.times + 1)


@dataclass(slots=True)
class History:
    """What is known before deciding, and what a batch adds to it.

    ``recent`` are each member's earnings of the last days, or more of them, ``in_all`` what each
    rule paid him ever (where a rule has a cap on that), ``life`` the points he earned in his life,
    ``purses`` what the campaigns that boost have left.
    """

    recent: dict[MemberId, list[Earned]]
    in_all: dict[tuple[MemberId, str], Tally]
    life: dict[MemberId, int]
    budgets: BudgetBook = field(default_factory=lambda: BudgetBook({}))
    purses: Purses = field(default_factory=Purses)


def decide_earnings(history: History, wishes: Sequence[EarningWish]) -> list[Earned | Because]:
    """Rule on ``wishes`` in order; each sees what those before it earned."""
    return [_decide(history, wish) for wish in wishes]


def _decide(history: History, wish: EarningWish) -> Earned | Because:
    known = history.recent.setdefault(wish.member_id, [])
    first = wish.on_date - timedelta(days=DAYS_LOOKED_AT)
    before = [earned for earned in known if earned.on_date >= first]
    refused = _refuse(before, wish)
    if refused is not None:
        return refused
    room = _room(history, before, wish)
    if room <= 0:
        return Because.CAPPED
    level = rank_of(wish.file.levels, history.life.get(wish.member_id, 0))
    base = _base(wish, level.place + 1, _times(before, wish.rule, wish.on_date))
    plain = percent_of(base, level.level.multiplier_percent)
    earned = _pay(history, wish, plain, room)
    if isinstance(earned, Earned):
        known.append(earned)
        whose = (wish.member_id, wish.rule.key)
        history.in_all[whose] = history.in_all.get(whose, Tally()).plus(earned.points)
        history.life[wish.member_id] = history.life.get(wish.member_id, 0) + earned.points
    return earned


def _refuse(before: Iterable[Earned], wish: EarningWish) -> Because | None:
    """What stands against paying at all, whatever the amount.

    One text may earn by two rules, so an event is not compared with itself.
    """
    cooled = wish.at - timedelta(seconds=wish.rule.cooldown_seconds)
    verdict: Because | None = None
    for earned in before:
        same_rule = earned.rule == wish.rule.key
        if earned.event_key == wish.event_key:
            if same_rule:
                return Because.PAID_BEFORE
        elif are_alike(earned.sketch, wish.sketch):
            verdict = Because.ALIKE
        elif same_rule and earned.at > cooled and verdict is None:
            verdict = Because.COOLDOWN
    return verdict


def _room(history: History, before: Sequence[Earned], wish: EarningWish) -> int:
    """How many points the rule may still pay the member; 0 or less when it may not pay."""
    rule, own = wish.rule, [earned for earned in before if earned.rule == wish.rule.key]
    monday = wish.on_date - timedelta(days=wish.on_date.weekday())
    today = _tally(earned for earned in own if earned.on_date == wish.on_date)
    week = _tally(earned for earned in own if earned.on_date >= monday)
    in_all = history.in_all.get((wish.member_id, rule.key), Tally())
    for cap, done in _caps(rule.most_times, today.times, week.times, in_all.times):
        if done >= cap:
            return 0
    caps = _caps(rule.most_points, today.points, week.points, in_all.points)
    rooms = [cap - done for cap, done in caps]
    if not rule.beyond_daily_cap:
        everyday = (earned for earned in before if earned.everyday)
        done = _tally(earned for earned in everyday if earned.on_date == wish.on_date).points
        rooms.append(wish.file.earning.most_a_day - done)
    return min(rooms, default=MOST_AMOUNT)


def _caps(caps: Caps, a_day: int, a_week: int, in_all: int) -> Iterable[tuple[int, int]]:
    """Each cap that is set, with what was done of it."""
    pairs = ((caps.a_day, a_day), (caps.a_week, a_week), (caps.in_all, in_all))
    return [(cap, done) for cap, done in pairs if cap is not None]


def _tally(earnings: Iterable[Earned]) -> Tally:
    tally = Tally()
    for earned in earnings:
        tally = tally.plus(earned.points)
    return tally


def _times(before: Iterable[Earned], rule: EarningRule, on_date: date) -> int:
    return sum(earned.rule == rule.key and earned.on_date == on_date for earned in before)


def _base(wish: EarningWish, level: int, times_today: int) -> int:
    rule = wish.rule
    if not rule.formula:
        return wish.drawn
    values = (wish.characters, level, times_today)
    numbers: Mapping[str, int] = dict(zip(FORMULA_NAMES, values, strict=True))
    value = read_formula(rule.formula, FORMULA_NAMES).value(numbers)
    return max(rule.points, min(value, rule.to_points))


def _pay(history: History, wish: EarningWish, plain: int, room: int) -> Earned | Because:
    """Pay what the rule pays, and what a campaign adds while it has it."""
    base = min(plain, room)
    taken = history.budgets.take(wish.file.budgets, Spending(base, wish.on_date))
    if isinstance(taken, BudgetSpent):
        return Because.BUDGET
    boost = wish.boost
    if boost is not None:
        extra = min(percent_of(plain, boost.percent), room) - base
        if extra and history.purses.take(boost.campaign, extra):
            return _earned(wish, base + extra, extra, boost.campaign)
    return _earned(wish, base, 0, "")


def _earned(wish: EarningWish, points: int, extra: int, campaign: str) -> Earned:
    return Earned(
        member_id=wish.member_id,
        rule=wish.rule.key,
        event_key=wish.event_key,
        on_date=wish.on_date,
        at=wish.at,
        points=points,
        extra=extra,
        campaign=campaign,
        everyday=not wish.rule.beyond_daily_cap,
        sketch=wish.sketch,
    )
