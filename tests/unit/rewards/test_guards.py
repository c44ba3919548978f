"""What the database itself refuses, whoever asks."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.unit.rewards.healthy import healthy_books
from tests.unit.rewards.support import new_books

HEALTHY = healthy_books()


@pytest.fixture
def filled() -> Iterator[sqlite3.Connection]:
    with closing(new_books(HEALTHY)) as books:
        yield books


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfer SET amount = amount + 1",
        "UPDATE transfer SET reference = 'another'",
        "DELETE FROM transfer",
        "UPDATE entry SET amount = amount + 1",
        "DELETE FROM entry",
        "UPDATE checkin SET streak = 30",
        "DELETE FROM checkin",
        "UPDATE packet_claim SET amount = amount + 1",
        "DELETE FROM packet_claim",
        "UPDATE packet SET shares = '[100]'",
        "UPDATE packet SET salt = ''",
        "UPDATE packet SET proof = ''",
        "UPDATE packet SET total_points = 1000",
        "UPDATE packet SET expires_at = expires_at + 1",
        "DELETE FROM packet",
    ],
)
def test_what_happened_is_neither_changed_nor_deleted(
    filled: sqlite3.Connection, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|fact|does not change"):
        filled.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET balance = -1 WHERE kind = 'member' AND holder = '2'",
        "UPDATE account SET overdraft = -1 WHERE kind = 'member'",
        "UPDATE packet SET claimed_count = share_count + 1 WHERE id = 3",
        "UPDATE packet SET claimed_points = total_points + 1 WHERE id = 3",
        "UPDATE packet SET state = 'expired' WHERE id = 3",
        "UPDATE packet SET state = 'empty', ended_at = 1 WHERE id = 3",
        "INSERT INTO packet_claim VALUES (3, 2, 1, 1, 'again', 0)",
        "INSERT INTO packet_claim VALUES (3, 9, 0, 1, 'same share', 0)",
        "INSERT INTO packet_claim VALUES (3, 9, 1, 1, 'tap-1-1', 0)",
        "INSERT INTO packet_claim VALUES (99, 9, 1, 1, 'no packet', 0)",
        "INSERT INTO checkin VALUES (1, '2026-11-22', 1, 10, 0, 'again')",
        "INSERT INTO checkin VALUES (1, '2026-12-22', 1, 10, 0, 'in-0')",
        (
            "INSERT INTO transfer SELECT id + 900, key, input_hash, debit_account_id,"
            " credit_account_id, amount, reason, reference, actor, at, NULL FROM transfer"
        ),
        (
            "INSERT INTO transfer SELECT id + 900, 'x', input_hash, debit_account_id,"
            " debit_account_id, amount, reason, reference, actor, at, NULL FROM transfer LIMIT 1"
        ),
        "INSERT INTO entry VALUES (999, 999, 1, 1, 1)",
    ],
)
def test_constraints_hold_even_against_a_mistake_of_ours(
    filled: sqlite3.Connection, statement: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="constraint failed"):
        filled.execute(statement)
