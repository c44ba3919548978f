"""Slots that are filled when a post goes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.live_slots import LIVE_SLOTS, fill_live, slot_mistakes, verbatim

FACTS = {"group": "茶友群", "weekday": "周二"}
BRACED = st.text(alphabet="{}ab 群\n")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{group}的{weekday}", "茶友群的周二"),
        ("{{group}}", "{group}"),
        ("{{{group}}}", "{茶友群}"),
        ("{nobody} {", "{nobody} {"),
        ("", ""),
    ],
)
def test_facts_go_into_their_slots_and_doubled_braces_become_single(text: str, filled: str) -> None:
    assert fill_live(text, FACTS) == filled


@given(BRACED)
def test_words_of_others_are_given_back_as_they_were(text: str) -> None:
    assert fill_live(verbatim(text), dict.fromkeys(("a", "b", "ab"), "!")) == text


@given(BRACED)
def test_a_text_without_mistakes_keeps_no_slot_unfilled(text: str) -> None:
    known = {"a": "1", "ab": "2"}
    if not list(slot_mistakes(text, known)):
        plain = text.replace("{{", "").replace("}}", "")
        for name in known:
            plain = plain.replace(f"{{{name}}}", "")
        assert not set("{}") & set(plain) or "{{{" in text or "}}}" in text


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        ("来{grup}", "unknown slot {grup}", "write {group}"),
        ("来{小明}", "unknown slot {小明}", "write one of {brand}, {persona}, {date}"),
        ("来{}", "unknown slot {}", "write one of {brand}"),
        ("来}", "a brace that belongs to no slot", "write {NAME}, or {{ and }} for braces"),
        ("来{gr\noup}", "a brace that belongs to no slot", "write {NAME}"),
    ],
)
def test_a_mistake_is_told_where_its_brace_is(text: str, what: str, instead: str) -> None:
    first = next(slot_mistakes(text, LIVE_SLOTS))

    assert (first.offset, first.what) == (1, what)
    assert first.instead.startswith(instead)
