"""The verdicts on codes and due referrals, as tables; and the codes themselves."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import EventKey, MemberId
from bot.growth.referrals import (
    CODE_LENGTH,
    CODE_LETTERS,
    INACTIVE_DAYS,
    Accepted,
    Again,
    CodeEntry,
    Due,
    Ending,
    EntryFacts,
    EntryVerdict,
    Rejected,
    Rejection,
    draw_code,
    judge_due,
    judge_entry,
    progress_of,
    read_code,
)
from tests.support.events import DAY, GROUP, MINUTE, NOW, SECOND

FRIEND, INVITER, OTHER = MemberId(1), MemberId(2), MemberId(3)

ENTRY = CodeEntry(
    event_key=EventKey("event/1"),
    friend_id=FRIEND,
    staff=False,
    group_key=GROUP,
    code="ABC234",
    now=NOW,
    code_minutes=30,
    qualify_hours=24,
    hold_joins_a_minute=10,
    hold_joins_an_hour=30,
)
FACTS = EntryFacts(
    own_inviter_id=None,
    replayed=False,
    held=False,
    inviter_id=INVITER,
    inviter_present=True,
    joined_at=NOW - MINUTE,
    stays=1,
    ancestors=frozenset({INVITER}),
    entries_last_minute=0,
    entries_last_hour=0,
)


def judge(entry: CodeEntry = ENTRY, /, **facts: Any) -> EntryVerdict:
    return judge_entry(entry, replace(FACTS, **facts))


def test_a_newcomer_with_a_members_code_is_accepted() -> None:
    assert judge() == Accepted(INVITER, held=False)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"inviter_id": None}, Rejection.UNKNOWN_CODE),
        ({"inviter_id": FRIEND}, Rejection.SELF),
        ({"joined_at": None}, Rejection.NOT_NEW),
        ({"stays": 2}, Rejection.NOT_NEW),
        ({"stays": 0, "joined_at": None}, Rejection.NOT_NEW),
        ({"joined_at": NOW - 31 * MINUTE}, Rejection.LATE),
        ({"inviter_present": False}, Rejection.INVITER_GONE),
        ({"ancestors": frozenset({INVITER, OTHER, FRIEND})}, Rejection.LOOP),
    ],
    ids=lambda value: str(value) if isinstance(value, Rejection) else "",
)
def test_a_code_does_not_count_for(facts: dict[str, Any], reason: Rejection) -> None:
    assert judge(**facts) == Rejected(reason)


def test_a_code_does_not_count_for_staff() -> None:
    assert judge(replace(ENTRY, staff=True)) == Rejected(Rejection.STAFF)


def test_the_table_of_rejections_knows_all_of_them() -> None:
    assert set(Rejection) == {
        Rejection.UNKNOWN_CODE, Rejection.SELF, Rejection.STAFF, Rejection.NOT_NEW, Rejection.LATE,
        Rejection.INVITER_GONE, Rejection.LOOP,
    }  # fmt: skip


def test_of_several_reasons_the_first_in_the_order_of_explaining_is_told() -> None:
    everything: dict[str, Any] = {
        "inviter_id": FRIEND,
        "stays": 2,
        "joined_at": NOW - DAY,
        "inviter_present": False,
        "ancestors": frozenset({FRIEND}),
    }
    staff = replace(ENTRY, staff=True)
    steps: list[tuple[CodeEntry, dict[str, Any], Rejection]] = [
        (staff, {"inviter_id": None}, Rejection.UNKNOWN_CODE),
        (staff, {}, Rejection.SELF),
        (staff, {"inviter_id": INVITER}, Rejection.STAFF),
        (ENTRY, {"inviter_id": INVITER}, Rejection.NOT_NEW),
        (ENTRY, {"inviter_id": INVITER, "stays": 1}, Rejection.LATE),
        (
            ENTRY,
            {"inviter_id": INVITER, "stays": 1, "joined_at": NOW},
            Rejection.INVITER_GONE,
        ),
        (
            ENTRY,
            {"inviter_id": INVITER, "stays": 1, "joined_at": NOW, "inviter_present": True},
            Rejection.LOOP,
        ),
    ]
    for entry, change, reason in steps:
        assert judge(entry, **(everything | change)) == Rejected(reason)


def test_who_has_an_inviter_already_keeps_him_whatever_else_is_true() -> None:
    assert judge(own_inviter_id=OTHER, inviter_id=None, stays=5) == Again(OTHER)


def test_the_same_event_again_gets_its_first_answer() -> None:
    assert judge(own_inviter_id=INVITER, replayed=True) == Accepted(INVITER, held=False)
    assert judge(own_inviter_id=INVITER, replayed=True, held=True) == Accepted(INVITER, held=True)


def test_the_last_moment_for_a_code_is_exactly_the_limit_after_joining() -> None:
    assert judge(joined_at=NOW - 30 * MINUTE) == Accepted(INVITER, held=False)
    assert judge(joined_at=NOW - 30 * MINUTE - SECOND) == Rejected(Rejection.LATE)


@pytest.mark.parametrize(
    ("minute", "hour", "held"),
    [(9, 29, False), (10, 10, True), (0, 30, True), (10, 30, True)],
)
def test_too_many_joins_with_one_code_wait_for_a_person(minute: int, hour: int, held: bool) -> None:
    assert judge(entries_last_minute=minute, entries_last_hour=hour) == Accepted(INVITER, held)


DUE = Due(
    referral_id=1,
    friend_id=FRIEND,
    inviter_id=INVITER,
    entered_at=NOW - DAY,
    friend_acted=True,
    inviter_settled_today=0,
    inviter_settled_this_month=0,
)


@pytest.mark.parametrize(
    ("change", "ending"),
    [
        ({}, Ending.SETTLE),
        ({"inviter_settled_today": 9, "inviter_settled_this_month": 29}, Ending.SETTLE),
        ({"inviter_settled_today": 10}, Ending.POSTPONE),
        ({"inviter_settled_this_month": 30}, Ending.POSTPONE),
        ({"friend_acted": False}, Ending.WAIT),
        ({"friend_acted": False, "inviter_settled_today": 10}, Ending.WAIT),
        (
            {"friend_acted": False, "entered_at": NOW - INACTIVE_DAYS * DAY + SECOND},
            Ending.WAIT,
        ),
        ({"friend_acted": False, "entered_at": NOW - INACTIVE_DAYS * DAY}, Ending.REJECT),
        ({"entered_at": NOW - 100 * DAY}, Ending.SETTLE),
    ],
)
def test_a_due_referral_ends_as(change: dict[str, Any], ending: Ending) -> None:
    due = replace(DUE, **change)

    assert judge_due(due, now=NOW, most_a_day=10, most_a_month=30) is ending


@given(st.integers())
def test_a_code_has_six_letters_that_nobody_confuses(seed: int) -> None:
    code = draw_code(random.Random(seed))

    assert len(code) == CODE_LENGTH == 6
    assert set(code) <= set(CODE_LETTERS)


def test_the_letters_of_codes_are_unique_capitals_and_digits_without_the_confusing_ones() -> None:
    assert len(set(CODE_LETTERS)) == len(CODE_LETTERS)
    assert CODE_LETTERS.upper() == CODE_LETTERS
    assert not set("0O1IL") & set(CODE_LETTERS)


def test_drawn_codes_hardly_ever_repeat() -> None:
    rng = random.Random(1)
    codes = [draw_code(rng) for _ in range(10_000)]

    assert len(codes) - len(set(codes)) <= 3
    assert set("".join(codes)) == set(CODE_LETTERS)


CODES = st.text(CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


def wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


@given(CODES)
def test_a_code_is_read_as_typed_in_any_case_with_anything_around_it(code: str) -> None:
    for typed in (code, code.lower(), f"  {code}  ", f"“{code}”", f"我的码是{code}呀", f"{code}。"):
        assert read_code(typed) == code


@given(CODES)
def test_a_code_is_read_in_full_width_letters(code: str) -> None:
    assert read_code(wide(code)) == code
    assert read_code(wide(code.lower())) == code


@given(CODES, st.integers(1, CODE_LENGTH - 1))
def test_a_code_is_read_when_a_space_was_typed_inside_it(code: str, place: int) -> None:
    assert read_code(f"{code[:place]} {code[place:]}") == code


@pytest.mark.parametrize("typed", ["", "   ", "ABC23", "ABC2345", "好的", "AB CD"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) == ""


def test_the_progress_of_an_inviter_counts_what_waits_and_what_was_paid() -> None:
    counts = [("pending", 2), ("held", 1), ("settled", 4), ("rejected", 8), ("reversed", 16)]

    assert (progress_of(counts).pending, progress_of(counts).settled) == (3, 4)
    assert (progress_of([]).pending, progress_of([]).settled) == (0, 0)
