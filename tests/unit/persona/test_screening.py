"""What may not leave the house, however it is spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.persona.screening import find_blocked
from tests.support.brand import brand

PERSONA = brand().persona
BLOCKED = (*PERSONA.screening.blocked, *PERSONA.tone.banned)


def wide(text: str) -> str:
    """ASCII letters, digits and signs in full width."""
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@pytest.mark.parametrize("word", BLOCKED)
def test_a_blocked_word_is_found_wherever_it_stands(word: str) -> None:
    for text in (word, f"今天说说{word}的事", f"好\n{word}", f"（{word}）"):
        assert find_blocked(text, PERSONA) in BLOCKED


@pytest.mark.parametrize(
    "word", [word for word in BLOCKED if word.isascii() or "%" in word or "AI" in word]
)
def test_full_width_and_mixed_case_do_not_hide_a_word(word: str) -> None:
    for hidden in (wide(word), word.lower(), word.upper(), word.swapcase()):
        assert find_blocked(f"说{hidden}了", PERSONA) == word


def test_there_are_blocked_words_with_letters_to_try_this_on() -> None:
    assert any("AI" in word for word in BLOCKED)
    assert any("%" in word for word in BLOCKED)


@pytest.mark.parametrize("word", BLOCKED)
@pytest.mark.parametrize("gap", ["\u200b", "\u2060", "\ufeff", "\u00ad"])
def test_invisible_characters_do_not_hide_a_word(word: str, gap: str) -> None:
    assert find_blocked(gap.join(word), PERSONA) in BLOCKED


@pytest.mark.parametrize("gap", [" ", "\u3000", "  "])
def test_spaces_do_not_hide_a_word(gap: str) -> None:
    for word in PERSONA.screening.blocked:
        assert find_blocked(f"这是{gap.join(word)}的", PERSONA) in BLOCKED, word


@pytest.mark.parametrize("word", PERSONA.screening.allowed)
def test_a_harmless_word_that_contains_a_blocked_one_may_go(word: str) -> None:
    assert any(blocked in word for blocked in BLOCKED), "else it needs no exception"
    assert find_blocked(f"说说{word}吧", PERSONA) == ""


def test_a_blocked_word_beside_a_harmless_one_is_still_found() -> None:
    assert find_blocked("最佳食用时间是早上，最佳", PERSONA) == "最佳"


@given(st.text(st.sampled_from("天气好今日去买菜 ，。!a1"), max_size=30))
def test_harmless_talk_may_go(text: str) -> None:
    assert find_blocked(text, PERSONA) == ""


def test_nothing_the_example_brand_says_is_blocked() -> None:
    for name, variants in PERSONA.templates.items():
        for variant in variants:
            assert find_blocked(variant, PERSONA) == "", name
    for item in brand().knowledge:
        assert find_blocked(item.answer, PERSONA) == "", item.key
