"""What rewards may cost at worst, before they go live. Pure.

Every figure is a bound that nobody can get above, reckoned from caps alone; real members stay far
below it. A month is the longest one, and touches six weeks at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.rewards.boosts import percent_of
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.earning import Caps, EarningRule

DAYS: Final = 31
WEEKS: Final = 6
_DAY_SECONDS: Final = 25 * 3600
"""The day on which clocks are put back."""


@dataclass(frozen=True, slots=True)
class Bound:
    """At most so many points, and what holds them there."""

    points: int
    by: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What one source may cost at worst in points, in a day and in a month.

    ``in_budget`` tells whether a spent budget stops it.
    """

    name: str
    day: Bound
    month: Bound
    in_budget: bool = True

    def times(self, members: int) -> "Cost":
        """The same for so many members."""
        day = Bound(self.day.points * members, self.day.by)
        month = Bound(self.month.points * members, self.month.by)
        return replace(self, day=day, month=month)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Costs of each source for all members, and of all together; then what to think about."""

    members: int
    sources: tuple[Cost, ...]
    day: int
    month: int
    warnings: tuple[str, ...]


def forecast(file: RewardsFile, *, members: int, groups: int) -> Forecast:
    """The worst case for so many members in so many groups (both >= 1)."""
    rules = [cost_of_rule(rule, file) for rule in file.earning.rules]
    everyday = [
        cost
        for cost, rule in zip(rules, file.earning.rules, strict=True)
        if not rule.beyond_daily_cap
    ]
    above = [cost for cost in rules if cost not in everyday]
    others = [_checkin(file), _thanks(file, members), _referral(file)]
    pools = Cost(
        "red packets",
        Bound(file.packets.pool_points_a_day * groups, f"{groups} pools"),
        Bound(file.packets.pool_points_a_day * groups * DAYS, f"{groups} pools, {DAYS} days"),
        in_budget=False,
    )
    cap = file.earning.most_a_day
    day = min(cap, sum(cost.day.points for cost in everyday))
    month = min(cap * DAYS, sum(cost.month.points for cost in everyday))
    day += sum(cost.day.points for cost in (*above, *others))
    month += sum(cost.month.points for cost in (*above, *others))
    sources = (*(cost.times(members) for cost in (*rules, *others)), pools)
    all_day = day * members + pools.day.points
    all_month = month * members + pools.month.points
    return Forecast(
        members=members,
        sources=sources,
        day=all_day,
        month=all_month,
        warnings=tuple(_warnings(file, sources, all_day, all_month)),
    )


def cost_of_rule(rule: EarningRule, file: RewardsFile) -> Cost:
    """The worst that one rule costs for one member, with the highest level.

    What a campaign adds is held by the campaign's own budget.
    """
    once = _most_at_once(rule, file)
    day = [
        *_capped(rule.most_points, "most_points", 1, (1, 1, 1)),
        *_capped(rule.most_times, "most_times", once, (1, 1, 1)),
    ]
    month = [
        *_capped(rule.most_points, "most_points", 1, (DAYS, WEEKS, 1)),
        *_capped(rule.most_times, "most_times", once, (DAYS, WEEKS, 1)),
    ]
    if rule.cooldown_seconds:
        times = -(-_DAY_SECONDS // rule.cooldown_seconds)
        day.append(Bound(times * once, "cooldown_seconds"))
    if not rule.beyond_daily_cap:
        day.append(Bound(file.earning.most_a_day, "the daily cap"))
    least = min(day, key=lambda bound: bound.points)
    month.append(Bound(least.points * DAYS, f"{least.by}, {DAYS} days"))
    return Cost(rule.key, least, min(month, key=lambda bound: bound.points))


def _most_at_once(rule: EarningRule, file: RewardsFile) -> int:
    level = max(level.multiplier_percent for level in file.levels)
    return percent_of(max(rule.points, rule.to_points), level)


def _capped(caps: Caps, name: str, each: int, periods: tuple[int, int, int]) -> list[Bound]:
    """What each cap that is set allows over so many days, weeks and lives."""
    named = (("a_day", caps.a_day), ("a_week", caps.a_week), ("in_all", caps.in_all))
    return [
        Bound(cap * each * count, f"{name} {key}")
        for (key, cap), count in zip(named, periods, strict=True)
        if cap is not None
    ]


def _checkin(file: RewardsFile) -> Cost:
    """A streak may begin anew at once, so each milestone is reckoned as often as it fits."""
    rules = file.checkin
    bonus = sum(points * -(-DAYS // length) for length, points in rules.milestones.items())
    return Cost(
        "check-in",
        Bound(rules.points + max(rules.milestones.values(), default=0), "once a day"),
        Bound(rules.points * DAYS + bonus, f"once a day, {DAYS} days"),
    )


def _thanks(file: RewardsFile, members: int) -> Cost:
    rules = file.thanks
    a_day = rules.a_day + max(level.more_thanks for level in file.levels)
    to_others = rules.to_one_a_week * (members - 1)
    return Cost(
        "thanks",
        Bound(min(a_day, to_others) * rules.points, "thanks a day"),
        Bound(min(a_day * DAYS, to_others * WEEKS) * rules.points, f"thanks a day, {DAYS} days"),
    )


def _referral(file: RewardsFile) -> Cost:
    rules = file.referral
    each = rules.inviter_points + rules.friend_points
    return Cost(
        "referrals",
        Bound(rules.most_a_day * each, "referrals a day"),
        Bound(min(rules.most_a_day * DAYS, rules.most_a_month) * each, "referrals a month"),
        in_budget=False,
    )


def _warnings(file: RewardsFile, sources: Sequence[Cost], day: int, month: int) -> Iterable[str]:
    """Where caps do not hold the cost within the budget, so that only the hard stop does."""
    budget = file.budgets.points
    for period, limit, total in (("day", budget.a_day, day), ("month", budget.a_month, month)):
        if limit is None:
            yield f"no budget limits a {period}: it may cost {total} points"
            continue
        for source in sources:
            points = (source.day if period == "day" else source.month).points
            if points > limit:
                stop = f"only the budget of a {period} ({limit}) stops it; its"
                if not source.in_budget:
                    stop = f"the budget of a {period} ({limit}) does not count it, and its"
                yield f"{source.name}: {stop} caps allow {points} points"
        if total > limit:
            yield f"all together: caps allow {total} points a {period}, the budget is {limit}"
