"""Letters: what has no glyph is left out, and what is too long is cut to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drawing.letters import NAMELESS, Type, cut, drawable, wrap

STYLE = Type(36, "#000000")


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("林晚", "林晚"),
        ("林晚🎉", "林晚"),
        ("沈知微👩‍⚕️ 医生", "沈知微 医生"),
        ("❤️林❤️晚", "林 晚"),
        ("1️⃣号", "1 号"),
        ("靐齉①★", "靐齉①★"),
        ("Zoë", "Zoë"),
        ("한글名字", "名字"),
        ("a\u0301\nb", "á b"),
    ],
)
def test_what_the_fonts_cannot_draw_is_left_out_of_a_name(name: str, drawn: str) -> None:
    assert drawable(name) == drawn


@pytest.mark.parametrize("name", ["🎉🎉", "", " \u200b", "\ud800"])
def test_a_name_of_which_nothing_can_be_drawn_gets_a_placeholder(name: str) -> None:
    assert drawable(name, NAMELESS) == NAMELESS


def test_what_is_too_long_for_its_place_ends_in_an_ellipsis() -> None:
    short = cut("鱼" * 40, STYLE, 36 * 10)
    assert short == "鱼" * 9 + "…"


def test_what_fits_stays_as_it_is() -> None:
    assert cut("鱼" * 10, STYLE, 36 * 10) == "鱼" * 10


@given(text=st.text(max_size=80), width=st.integers(40, 900))
def test_nothing_that_was_cut_or_wrapped_is_wider_than_its_place(text: str, width: int) -> None:
    shown = drawable(text)
    for line in (cut(shown, STYLE, width), *wrap(shown, STYLE, width, 3)):
        assert STYLE.width(line) <= width


@given(text=st.text("鱼塘。，a1 ", max_size=60))
def test_wrapping_loses_no_letter_when_there_are_lines_enough(text: str) -> None:
    lines = wrap(drawable(text), STYLE, 200, 60)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_begins_neither_with_a_closing_mark_nor_inside_a_number() -> None:
    assert wrap("鱼" * 5 + "。好", STYLE, 36 * 5, 3) == ["鱼" * 4, "鱼。好"]
    assert wrap("鱼" * 4 + "2026", STYLE, 36 * 5, 3) == ["鱼" * 4, "2026"]


def test_a_text_of_more_lines_than_there_are_is_cut_in_the_last() -> None:
    assert wrap("鱼" * 40, STYLE, 36 * 5, 2) == ["鱼" * 5, "鱼" * 4 + "…"]
