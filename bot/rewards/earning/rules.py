"""Which earning rules an act matches. Pure; whether they pay is decided where it is written."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.rewards.boosts import NO_BOOSTS, Boost
from bot.rewards.days import community_date
from bot.rewards.earning.texts import essence, sketch_of
from bot.settings.schema.members import Act
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.earning import EarningRule

SPOKEN: Final = frozenset({Act.MESSAGE, Act.QUESTION})
"""Acts that are made of words, so that the words decide about them."""


@dataclass(frozen=True, slots=True)
class EarningWish:
    """An act matched a rule; ``file`` is what rewards.yaml said then.

    ``drawn`` is what the rule pays by itself where that is known already, and 0 where its formula
    has to be reckoned. ``characters`` and ``sketch`` are those of the text, 0 and empty without.
    ``boost`` is the campaign that adds to it, if one does.
    """

    member_id: MemberId
    event_key: EventKey
    group_key: GroupKey | None
    rule: EarningRule
    file: RewardsFile
    on_date: date
    at: datetime
    drawn: int
    characters: int
    sketch: str
    boost: Boost | None = None


def match_earnings(
    file: RewardsFile,
    *,
    member_id: MemberId,
    acts: Sequence[Act],
    text: str,
    group_key: GroupKey | None,
    event_key: EventKey,
    at: datetime,
    zone: tzinfo,
    rng: random.Random,
    boosts: Mapping[str, Boost] = NO_BOOSTS,
) -> tuple[EarningWish, ...]:
    """A wish for each rule that one event matches; ``group_key`` is None outside of groups.

    ``boosts`` are those of the group on this day, by the key of the rule.
    """
    rules = [
        rule
        for rule in file.earning.rules
        if rule.act in acts and (not rule.groups or group_key in rule.groups)
    ]
    if not rules:
        return ()
    said = essence(text) if any(rule.act in SPOKEN for rule in rules) else ""
    sketch = sketch_of(said, member_id)
    on_date = community_date(at, zone, file.day_starts_at)
    return tuple(
        EarningWish(
            member_id=member_id,
            event_key=event_key,
            group_key=group_key,
            rule=rule,
            file=file,
            on_date=on_date,
            at=at,
            drawn=_draw(rule, rng),
            characters=len(said) if rule.act in SPOKEN else 0,
            sketch=sketch if rule.act in SPOKEN else "",
            boost=boosts.get(rule.key),
        )
        for rule in rules
        if rule.act not in SPOKEN or (said and len(said) >= rule.least_characters)
    )


def _draw(rule: EarningRule, rng: random.Random) -> int:
    if rule.formula:
        return 0
    return rng.randint(rule.points, max(rule.points, rule.to_points))
