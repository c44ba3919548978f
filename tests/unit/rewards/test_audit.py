"""The audit finds every way of breaking the books: one mutant, at least, for every check."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.rewards.audit.audit import CHECKS, AuditReport, audit
from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.unit.rewards.healthy import healthy_books
from tests.unit.rewards.support import contents, new_books
from tests.unit.rewards.tampering.books import BOOKS
from tests.unit.rewards.tampering.campaigns import CAMPAIGNS
from tests.unit.rewards.tampering.games import GAMES
from tests.unit.rewards.tampering.merits import MERITS
from tests.unit.rewards.tampering.mutant import BEN, Mutant, alter, take_the_guards_away
from tests.unit.rewards.tampering.shop import SHOP

MUTANTS = [*BOOKS, *GAMES, *MERITS, *SHOP, *CAMPAIGNS]


def unguarded_books(books: Connection) -> None:
    healthy_books(books)
    take_the_guards_away(books)


@pytest.fixture
def books(engine: Dialect) -> Iterator[Connection]:
    """Healthy books that a hand may write into."""
    with closing(new_books(unguarded_books)) as connection:
        if engine is Dialect.SQLITE:
            take_the_guards_away(connection)  # some are the connection's, not the file's
        yield connection


def audit_after(books: Connection, *statements: str) -> AuditReport:
    for statement in statements:
        books.execute(statement)
    return audit(books)


def test_healthy_books_hold_every_fact_about_something(books: Connection) -> None:
    report = audit(books)
    assert report.broken == ()
    assert [fact.name for fact in report.facts] == [check.name for check in CHECKS]
    assert all(fact.count > 0 for fact in report.facts)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.story)
def test_the_audit_notices(books: Connection, mutant: Mutant) -> None:
    mutant.happen(books)
    report = audit(books)
    assert mutant.noticed_by == {broken.name for broken in report.broken}
    assert all(broken.found for broken in report.broken)


def test_every_check_has_a_mutant_that_it_notices() -> None:
    noticed = {name for mutant in MUTANTS for name in mutant.noticed_by}
    assert noticed == {check.name for check in CHECKS}


def test_names_of_checks_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_finding_says_what_is_wrong_and_shows_the_entries_behind_it(
    books: Connection,
) -> None:
    report = audit_after(books, alter("spent", "actor = 'another'"))
    (broken,) = report.broken
    assert broken.found == ("transfer spent was altered",)
    assert broken.entries[0].endswith("member/1 -900 -> 197 (adjustment, spent, for a test)")
    assert broken.entries[1].endswith("(adjustment, spent, for a test)")


def test_an_account_that_is_wrong_is_shown_with_its_last_entries(books: Connection) -> None:
    report = audit_after(books, f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}")
    broken = next(broken for broken in report.broken if broken.name == "balance_is_sum")
    assert len(broken.entries) == 5
    assert all("member/2" in entry for entry in broken.entries)


def test_every_transfer_is_looked_at_though_they_are_read_in_parts(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rewards.audit.audit.PAGE", 2)
    books.execute("UPDATE transfer SET actor = 'another' WHERE id IN (2, 4, 5, 6, 96)")
    (broken,) = audit(books).broken
    assert len(broken.found) == 5


def test_an_audit_writes_nothing_and_leaves_no_transaction_open(books: Connection) -> None:
    before = contents(books)
    audit(books)
    assert not books.in_transaction
    assert contents(books) == before


def test_an_audit_within_a_transaction_sees_it_and_leaves_it_open(books: Connection) -> None:
    books.begin()
    books.execute(f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}")
    assert audit(books).broken
    assert books.in_transaction
    books.rollback()
    assert not audit(books).broken
