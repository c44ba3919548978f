"""成语接龙: what is meant as an idiom, and what the bot says itself."""

import random

import pytest

from bot.games.chain import choose_link, read_idiom
from tests.unit.games.support import COMMON, IDIOMS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("山高水长", "山高水长"),
        ("山高水长！", "山高水长"),
        ("我接山高水长", "山高水长"),
        ("怎么签到", "怎么签到"),
        ("我接怎么签到", None),
        ("好", None),
    ],
)
def test_four_characters_are_an_idiom_and_so_is_a_known_one_behind_a_word(
    typed: str, meant: str | None
) -> None:
    assert read_idiom(typed, IDIOMS) == meant


def link(before: str, *used: str, seed: int = 1, forbidden: str = "") -> str | None:
    return choose_link(
        before,
        used,
        IDIOMS,
        by_sound=True,
        least=1000,
        fit=lambda word: word != forbidden,
        rng=random.Random(seed),
    )


def test_the_bot_says_common_idioms_that_link_and_were_not_said() -> None:
    said = {link("开门见山", "山清水秀", seed=seed) for seed in range(20)}
    assert said == {"山高水长"}


def test_it_prefers_what_can_be_continued() -> None:
    assert {link("开门见山", seed=seed) for seed in range(20)} == {"山高水长"}


def test_it_says_nothing_unfit() -> None:
    assert link("开门见山", forbidden="山高水长") == "山清水秀"


def test_where_nothing_links_it_begins_anew() -> None:
    assert link("入木三分") in COMMON


def test_when_everything_was_said_it_says_nothing() -> None:
    assert link("开门见山", *COMMON) is None
