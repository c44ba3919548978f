"""The audit finds every way of breaking the books: one mutant, at least, for every check.

Each mutant is made by somebody who writes to the database by hand, past triggers, foreign keys
and constraints.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest

from bot.rewards.audit.audit import CHECKS, AuditReport, audit
from tests.unit.rewards.healthy import healthy_books
from tests.unit.rewards.support import new_books

HEALTHY = healthy_books()

ANNA = "(SELECT id FROM account WHERE kind = 'member' AND holder = '1')"
BEN = "(SELECT id FROM account WHERE kind = 'member' AND holder = '2')"
POOL = "(SELECT id FROM account WHERE kind = 'group')"
INVITER_PAID = "referral/2/referral_inviter"
INVITER_CLAWED_BACK = "referral/1/referral_inviter/clawback"
EMPTY_PACKET = "(SELECT id FROM account WHERE kind = 'packet' AND holder = '1')"


@dataclass(frozen=True)
class Mutant:
    """What somebody did, and the names of all checks that must notice."""

    story: str
    noticed_by: frozenset[str]
    statements: tuple[str, ...]


def mutant(story: str, noticed_by: str, *statements: str) -> Mutant:
    return Mutant(story, frozenset(noticed_by.split()), statements)


def alter(key: str, change: str) -> str:
    """Change a transfer's row."""
    return f"UPDATE transfer SET {change} WHERE key = '{key}'"


def row_of(key: str) -> str:
    """A transfer's row id."""
    return f"(SELECT id FROM transfer WHERE key = '{key}')"


def unguarded(table: str) -> tuple[str, ...]:
    """Make a table again without its constraints."""
    return (
        f"CREATE TABLE bare AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE bare RENAME TO {table}",
    )


def twice(table: str, where: str) -> tuple[str, ...]:
    """Copy rows within their table."""
    return (*unguarded(table), f"INSERT INTO {table} SELECT * FROM {table} WHERE {where}")


