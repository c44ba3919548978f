"""The door: the word, in time, once, by who has a seat; and points while there are any."""

from datetime import timedelta

import pytest

from bot.campaigns.door import Arrived, Paused, WrongCode
from bot.campaigns.funds import apply_levels
from bot.campaigns.seat_lane import apply_seats
from bot.campaigns.seats import Closed, NotHere, NotOpenYet, NotSignedUp, Queued
from bot.store.connection import Connection
from tests.unit.campaigns.support import (
    DOOR,
    MINUTE,
    POINTS,
    arrival,
    give_up,
    join,
    leave,
    level,
    sign_up,
    sweep,
)
from tests.unit.rewards.support import NOW, balance, member, run


@pytest.fixture
def hall(books: Connection) -> Connection:
    """11 and 12 have seats, 13 waits; the campaign has 1,000 points."""
    join(books, *range(11, 17))
    run(books, apply_levels, level())
    run(books, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    return books


def test_the_right_word_lets_in_and_pays_once(hall: Connection) -> None:
    answers = run(hall, apply_seats, arrival(11), arrival(11), arrival(11, key="more"))

    assert answers == [Arrived(20, 20), Arrived(20, 20), Arrived(20, 20, already=True)]
    assert balance(hall, member(11)) == 20
    assert balance(hall, POINTS) == 980


@pytest.mark.parametrize("word", ["谷雨　ＦＲＥＳＨ！", "「谷雨 fresh」", " 谷雨  Fresh。"])
def test_width_case_and_marks_around_the_word_do_not_count(hall: Connection, word: str) -> None:
    assert run(hall, apply_seats, arrival(11, word)) == [Arrived(20, 20)]


def test_too_many_wrong_words_are_a_pause_until_the_first_is_old(hall: Connection) -> None:
    tries = [arrival(11, "错了", f"try-{number}", at=NOW + number * MINUTE) for number in range(3)]
    until = NOW + DOOR.window

    assert run(hall, apply_seats, *tries) == [WrongCode(2), WrongCode(1), Paused(until)]
    right = arrival(11, key="right", at=until - timedelta(microseconds=1))
    assert run(hall, apply_seats, right) == [Paused(until)]
    assert run(hall, apply_seats, arrival(11, key="later", at=until)) == [Arrived(20, 20)]


def test_a_repeated_wrong_word_costs_no_other_try(hall: Connection) -> None:
    wrong = arrival(11, "错了", "try")

    assert run(hall, apply_seats, wrong, wrong) == [WrongCode(2)] * 2
    assert run(hall, apply_seats, wrong) == [WrongCode(2)]
    assert run(hall, apply_seats, arrival(12, "错了", "other")) == [WrongCode(2)]


def test_the_door_is_for_who_has_a_seat(hall: Connection) -> None:
    leave(hall, 12)

    answers = run(hall, apply_seats, arrival(13), arrival(14), arrival(12))

    assert answers == [Queued(1, already=True), NotSignedUp(), NotHere()]


def test_the_door_has_its_hour(hall: Connection) -> None:
    early = arrival(11, at=DOOR.opens_at - MINUTE)
    late = arrival(11, key="late", at=DOOR.closes_at)

    assert run(hall, apply_seats, early, late) == [
        NotOpenYet(DOOR.opens_at),
        Closed(DOOR.closes_at),
    ]


def test_who_was_there_keeps_his_seat_for_good(hall: Connection) -> None:
    run(hall, apply_seats, arrival(11))
    (refused,) = run(hall, apply_seats, give_up(11))
    leave(hall, 11)
    run(hall, apply_seats, sweep())

    assert isinstance(refused, Closed)
    row = hall.execute("SELECT state FROM campaign_seat WHERE member_id = 11").fetchone()
    assert row["state"] == "seated"


def test_when_the_campaigns_points_are_spent_one_is_let_in_and_promised_nothing(
    hall: Connection,
) -> None:
    run(hall, apply_levels, level(points=30))

    answers = run(hall, apply_seats, arrival(11), arrival(12))

    assert answers == [Arrived(20, 20), Arrived(0, 20)]
    assert balance(hall, member(12)) == 0
    assert balance(hall, POINTS) == 10
