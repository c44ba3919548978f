"""Which rules an act matches, before anything is written."""

import random
from typing import Any

import pytest

from bot.core.ids import EventKey, GroupKey
from bot.rewards.earning.rules import EarningWish, match_earnings
from bot.settings.schema.members import Act
from tests.unit.rewards.earning.support import ME, NOW, SHANGHAI, TALK, TODAY, VIP, rewards


def match(
    *rules: dict[str, Any],
    act: Act = Act.MESSAGE,
    text: str = "今天天气真好呀",
    group: GroupKey | None = VIP,
    seed: int = 1,
) -> tuple[EarningWish, ...]:
    return match_earnings(
        rewards(*rules),
        member_id=ME,
        acts=(act,),
        text=text,
        group_key=group,
        event_key=EventKey("e1"),
        at=NOW,
        zone=SHANGHAI,
        rng=random.Random(seed),
    )


def test_an_act_matches_the_rules_that_are_for_it() -> None:
    (found,) = match(TALK, {"key": "grab", "act": "claim", "points": 1})

    assert (found.rule.key, found.drawn, found.on_date) == ("talk", 2, TODAY)
    assert (found.characters, bool(found.sketch)) == (7, True)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("今天真好", False),
        ("今天真好呀", True),
        ("😀😀😀😀😀", False),
        ("哈哈哈哈哈哈", False),
        ("", False),
    ],
)
def test_a_text_needs_enough_letters_and_digits(text: str, matches: bool) -> None:
    assert bool(match({**TALK, "least_characters": 5}, text=text)) is matches


def test_emoji_alone_earn_nothing_even_where_no_length_is_asked() -> None:
    assert not match(TALK, text="😀🎉")


def test_an_act_without_words_is_not_asked_for_any() -> None:
    (found,) = match({"key": "grab", "act": "claim", "points": 1}, act=Act.CLAIM, text="")

    assert (found.characters, found.sketch) == (0, "")


@pytest.mark.parametrize(
    ("group", "matches"), [(VIP, True), (GroupKey("tea"), False), (None, False)]
)
def test_a_rule_with_groups_is_for_those_only(
    group: GroupKey | None,
    matches: bool,
) -> None:
    assert bool(match({**TALK, "groups": ["vip"]}, group=group)) is matches


def test_a_range_is_drawn_evenly_from_end_to_end() -> None:
    rule = {**TALK, "to_points": 5}

    drawn = [match(rule, seed=seed)[0].drawn for seed in range(400)]

    assert set(drawn) == {2, 3, 4, 5}
    assert all(70 < drawn.count(points) < 130 for points in (2, 3, 4, 5))
