"""The checks of how it sounds, each with something that costs its points."""

from dataclasses import replace
from typing import Any

import pytest

from bot.persona.score.material import Road
from bot.persona.score.questions import Topic
from bot.persona.score.verdict import CheckName
from bot.settings.schema.card import MemoryPoint

from .support import answering, check, example, reasons, saying

QUIET: dict[str, Any] = {"particles_percent": 0}
"""A tone that wants no particles, so that the other measures can be seen alone."""

SEVENTH = pytest.approx(6 / 7)
"""One of the seven measures has lost everything."""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("绝绝子，看成分。", "绝绝子"),
        ("好🌿好🌿好🌿", "3 emoji"),
        ("签到！领分！", "2 exclamation marks"),
        ("请您签到。", "says 您"),
    ],
)
def test_a_text_out_of_tone_costs_its_measure(text: str, why: str) -> None:
    verdict = check(CheckName.TONE, saying(text, **QUIET))

    assert verdict.share == SEVENTH
    assert reasons(verdict) == [why]


def test_a_text_in_tone_is_fine() -> None:
    assert check(CheckName.TONE, saying("签到收好了，你今天有 10 分🌿", **QUIET)).share == 1


def test_sentences_that_are_too_long_cost_tone() -> None:
    verdict = check(CheckName.TONE, saying("看" * 90, **QUIET, sentence_median=30))

    assert verdict.share == SEVENTH
    assert reasons(verdict) == ["a sentence of 90 characters", "the median sentence is too long"]


@pytest.mark.parametrize(("wanted", "share"), [(50, 1), (34, 1), (100, 1), (25, SEVENTH)], ids=str)
def test_particles_are_wanted_as_often_as_agreed(wanted: int, share: float) -> None:
    """Every second text has one here; half and one and a half of what was agreed are fine."""
    verdict = check(CheckName.TONE, saying("早呀。", "先看成分。", particles_percent=wanted))

    assert verdict.share == share


def test_without_a_figure_the_samples_tell_how_many_particles() -> None:
    card = example().persona.model_copy(update={"samples": ("早呀。", "签到吧。")})
    material = replace(saying("早。", "签到。", particles_percent=None), asked=())
    material = replace(material, persona=card.model_copy(update={"tone": material.persona.tone}))

    verdict = check(CheckName.TONE, material)
    assert reasons(verdict) == ["particles in 0 % of the texts, wanted 100 %"]


def test_small_talk_that_is_not_the_cards_costs_tone() -> None:
    material = answering("早上好", "签到收好了。", Topic.SMALL_TALK, chats=True)

    assert "is none of the card's answers to small talk" in reasons(check(CheckName.TONE, material))


def posts(*texts: str) -> list[str]:
    """Twenty posts that begin with these."""
    return [
        *texts,
        *(f"今天讲第{'一二三四五六七八九十'[n % 10]}步" for n in range(20 - len(texts))),
    ]


@pytest.mark.parametrize("phrased", [0, 5], ids=["never", "in every fourth post"])
def test_too_few_and_too_many_catch_phrases_cost_points(phrased: int) -> None:
    said = posts(*["先看成分再看价。"] * phrased)

    assert check(CheckName.CATCH_PHRASE, saying(*said, road=Road.POST)).share < 1


def test_a_catch_phrase_now_and_then_is_fine() -> None:
    said = posts("先看成分再看价。", "一次只加一样新的。")

    assert check(CheckName.CATCH_PHRASE, saying(*said, road=Road.POST)).share == 1


def test_a_catch_phrase_twice_in_one_post_costs_points() -> None:
    verdict = check(
        CheckName.CATCH_PHRASE,
        saying(*posts("先看成分再看价，还是先看成分再看价。"), road=Road.POST),
    )

    assert reasons(verdict) == ["先看成分再看价 twice in one text"]


def test_one_catch_phrase_that_is_worn_out_costs_points() -> None:
    material = saying(*posts(*["先看成分再看价。"] * 4), road=Road.POST)
    rare = material.persona.model_copy(
        update={"memory_points": (MemoryPoint(text="先看成分再看价", every_posts=20),)}
    )

    verdict = check(CheckName.CATCH_PHRASE, replace(material, persona=rare))
    assert reasons(verdict) == ["wanted about 1"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("How are you today, my dear friend?", "not simplified Chinese"),
        ("這個說說看聽聽話學習學會", "not simplified Chinese"),
        ("先看 cheng fen biao 再说", "pinyin"),
    ],
)
def test_another_language_costs_points(text: str, why: str) -> None:
    verdict = check(CheckName.LANGUAGE, saying(text))

    assert verdict.share == 0
    assert reasons(verdict)[0] == why


def test_short_labels_are_no_language() -> None:
    assert (
        check(CheckName.LANGUAGE, saying("VS", "先看成分再看价，烟酰胺从低浓度起步。" * 3)).share
        == 1
    )


def test_replies_that_repeat_each_other_cost_diversity() -> None:
    said = [f"这个我没把握，发人工找同事{end}" for end in "一二三四五六七八九十"]

    verdict = check(CheckName.DIVERSITY, saying(*said, road=Road.ANSWER))
    assert verdict.share < 0.8
    assert reasons(verdict) == ["distinct-2 below 0.6"]


def test_the_same_words_in_several_templates_cost_diversity() -> None:
    verdict = check(CheckName.DIVERSITY, saying("签到收好了。", "签到收好了。", "记下了。"))

    assert verdict.share == 0.5


def test_different_replies_are_fine() -> None:
    said = ("先看成分再看价", "烟酰胺隔天用", "洗脸水温别太烫")

    assert check(CheckName.DIVERSITY, saying(*said, road=Road.ANSWER)).share == 1