MUTANTS = [
    mutant(
        "points appear in an account",
        "zero_sum balance_is_sum",
        f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}",
    ),
    mutant(
        "points move between accounts without a transfer",
        "balance_is_sum",
        f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}",
        f"UPDATE account SET balance = balance - 5 WHERE id = {POOL}",
    ),
    mutant(
        "an entry's running balance is retouched",
        "balance_chain",
        "UPDATE entry SET balance_after = balance_after + 1"
        f" WHERE id = (SELECT min(id) FROM entry WHERE account_id = {BEN})",
    ),
    mutant(
        "one side of a transfer is torn out",
        "balance_is_sum two_entries",
        f"DELETE FROM entry WHERE account_id = {BEN} AND transfer_id = {row_of(INVITER_PAID)}",
    ),
    mutant(
        "both sides of a transfer are torn out, and its effect with them",
        "two_entries balance_chain",
        f"UPDATE account SET balance = balance - 1000 WHERE id = {BEN}",
        "UPDATE account SET balance = balance + 1000, overdraft = overdraft - 1000"
        " WHERE kind = 'issuance'",
        f"DELETE FROM entry WHERE transfer_id = {row_of(INVITER_PAID)}",
    ),
    mutant(
        "a claw-back is passed off as an adjustment",
        "no_overdraft input_hash referral_paid",
        alter(INVITER_CLAWED_BACK, "reason = 'adjustment'"),
    ),
    mutant(
        "an account may go further below zero than it is",
        "overdraft_exact",
        f"UPDATE account SET overdraft = overdraft + 50 WHERE id = {ANNA}",
    ),
    mutant(
        "an account is gone",
        "no_orphan",
        "DELETE FROM account WHERE kind = 'member' AND holder = '5'",
    ),
    mutant(
        "a transfer is gone and its entries stay",
        "no_orphan",
        "DELETE FROM transfer WHERE key = 'mended'",
    ),
    mutant(
        "a member is gone and his points stay",
        "holders_exist",
        "DELETE FROM member WHERE id = 9",
    ),
    mutant(
        "a packet account has no packet",
        "holders_exist packet_balance input_hash",
        "UPDATE account SET holder = '77' WHERE kind = 'packet' AND holder = '1'",
    ),
    mutant("a transfer's key is used twice", "unique_keys", *twice("transfer", "key = 'spent'")),
    mutant("an account exists twice", "unique_keys", *twice("account", f"id = {EMPTY_PACKET}")),
    mutant(
        "a packet exists twice",
        "unique_keys packet_shares packet_counts",
        *twice("packet", "id = 1"),
    ),
    mutant(
        "a claim exists twice",
        "unique_keys packet_claims packet_counts",
        *twice("packet_claim", "packet_id = 2 AND position = 1"),
    ),
    mutant("a check-in exists twice", "unique_keys", *twice("checkin", "member_id = 2")),
    mutant(
        "a transfer takes a road that its reason does not have",
        "roads input_hash packet_cause",
        alter("spent", "reason = 'packet_claim'"),
    ),
    mutant(
        "points and money mix",
        "roads zero_sum input_hash",
        f"UPDATE account SET currency = 'fen' WHERE id = {POOL}",
    ),
    mutant("a cause is rewritten", "input_hash", alter("spent", "reference = 'another'")),
    mutant("an actor is rewritten", "input_hash", alter("spent", "actor = 'another'")),
    mutant(
        "a reversal points elsewhere",
        "reversals input_hash",
        alter("mended", f"reverses = {row_of('spent')}"),
    ),
    mutant(
        "a transfer is reversed twice",
        "reversals input_hash",
        *unguarded("transfer"),
        alter("spent", f"reverses = {row_of('mistake')}"),
    ),
    mutant("a transfer has no cause", "named input_hash", alter("spent", "reference = ''")),
    mutant(
        "a packet's shares are redrawn",
        "packet_proof packet_claims",
        "UPDATE packet SET shares = '[97,1,1,1]' WHERE id = 1",
    ),
    mutant(
        "two shares that nobody has yet change places with another amount",
        "packet_shares packet_proof",
        "UPDATE packet SET shares = json_set(shares, '$[2]', 1) WHERE id = 3",
    ),
    mutant(
        "a packet has a share less than announced",
        "packet_shares packet_proof",
        "UPDATE packet SET shares = json_remove(shares, '$[2]') WHERE id = 3",
    ),
    mutant(
        "a packet's shares are unreadable",
        "packet_shares packet_proof packet_claims",
        "UPDATE packet SET shares = 'nonsense' WHERE id = 3",
    ),
    mutant(
        "a proof is exchanged",
        "packet_proof",
        "UPDATE packet SET proof = 'f' || substr(proof, 2), salt = 'ff' WHERE id = 3",
    ),
    mutant(
        "a claim skips a share",
        "packet_claims",
        "UPDATE packet_claim SET position = 3 WHERE packet_id = 2 AND position = 1",
    ),
    mutant(
        "two claims swap their shares",
        "packet_claims",
        "UPDATE packet_claim SET position = -1 WHERE packet_id = 1 AND position = 1",
        "UPDATE packet_claim SET position = 1 WHERE packet_id = 1 AND position = 2",
        "UPDATE packet_claim SET position = 2 WHERE packet_id = 1 AND position = -1",
    ),
    mutant(
        "a packet forgets a claim",
        "packet_counts packet_balance",
        "UPDATE packet SET claimed_count = 0, claimed_points = 0 WHERE id = 3",
    ),
    mutant(
        "a packet with shares left calls itself empty",
        "packet_state",
        "UPDATE packet SET state = 'empty', ended_at = 1 WHERE id = 3",
    ),
    mutant(
        "an ended packet has no end",
        "packet_state",
        "UPDATE packet SET ended_at = NULL WHERE id = 1",
    ),
    mutant(
        "a packet expires without giving its rest back",
        "packet_paid packet_balance",
        "UPDATE packet SET state = 'expired', ended_at = 1 WHERE id = 3",
    ),
    mutant(
        "an expired packet opens again",
        "packet_paid packet_balance",
        "UPDATE packet SET state = 'open', ended_at = NULL WHERE id = 2",
    ),
    mutant(
        "a packet is paid from another pool",
        "packet_paid packet_cause",
        "UPDATE packet SET group_key = 'tea' WHERE id = 1",
    ),
    mutant(
        "a packet's account was emptied",
        "packet_balance balance_is_sum zero_sum",
        "UPDATE account SET balance = 0 WHERE kind = 'packet' AND holder = '3'",
    ),
    mutant(
        "a claim was paid to another member",
        "claim_paid packet_cause",
        "UPDATE packet_claim SET member_id = 500 WHERE packet_id = 3",
    ),
    mutant(
        "a claim that nobody made was paid",
        "packet_cause packet_counts",
        "DELETE FROM packet_claim WHERE packet_id = 3",
    ),
    mutant(
        "a check-in was not paid",
        "checkin_paid",
        "INSERT INTO checkin VALUES (7, '2026-11-22', 1, 10, 0, 'in-7')",
    ),
    mutant(
        "a milestone was not paid",
        "checkin_paid",
        "UPDATE checkin SET bonus = 5 WHERE member_id = 2",
    ),
    mutant(
        "a streak was made longer",
        "streaks",
        "UPDATE checkin SET streak = 30 WHERE member_id = 1 AND on_date = '2026-11-24'",
    ),
    mutant(
        "a check-in that did not happen was paid",
        "checkin_cause",
        "DELETE FROM checkin WHERE member_id = 2",
    ),
    mutant(
        "a referral's reward has no settled referral",
        "referral_cause",
        "UPDATE referral SET settled_at = NULL WHERE inviter_id = 2",
    ),
    mutant(
        "a referral's reward has another amount",
        "referral_cause referral_paid",
        "UPDATE referral SET friend_points = 49 WHERE inviter_id = 2",
    ),
    mutant(
        "a referral was paid to another inviter",
        "referral_cause",
        "UPDATE referral SET inviter_id = 3 WHERE inviter_id = 2",
    ),
    mutant(
        "a settled referral was not paid",
        "referral_paid",
        "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state, joined_at,"
        " entered_at, qualify_at, settled_at, inviter_points)"
        " VALUES (10, 2, 'vip', 'c', 'code-10', 'settled', 0, 0, 0, 1, 1000)",
    ),
    mutant(
        "a reversed referral was not taken back",
        "referral_paid",
        "UPDATE referral SET state = 'reversed' WHERE id = 2",
    ),
    mutant(
        "a claw-back takes back what was no reward",
        "referral_cause referral_paid reversals input_hash",
        alter(INVITER_CLAWED_BACK, f"reverses = {row_of('spent')}"),
    ),
]


