"""What the database itself refuses, whoever asks."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.store.connection import Connection
from bot.store.sql import Dialect
from tests.support.engines import REFUSED
from tests.unit.rewards.healthy import healthy_books
from tests.unit.rewards.support import new_books


@pytest.fixture
def filled(engine: Dialect) -> Iterator[Connection]:
    del engine
    with closing(new_books(healthy_books)) as books:
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
        "UPDATE packet_share SET amount = amount + 1",
        "DELETE FROM packet_share",
        "UPDATE packet SET best_position = 1 - best_position WHERE id = 2",
        "UPDATE packet SET gate = 'named'",
        "UPDATE packet SET gate_secret = 'word'",
        "UPDATE packet SET purse = 'owner'",
        "UPDATE packet SET salt = ''",
        "UPDATE packet SET proof = ''",
        "UPDATE packet SET total_points = 1000",
        "UPDATE packet SET expires_at = expires_at + 1",
        "DELETE FROM packet",
        "UPDATE makeup_card SET price = 1",
        "DELETE FROM makeup_card",
        "UPDATE earning SET points = points + 1",
        "DELETE FROM earning",
        "UPDATE thanks SET points = points + 1",
        "UPDATE adjustment SET points = 1",
        "UPDATE lottery SET seed = ''",
        "UPDATE lottery_draw SET number = number + 1",
        "DELETE FROM lottery_draw",
        "UPDATE lottery_win SET member_id = 1",
        "DELETE FROM lottery_win",
        "UPDATE board_line SET score = score + 1",
        "DELETE FROM board_line",
        "UPDATE account SET id = id + 900",
        "DELETE FROM account",
        "UPDATE lot SET account_id = account_id + 900",
    ],
)
def test_what_happened_is_neither_changed_nor_deleted(filled: Connection, statement: str) -> None:
    with pytest.raises(REFUSED, match=r"append-only|fact|does not change"):
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
        "INSERT INTO packet_claim VALUES (3, 2, 1, 1, 'again', 0, '2026-11-22', '')",
        "INSERT INTO packet_claim VALUES (3, 9, 0, 1, 'same share', 0, '2026-11-22', '')",
        "INSERT INTO packet_claim VALUES (3, 9, 1, 1, 'tap-1-1', 0, '2026-11-22', '')",
        "INSERT INTO packet_claim VALUES (3, 9, 3, 1, 'no share', 0, '2026-11-22', '')",
        "INSERT INTO packet_claim VALUES (99, 9, 1, 1, 'no packet', 0, '2026-11-22', '')",
        (
            "INSERT INTO checkin (member_id, on_date, streak, points, bonus, event_key)"
            " VALUES (1, '2026-11-22', 1, 10, 0, 'again')"
        ),
        (
            "INSERT INTO checkin (member_id, on_date, streak, points, bonus, event_key)"
            " VALUES (1, '2026-12-22', 1, 10, 0, 'in-0')"
        ),
        (
            "INSERT INTO transfer SELECT id + 900, key, input_hash, debit_account_id,"
            " credit_account_id, amount, reason, reference, actor, at, NULL FROM transfer"
        ),
        (
            "INSERT INTO transfer SELECT id + 900, 'x', input_hash, debit_account_id,"
            " debit_account_id, amount, reason, reference, actor, at, NULL FROM transfer LIMIT 1"
        ),
        (
            "INSERT INTO transfer SELECT id + 900, key || '/again', input_hash, 999,"
            " credit_account_id, amount, reason, reference, actor, at, NULL FROM transfer"
        ),
        (
            "INSERT INTO transfer SELECT id + 900, key || '/again', input_hash, debit_account_id,"
            " 999, amount, reason, reference, actor, at, NULL FROM transfer"
        ),
        (
            "INSERT INTO transfer SELECT id + 900, key || '/again', input_hash, debit_account_id,"
            " credit_account_id, amount, reason, reference, actor, at, 99999 FROM transfer LIMIT 1"
        ),
        "INSERT INTO entry VALUES (999, 999, 1, '', 1, 1, NULL)",
        "INSERT INTO entry VALUES (999, 1, 999, '', 1, 1, NULL)",
        "INSERT INTO entry VALUES (999, 1, 1, 'a lot', 1, 1, 999)",
        "INSERT INTO lot VALUES (999, '2030-01-01', 5)",
        "INSERT INTO entry SELECT id + 900, transfer_id, account_id, lot, 1, 1, NULL FROM entry",
        "UPDATE lot SET points = -1",
        "UPDATE hold SET amount = 0",
        "UPDATE hold SET state = 'pending' WHERE id = 1",
        "UPDATE lottery_prize SET won = stock + 1",
        "UPDATE lottery SET entrants_hash = NULL",
        "UPDATE adjustment SET posted_at = 1",
        "UPDATE payout SET ended_at = NULL WHERE id = 1",
    ],
)
def test_constraints_hold_even_against_a_mistake_of_ours(
    filled: Connection, statement: str
) -> None:
    with pytest.raises(REFUSED, match="constraint"):
        filled.execute(statement)
