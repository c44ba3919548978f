"""Redemptions, payouts and boards."""

from tests.unit.rewards.tampering.mutant import mutant

SHOP = [
    mutant(
        "a redemption skips its steps",
        "redemption_steps redemption_piece",
        "UPDATE redemption SET state = 'done' WHERE id = 3",
    ),
    mutant(
        "a redemption cost other points",
        "redemption_points",
        "UPDATE redemption SET points = 1 WHERE id = 1",
    ),
    mutant(
        "a coupon is another thing than what was paid for",
        "redemption_piece",
        "UPDATE redemption SET item = 'other' WHERE id = 3",
    ),
    mutant(
        "a title cost less than was paid",
        "redemption_title",
        "UPDATE redemption SET points = 7 WHERE id = 4",
    ),
    mutant(
        "a title is gone",
        "redemption_cause",
        "DELETE FROM redemption WHERE id = 4",
    ),
    mutant(
        "a title that was given back is worn again",
        "redemption_title redemption_cause redemption_steps",
        "UPDATE redemption SET state = 'done' WHERE id = 5",
    ),
    mutant(
        "a coupon is gone and its holds stay",
        "redemption_holds",
        "DELETE FROM redemption WHERE id = 3",
    ),
    mutant(
        "a gift goes to somebody who has not won it",
        "redemption_won redemption_piece",
        "UPDATE redemption SET member_id = 8 WHERE id = 6",
    ),
    mutant(
        "an address is kept for a coupon",
        "redemption_addresses",
        "INSERT INTO redemption_address VALUES (3, 'somewhere', 'x', 0)",
    ),
    mutant(
        "a shelf counts what it was never given",
        "shelves",
        "UPDATE shelf SET stocked = 99 WHERE item = 'sample'",
    ),
    mutant(
        "a payout changes hands",
        "payout_reserved",
        "UPDATE payout SET member_id = 21 WHERE id = 3",
    ),
    mutant(
        "a payout calls itself failed",
        "payout_ended payout_balance payout_steps",
        "UPDATE payout SET state = 'failed', ended_at = 1, due_at = NULL WHERE id = 3",
    ),
    mutant(
        "a payout's amount lies elsewhere",
        "payout_balance payout_reserved input_hash",
        "UPDATE account SET holder = '9' WHERE kind = 'payout' AND holder = '3'",
    ),
    mutant(
        "nobody ended a payout",
        "payout_steps",
        "DELETE FROM payout_step WHERE state = 'paid'",
    ),
    mutant(
        "cash left without a payout",
        "payout_cause",
        "DELETE FROM payout WHERE id = 1",
    ),
    mutant(
        "a line of a board is gone",
        "board_ranks",
        "DELETE FROM board_line WHERE rank = 2",
    ),
    mutant(
        "two lines of a board change places",
        "board_order",
        "UPDATE board_line SET reached_at = 9 WHERE rank = 1",
    ),
]
