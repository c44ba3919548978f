"""Seats: first come, first seated; nobody twice; what is given up goes to the head of the line."""

from functools import partial

import pytest

from bot.campaigns.seat_lane import Told, apply_seats
from bot.campaigns.seats import (
    Closed,
    Full,
    GivenUp,
    NotHere,
    NotOpenYet,
    NotSignedUp,
    Queued,
    Seated,
    SeatId,
)
from bot.store.connection import Connection
from tests.support.engines import REFUSED
from tests.support.stores import in_transaction
from tests.unit.campaigns.support import (
    MINUTE,
    SEATS,
    SPRING,
    give_up,
    join,
    leave,
    sign_up,
    sweep,
)
from tests.unit.rewards.support import DAY, NOW, run


def states(books: Connection) -> list[tuple[int, str, int | None]]:
    """Who stands how, in the order of arrival."""
    rows = books.execute("SELECT member_id, state, number FROM campaign_seat ORDER BY id")
    return [(row["member_id"], row["state"], row["number"]) for row in rows]


@pytest.fixture
def hall(books: Connection) -> Connection:
    """Members 11 to 16 are in the group."""
    join(books, *range(11, 17))
    return books


def test_who_comes_first_is_seated_and_then_there_is_a_line_and_then_nothing(
    hall: Connection,
) -> None:
    answers = run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13, 14)))

    assert answers == [Seated(1), Seated(2), Queued(1), Full(2)]
    assert states(hall) == [(11, "seated", 1), (12, "seated", 2), (13, "waiting", None)]


def test_a_member_has_one_place_and_is_told_how_it_stands(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))

    again = run(hall, apply_seats, sign_up(11, "again"), sign_up(13, "more"))

    assert again == [Seated(1, already=True), Queued(1, already=True)]
    assert len(states(hall)) == 3


def test_the_same_event_gets_its_first_answer_whatever_happened_since(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    run(hall, apply_seats, give_up(11))

    answers = run(hall, apply_seats, sign_up(13), sign_up(11), give_up(11))

    assert answers == [Queued(1), Seated(1), GivenUp(was_seated=True)]
    assert states(hall) == [(11, "cancelled", 1), (12, "seated", 2), (13, "seated", 1)]


def test_a_seat_that_is_given_up_goes_to_the_head_of_the_line_before_anybody_new(
    hall: Connection,
) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))

    answers = run(hall, apply_seats, give_up(12), sign_up(14))

    assert answers == [GivenUp(was_seated=True), Queued(1)]
    assert states(hall)[2:] == [(13, "seated", 2), (14, "waiting", None)]


def test_who_comes_back_stands_at_the_end(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    run(hall, apply_seats, give_up(11))

    assert run(hall, apply_seats, sign_up(11, "back")) == [Queued(1)]


def test_leaving_the_group_frees_the_seat_and_the_line_moves_up(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    leave(hall, 11)

    run(hall, apply_seats, sweep())
    run(hall, apply_seats, sweep())

    assert states(hall) == [(11, "left", 1), (12, "seated", 2), (13, "seated", 1)]


def test_leaving_the_line_is_no_seat(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))

    assert run(hall, apply_seats, give_up(13)) == [GivenUp(was_seated=False)]
    assert run(hall, apply_seats, give_up(13, "more"), give_up(16)) == [NotSignedUp()] * 2


def test_a_line_moves_up_when_the_file_gives_more_seats(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    more = type(SEATS)(SEATS.opens_at, SEATS.closes_at, 3, 1, SEATS.moves_until)

    run(hall, apply_seats, sweep(terms=more))

    assert states(hall)[-1] == (13, "seated", 3)


def test_fewer_seats_take_nobodys_away_and_are_given_to_nobody_new(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    fewer = type(SEATS)(SEATS.opens_at, SEATS.closes_at, 1, 1, SEATS.moves_until)

    run(hall, apply_seats, give_up(11, terms=fewer))

    assert states(hall)[1:] == [(12, "seated", 2), (13, "waiting", None)]


def test_signing_up_has_its_days_and_is_for_who_is_there(hall: Connection) -> None:
    early = sign_up(11, at=SEATS.opens_at - MINUTE)
    late = sign_up(12, at=SEATS.closes_at)

    answers = run(hall, apply_seats, early, late, sign_up(99))

    assert answers == [NotOpenYet(SEATS.opens_at), Closed(SEATS.closes_at), NotHere()]
    assert states(hall) == []


def test_when_the_door_has_closed_seats_stay_as_they_are(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    after = SEATS.moves_until
    leave(hall, 12)

    answers = run(hall, apply_seats, give_up(11, at=after), sweep(at=after))

    assert answers[0] == Closed(after)
    assert states(hall)[1:] == [(12, "left", 2), (13, "waiting", None)]


def test_that_somebody_moved_up_is_told_once(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    run(hall, apply_seats, give_up(11))

    run(hall, apply_seats, Told(SPRING, (SeatId(3),), NOW), Told(SPRING, (SeatId(3),), NOW + DAY))

    (told,) = hall.execute("SELECT told_at FROM campaign_seat WHERE id = 3").fetchone()
    (moved,) = hall.execute("SELECT moved_at FROM campaign_seat WHERE id = 3").fetchone()
    assert told == moved


def test_the_database_itself_knows_no_seat_beyond_the_quota(hall: Connection) -> None:
    run(hall, apply_seats, sign_up(11), sign_up(12))

    for change in ("number = 3", "number = 1, state = 'seated'"):
        statement = f"UPDATE campaign_seat SET {change} WHERE member_id = 12"
        with pytest.raises(REFUSED):
            in_transaction(hall, partial(hall.execute, statement))


def test_who_waits_gets_a_new_seat_before_who_comes_now(hall: Connection) -> None:
    run(hall, apply_seats, *(sign_up(number) for number in (11, 12, 13)))
    more = type(SEATS)(SEATS.opens_at, SEATS.closes_at, 3, 1, SEATS.moves_until)

    answers = run(hall, apply_seats, sign_up(14, terms=more))

    assert answers == [Queued(1)]
    assert states(hall)[2:] == [(13, "seated", 3), (14, "waiting", None)]
