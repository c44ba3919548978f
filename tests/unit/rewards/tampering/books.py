"""Accounts, transfers, entries, lots and holds."""

from tests.unit.rewards.tampering.mutant import (
    ANNA,
    BEN,
    EMPTY_PACKET,
    POOL,
    alter,
    mutant,
    row_of,
    twice,
)

INVITER_PAID = "referral/2/referral_inviter"
INVITER_CLAWED_BACK = "referral/1/referral_inviter/clawback"

BOOKS = [
    mutant(
        "points appear in an account",
        "zero_sum balance_is_sum balance_is_last lots_are_balance",
        f"UPDATE account SET balance = balance + 5 WHERE id = {BEN}",
    ),
    mutant(
        "points move between accounts without a transfer",
        "balance_is_sum balance_is_last lots_are_balance",
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
        "the entries before one are hidden from whoever reads the account from its end",
        "entry_chain balance_chain",
        "UPDATE entry SET previous_id = NULL"
        f" WHERE id = (SELECT last_entry_id FROM account WHERE id = {BEN})",
    ),
    mutant(
        "an entry follows one of another account that happens to show the same balance",
        "entry_chain",
        "UPDATE entry SET previous_id = (SELECT other.id FROM entry AS other"
        " JOIN entry AS old ON old.id = entry.previous_id"
        " WHERE other.account_id <> entry.account_id AND other.id < entry.id"
        " AND other.balance_after = old.balance_after ORDER BY other.id LIMIT 1)"
        " WHERE id = (SELECT min(entry.id) FROM entry JOIN entry AS old"
        " ON old.id = entry.previous_id AND EXISTS (SELECT 1 FROM entry AS other"
        " WHERE other.account_id <> entry.account_id AND other.id < entry.id"
        " AND other.balance_after = old.balance_after))",
    ),
    mutant(
        "an account forgets what it ended with",
        "last_entry balance_is_last",
        f"UPDATE account SET last_entry_id = NULL WHERE id = {BEN}",
    ),
    mutant(
        "one side of a transfer is torn out",
        "balance_is_sum balance_is_last last_entry two_sides lots_are_entries",
        f"DELETE FROM entry WHERE account_id = {BEN} AND transfer_id = {row_of(INVITER_PAID)}",
    ),
    mutant(
        "both sides of a transfer are torn out, and its effect with them",
        "two_sides balance_chain balance_is_last entry_chain last_entry lots_are_balance"
        " lots_are_entries",
        f"UPDATE account SET balance = balance - 1000 WHERE id = {BEN}",
        "UPDATE account SET balance = balance + 1000, overdraft = overdraft - 1000"
        " WHERE kind = 'issuance' AND currency = 'points'",
        f"DELETE FROM entry WHERE transfer_id = {row_of(INVITER_PAID)}",
    ),
    mutant(
        "a claw-back is passed off as an adjustment",
        "no_overdraft input_hash referral_paid",
        alter(INVITER_CLAWED_BACK, "reason = 'adjustment'"),
    ),
    mutant(
        "an account may go further below zero than it is",
        "overdraft_exact lots_are_balance",
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
    mutant(
        "a transfer's key is used twice",
        "unique_keys two_sides",
        twice("transfer", "key = 'spent'"),
        keyless="transfer",
    ),
    mutant(
        "an account exists twice",
        "unique_keys",
        twice("account", f"id = {EMPTY_PACKET}"),
        keyless="account",
    ),
    mutant(
        "a transfer takes a road that its reason does not have",
        "roads input_hash packet_cause",
        alter("spent", "reason = 'packet_claim'"),
    ),
    mutant(
        "points and money mix",
        "roads zero_sum input_hash packet_paid",
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
        alter("spent", f"reverses = {row_of('mistake')}"),
        keyless="transfer",
    ),
    mutant("a transfer has no cause", "named input_hash", alter("spent", "reference = ''")),
    mutant(
        "the last entry of an account is retouched",
        "balance_chain balance_is_last",
        "UPDATE entry SET balance_after = balance_after + 1"
        f" WHERE id = (SELECT max(id) FROM entry WHERE account_id = {BEN})",
    ),
    mutant(
        "points in a lot last longer than those that came in",
        "lots_are_entries",
        f"UPDATE lot SET expires_on = '2031-12-31' WHERE account_id = {BEN}",
    ),
    mutant(
        "a lot grows",
        "lots_are_entries lots_are_balance",
        f"UPDATE lot SET points = points + 5 WHERE account_id = {BEN}",
    ),
    mutant(
        "a pool's entries name a lot",
        "entry_lots",
        f"UPDATE entry SET lot = '9999-12-31' WHERE account_id = {POOL}",
    ),
    mutant(
        "a hold ends and what it held stays",
        "holds redemption_points",
        "UPDATE hold SET state = 'posted', ended_at = 1 WHERE id = 3",
    ),
    mutant(
        "a hold is gone",
        "holds holders_exist redemption_piece",
        "DELETE FROM hold WHERE id = 6",
    ),
    mutant(
        "points end before their last day",
        "expiry_cause input_hash",
        "UPDATE transfer SET reference = 'lots/2026-11-20/2026-11-21' WHERE reason = 'expiry'",
    ),
]