def audit_after(*statements: str) -> AuditReport:
    with closing(new_books(HEALTHY)) as books:
        _take_the_guards_away(books)
        for statement in statements:
            books.execute(statement)
        return audit(books)


def _take_the_guards_away(books: sqlite3.Connection) -> None:
    triggers = books.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        books.execute(f"DROP TRIGGER {name}")
    books.execute("PRAGMA foreign_keys=OFF")
    books.execute("PRAGMA ignore_check_constraints=ON")


def test_healthy_books_hold_every_fact_about_something() -> None:
    report = audit_after()
    assert report.broken == ()
    assert [fact.name for fact in report.facts] == [check.name for check in CHECKS]
    assert all(fact.count > 0 for fact in report.facts)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.story)
def test_the_audit_notices(mutant: Mutant) -> None:
    report = audit_after(*mutant.statements)
    assert mutant.noticed_by == {broken.name for broken in report.broken}
    assert all(broken.found for broken in report.broken)


def test_every_check_has_a_mutant_that_it_notices() -> None:
    noticed = {name for mutant in MUTANTS for name in mutant.noticed_by}
    assert noticed == {check.name for check in CHECKS}


def test_names_of_checks_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_finding_says_what_is_wrong_and_shows_the_entries_behind_it() -> None:
    report = audit_after(alter("spent", "actor = 'another'"))
    (broken,) = report.broken
    assert broken.found == ("transfer spent was altered",)
    assert broken.entries[0].endswith("member/1 -900 -> 197 (adjustment, spent, for a test)")
    assert broken.entries[1].endswith("(adjustment, spent, for a test)")


def test_an_account_that_is_wrong_is_shown_with_its_last_entries() -> None:
    report = audit_after(f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}")
    broken = next(broken for broken in report.broken if broken.name == "balance_is_sum")
    assert len(broken.entries) == 5
    assert all("member/2" in entry for entry in broken.entries)


def test_an_audit_writes_nothing_and_leaves_no_transaction_open() -> None:
    with closing(new_books(HEALTHY)) as books:
        before = books.total_changes
        audit(books)
        assert not books.in_transaction
        assert books.total_changes == before


def test_an_audit_within_a_transaction_sees_it_and_leaves_it_open() -> None:
    with closing(new_books(HEALTHY)) as books:
        books.execute("BEGIN")
        books.execute(f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}")
        assert audit(books).broken
        assert books.in_transaction
