"""rewards.yaml: earning rules pay for what is worth it, say what they mean, and end somewhere."""

from collections.abc import Iterator
from typing import Final

from bot.core.arithmetic import NoFormula, read_formula
from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.members import Act
from bot.settings.schema.rewards.earning import FORMULA_NAMES, Caps, EarningRule

FILE: Final = "rewards.yaml"
RULES: Final[Path] = ("earning", "rules")

_SPOKEN: Final = (Act.MESSAGE, Act.QUESTION)

_UNPAID: Final = {
    Act.LEAVE: "leaving is not rewarded",
    Act.INVITE: "entering a code is not rewarded; the friend's staying is, by referral",
}


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Rules have keys of their own."""
    for index, first in repeated(rule.key for rule in draft.rewards.earning.rules):
        what = f"the same key as rules[{first}]"
        yield Finding(FILE, (*RULES, index, "key"), what, "give each its own key")


def check_acts(draft: Draft) -> Iterator[Finding]:
    """What is paid for is worth it and has the words that a rule looks at."""
    for index, rule in enumerate(draft.rewards.earning.rules):
        if rule.act in _UNPAID:
            path = (*RULES, index, "act")
            yield Finding(FILE, path, _UNPAID[rule.act], "choose another act, or remove the rule")
        if rule.least_characters and rule.act not in _SPOKEN:
            what = f"act {rule.act} has no text"
            instead = "remove least_characters, or write act: message"
            yield Finding(FILE, (*RULES, index, "least_characters"), what, instead, "key")


def check_amounts(draft: Draft) -> Iterator[Finding]:
    """A range goes up, and a formula can be reckoned."""
    for index, rule in enumerate(draft.rewards.earning.rules):
        place = (*RULES, index)
        if rule.to_points and rule.to_points <= rule.points:
            what = f"not more than points: {rule.points}"
            instead = "write a greater number, or remove to_points"
            yield Finding(FILE, (*place, "to_points"), what, instead)
        if not rule.formula:
            continue
        if not rule.to_points:
            instead = "write to_points: the most that it may pay"
            yield Finding(FILE, (*place, "formula"), "a formula without an end", instead, "key")
        try:
            read_formula(rule.formula, FORMULA_NAMES)
        except NoFormula as refusal:
            names = ", ".join(FORMULA_NAMES)
            instead = f"write whole numbers, {names}, + - *, // by a number, min() and max()"
            yield Finding(FILE, (*place, "formula"), str(refusal), instead)


def check_bounds(draft: Draft) -> Iterator[Finding]:
    """No rule pays one member without end."""
    for index, rule in enumerate(draft.rewards.earning.rules):
        if rule.beyond_daily_cap and not (_is_set(rule.most_points) or _is_set(rule.most_times)):
            what = "this rule is unbounded: the daily cap does not hold for it and no other is set"
            instead = "write most_points or most_times, or remove beyond_daily_cap"
            yield Finding(FILE, (*RULES, index, "beyond_daily_cap"), what, instead, "key")
        if rule.act is Act.JOIN and not _is_once_limited(rule):
            what = "whoever leaves and joins again is paid again"
            instead = "write most_times: {in_all: 1}"
            yield Finding(FILE, (*RULES, index, "act"), what, instead)


def check_groups(draft: Draft) -> Iterator[Finding]:
    """Rules name groups that exist."""
    known = [group.key for group in draft.bot.groups]
    for index, rule in enumerate(draft.rewards.earning.rules):
        for number, key in enumerate(rule.groups):
            if key not in known:
                path = (*RULES, index, "groups", number)
                yield Finding(FILE, path, "there is no group with this key", nearest(key, known))


def check_levels(draft: Draft) -> Iterator[Finding]:
    """Levels begin at nothing and go up, and each has its own name."""
    levels = draft.rewards.levels
    if levels[0].from_points:
        what = "the first level is where everybody begins"
        yield Finding(FILE, ("levels", 0, "from_points"), what, "write 0")
    for index in range(1, len(levels)):
        if levels[index].from_points <= levels[index - 1].from_points:
            what = f"not more than levels[{index - 1}]"
            path = ("levels", index, "from_points")
            yield Finding(FILE, path, what, "list levels from the lowest to the highest")
    for index, first in repeated(level.name for level in levels):
        what = f"the same name as levels[{first}]"
        yield Finding(FILE, ("levels", index, "name"), what, "give each level its own name")


def _is_set(caps: Caps) -> bool:
    return caps != Caps()


def _is_once_limited(rule: EarningRule) -> bool:
    return rule.most_times.in_all is not None or rule.most_points.in_all is not None


_EARNING: Final = frozenset({"rewards.earning"})

CHECKS = (
    Check(check_keys, reads=_EARNING),
    Check(check_acts, reads=_EARNING),
    Check(check_amounts, reads=_EARNING),
    Check(check_bounds, reads=_EARNING),
    Check(check_groups, reads=_EARNING, whole=frozenset({"bot.groups"})),
    Check(check_levels, reads=frozenset({"rewards.levels"}), whole=frozenset({"rewards.levels"})),
)
