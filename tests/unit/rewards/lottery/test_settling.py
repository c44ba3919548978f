"""How lotteries end: drawn once, proved afterwards, and nothing promised is lost."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.ids import LotteryId
from bot.core.money import Currency
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.lottery.clock_lane import (
    Publication,
    apply_publications,
)
from bot.rewards.lottery.proof import prove_lottery
from bot.rewards.lottery.rounds import RefusedBecause
from bot.rewards.lottery.terms import hash_of, write_terms
from bot.store.connection import Connection
from tests.support.stores import memory_database
from tests.unit.rewards.support import DAY, NOW, add_members, balance, contents, run

from .support import (
    ENDS,
    SEED,
    blank,
    drawn,
    gift,
    prize,
    publish,
    refusal,
    settle,
    terms,
    wish,
)

CREAM = {"weight": 0, "stock": 1}


def wins(books: Connection) -> list[Any]:
    return books.execute("SELECT * FROM lottery_win ORDER BY id").fetchall()


def state(books: Connection, lottery_id: int = 1) -> Any:
    return books.execute("SELECT * FROM lottery WHERE id = ?", (lottery_id,)).fetchone()


def evening(books: Connection, entrants: int = 9, **changes: Any) -> None:
    """A gift that is drawn at the end among so many."""
    publish(books, gift("cream", **CREAM), mode="at_time", claim_days=7, **changes)
    drawn(books, *[wish(n, f"e{n}") for n in range(1, entrants + 1)])


def is_proved(books: Connection, lottery_id: int = 1) -> bool:
    proof = prove_lottery(books, LotteryId(lottery_id))
    assert proof is not None
    return all(line.holds for line in proof)


def test_the_seeds_hash_and_the_rules_are_stored_before_any_draw(books: Connection) -> None:
    found = publish(books)
    row = books.execute("SELECT * FROM lottery_terms").fetchone()
    assert row["terms"] == write_terms(found.terms)
    assert row["terms_hash"] == hash_of(row["terms"])
    assert state(books)["seed_hash"] == hash_of(SEED)


def test_nothing_is_drawn_before_its_time(books: Connection) -> None:
    evening(books)
    settle(books, ENDS - timedelta(seconds=1))
    assert (state(books)["state"], wins(books)) == ("open", [])


def test_a_drawing_happens_once_however_often_it_is_due(books: Connection) -> None:
    evening(books)
    settle(books)
    before = contents(books)
    settle(books)
    assert contents(books) == before
    assert len(wins(books)) == 1
    assert is_proved(books)


def test_a_full_lottery_is_drawn_with_its_last_entrant(books: Connection) -> None:
    publish(books, gift("cream", **CREAM), mode="full", entrants=3)
    drawn(books, wish(1, "a"), wish(2, "b"))
    settle(books, NOW)
    assert state(books)["state"] == "open"
    drawn(books, wish(3, "c"))
    assert refusal(books, wish(4, "d")).because is RefusedBecause.FULL
    settle(books, NOW)
    assert state(books)["state"] == "ended"
    assert len(wins(books)) == 1


def test_more_prizes_than_entrants_go_back(books: Connection) -> None:
    publish(books, gift("cream", weight=0, stock=5), mode="at_time")
    drawn(books, wish(1, "a"), wish(2, "b"))
    settle(books)
    assert {row["member_id"] for row in wins(books)} == {1, 2}
    assert balance(books, AccountRef.stock("lottery/1/cream", Currency.GIFT)) == 0
    assert balance(books, AccountRef.issuance(Currency.GIFT)) == -2


def test_a_member_with_many_tickets_wins_once(books: Connection) -> None:
    publish(books, gift("cream", weight=0, stock=3), mode="at_time", draws_a_day=0)
    drawn(books, *[wish(1, f"a{n}") for n in range(30)], wish(2, "b"))
    settle(books)
    assert sorted(row["member_id"] for row in wins(books)) == [1, 2]


def test_a_lottery_without_entrants_ends_as_well(books: Connection) -> None:
    evening(books, entrants=0)
    settle(books)
    assert (state(books)["state"], wins(books)) == ("ended", [])
    assert is_proved(books)


def test_what_is_not_claimed_is_drawn_again_once_and_then_goes_back(books: Connection) -> None:
    evening(books)
    settle(books)
    settle(books, ENDS + 7 * DAY)
    first, second = wins(books)
    assert (first["state"], second["state"]) == ("lapsed", "open")
    assert second["follows"] == first["id"]
    assert second["member_id"] != first["member_id"]
    assert is_proved(books)
    settle(books, ENDS + 14 * DAY)
    assert [row["state"] for row in wins(books)] == ["lapsed", "lapsed"]
    assert balance(books, AccountRef.issuance(Currency.GIFT)) == 0
    assert is_proved(books)


def test_an_unclaimed_instant_gift_is_not_drawn_again(books: Connection) -> None:
    publish(books, gift(stock=1), claim_days=1)
    drawn(books, wish(7, "a"))
    settle(books, NOW + DAY)
    assert [row["state"] for row in wins(books)] == ["lapsed"]
    assert balance(books, AccountRef.stock("lottery/1/sample", Currency.GIFT)) == 1
    settle(books)
    assert balance(books, AccountRef.issuance(Currency.GIFT)) == 0
    assert is_proved(books)


def test_publishing_again_changes_nothing(books: Connection) -> None:
    publish(books)
    before = contents(books)
    assert publish(books, seed="f" * 64).seed == SEED
    assert contents(books) == before


def test_a_fair_change_is_a_new_version_and_later_draws_follow_it(books: Connection) -> None:
    publish(books, gift(stock=1, weight=1))
    drawn(books, wish(1, "a"))
    found = publish(books, gift(stock=3, weight=1))
    assert (found.version, found.terms.prize("sample").stock) == (2, 3)
    drawn(books, wish(2, "b"), wish(3, "c"))
    assert balance(books, AccountRef.stock("lottery/1/sample", Currency.GIFT)) == 0
    settle(books)
    assert is_proved(books)


def test_an_unfair_change_is_not_taken_whoever_asks(books: Connection) -> None:
    publish(books, prize(stock=5))
    found = publish(books, prize(stock=4))
    assert (found.version, found.terms.prize("ten").stock) == (1, 5)


def test_a_new_round_has_a_new_number(books: Connection) -> None:
    publish(books)
    settle(books)
    again = terms(starts_at=None)
    (found,) = run(books, apply_publications, Publication(again, "a" * 64, NOW))
    assert (found.campaign, found.lottery_id) == ("box/2", 2)


TAMPERINGS = {
    "another seed": "UPDATE lottery SET seed = 'x'",
    "other rules": "UPDATE lottery_terms SET terms = replace(terms, '禾间', '禾田')",
    "another roll": "UPDATE lottery_draw SET roll = (roll + 1) % total WHERE position = 3",
    "a missing number": "UPDATE lottery_draw SET number = 9 WHERE position = 3",
    "another winner": "UPDATE lottery_win SET position = (SELECT max(position) FROM lottery_draw"
    " WHERE position NOT IN (SELECT position FROM lottery_win)) WHERE id = 1",
    "another list": "UPDATE lottery SET entrants_hash = 'x'",
}


@pytest.mark.parametrize(
    ("how", "mode"),
    [
        (how, mode)
        for how in TAMPERINGS
        for mode in ("instant", "at_time")
        if (how, mode) != ("another roll", "at_time")  # entrants have no rolls
    ],
)
def test_the_proof_finds_what_was_tampered_with(how: str, mode: str) -> None:
    books = memory_database()
    add_members(books, 20)
    prizes = [prize(stock=3, weight=3), blank()] if mode == "instant" else [prize(weight=0)]
    publish(books, *prizes, mode=mode)
    drawn(books, *[wish(n, f"e{n}") for n in range(1, 11)][: 10 if mode == "at_time" else 4])
    settle(books)
    assert is_proved(books)
    for (name,) in books.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        books.execute(f"DROP TRIGGER {name}")
    books.execute("PRAGMA foreign_keys = OFF")
    books.execute(TAMPERINGS[how])
    assert not is_proved(books)
    books.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lottery SET seed = 'x'",
        "DELETE FROM lottery_draw",
        "UPDATE lottery_draw SET roll = 0",
        "UPDATE lottery_terms SET terms = '{}'",
        "UPDATE lottery_win SET member_id = 9",
        "UPDATE lottery_prize SET won = stock + 1",
    ],
)
def test_the_database_itself_refuses_to_rewrite_a_lottery(
    books: Connection, statement: str
) -> None:
    publish(books, prize(stock=9))
    drawn(books, wish(7, "a"))
    before = contents(books)
    with pytest.raises(
        Exception, match=r"(?i)does not change|is a fact|never changed|check constraint"
    ):
        books.execute(statement)
    assert contents(books) == before
