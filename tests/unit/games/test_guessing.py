"""What counts as a right answer, as a wrong one, and as no answer at all."""

import pytest

from bot.games.guessing import is_guess, is_right, mask

SOUNDS = {
    "挡": frozenset({"dang"}),
    "当": frozenset({"dang"}),
    "一": frozenset({"yi"}),
    "十": frozenset({"shi"}),
    "以": frozenset({"yi"}),
}
NO_GUESS = ("?", "吗", "怎么", "不知道")


@pytest.mark.parametrize(
    "typed", ["力争上游", "力争上游！", "是力争上游吧", "力 争 上 游", "「力争上游」"]
)
def test_an_answer_is_right_whatever_stands_around_it(typed: str) -> None:
    assert is_right(typed, ["逆水行舟", "力争上游"])


@pytest.mark.parametrize("typed", ["力争上", "争上游", "我今天学到一个词叫力争上游", "", "！"])
def test_half_an_answer_or_a_speech_is_not_right(typed: str) -> None:
    assert not is_right(typed, ["力争上游"])


def test_width_and_case_do_not_matter_and_a_letter_stands_alone() -> None:
    assert is_right("ｕｖｂ", ["UVB"])
    assert is_right("b。", ["B"])
    assert not is_right("ab", ["B"])


def test_a_slip_of_the_input_method_is_forgiven_where_sounds_are_known() -> None:
    assert is_right("以一挡十", ["以一当十"], SOUNDS)
    assert not is_right("以一挡十", ["以一当十"])
    assert not is_right("以一挡当", ["以一当十"], SOUNDS)


@pytest.mark.parametrize(
    "typed", ["怎么签到", "是力争吗", "几号发货?", "不知道啊", "好", "今天天气真的很不错呀"]
)
def test_questions_and_talk_are_no_guesses(typed: str) -> None:
    assert not is_guess(typed, ["力争上游"], NO_GUESS)


@pytest.mark.parametrize("typed", ["迎难而上", "往上走", "一帆风顺啦"])
def test_what_is_as_long_as_an_answer_is_a_guess(typed: str) -> None:
    assert is_guess(typed, ["力争上游"], NO_GUESS)


def test_a_letter_is_a_guess_and_where_letters_are_asked_for_nothing_else_is() -> None:
    assert is_guess("C", ["B"], NO_GUESS)
    assert is_guess("C", ["视黄醇"], NO_GUESS)
    assert not is_guess("好的", ["B"], NO_GUESS)


def test_hints_show_the_first_character_then_the_last() -> None:
    assert [mask("力争上游", hints) for hints in range(3)] == ["○○○○", "力○○○", "力○○游"]
