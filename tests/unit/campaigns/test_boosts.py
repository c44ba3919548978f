"""A campaign adds to check-ins while its account holds what it adds."""

from bot.campaigns.funds import apply_levels
from bot.rewards.checkin.lane import apply_check_ins
from bot.store.connection import Connection
from tests.unit.campaigns.support import POINTS, SPRING, boosted_check_in, level
from tests.unit.rewards.support import balance, check_in, member, run


def test_a_check_in_pays_its_points_and_the_campaign_adds_its_own(books: Connection) -> None:
    run(books, apply_levels, level())

    (done,) = run(books, apply_check_ins, boosted_check_in(11))

    assert (done.points, done.extra, done.balance) == (10, 10, 20)
    assert balance(books, POINTS) == 990
    row = books.execute("SELECT points, extra, campaign FROM checkin").fetchone()
    assert tuple(row) == (10, 10, SPRING)


def test_the_same_check_in_again_adds_nothing(books: Connection) -> None:
    run(books, apply_levels, level())

    first = run(books, apply_check_ins, boosted_check_in(11), boosted_check_in(11))
    run(books, apply_check_ins, boosted_check_in(11))
    (other,) = run(books, apply_check_ins, boosted_check_in(11, "another event"))

    assert first[0] == first[1]
    assert other.repeated
    assert balance(books, member(11)) == 20


def test_when_the_account_is_empty_the_day_pays_what_it_always_does(books: Connection) -> None:
    run(books, apply_levels, level(points=15))

    answers = run(books, apply_check_ins, boosted_check_in(11), boosted_check_in(12))

    assert [(done.points, done.extra) for done in answers] == [(10, 10), (10, 0)]
    row = books.execute("SELECT extra, campaign FROM checkin WHERE member_id = 12").fetchone()
    assert tuple(row) == (0, "")


def test_a_day_without_a_campaign_has_no_extra(books: Connection) -> None:
    run(books, apply_levels, level())

    (done,) = run(books, apply_check_ins, check_in(11, "plain"))

    assert (done.extra, done.balance) == (0, 10)
    assert balance(books, POINTS) == 1000
