"""Packets and lotteries."""

from tests.unit.rewards.tampering.mutant import mutant, twice

GAMES = [
    mutant(
        "a packet exists twice",
        "packet_shares packet_counts",
        twice("packet", "id = 1"),
        keyless="packet",
    ),
    mutant(
        "a claim exists twice",
        "packet_claims packet_counts",
        twice("packet_claim", "packet_id = 2 AND position = 1"),
        keyless="packet_claim",
    ),
    mutant(
        "a packet's shares are redrawn",
        "packet_proof packet_claims",
        "UPDATE packet_share SET amount = CASE position WHEN 0 THEN 97 ELSE 1 END"
        " WHERE packet_id = 1",
    ),
    mutant(
        "two shares that nobody has yet are evened out",
        "packet_proof packet_shares",
        "UPDATE packet_share SET amount = 20 WHERE packet_id = 3 AND position > 0",
    ),
    mutant(
        "a packet has a share less than announced",
        "packet_shares packet_proof",
        "DELETE FROM packet_share WHERE packet_id = 3 AND position = 2",
    ),
    mutant(
        "a packet calls another share its best",
        "packet_shares",
        "UPDATE packet SET best_position = (best_position + 1) % share_count WHERE id = 3",
    ),
    mutant(
        "a packet was claimed by somebody whom it does not name",
        "packet_guests",
        "UPDATE packet SET gate = 'named' WHERE id = 3",
    ),
    mutant(
        "a packet opens after its end",
        "packet_state",
        "UPDATE packet SET opens_at = expires_at WHERE id = 3",
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
        "packet_balance balance_is_sum balance_is_last zero_sum",
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
        "a lottery forgets a draw",
        "lottery_numbers",
        "UPDATE lottery SET draw_count = draw_count - 1 WHERE id = 1",
    ),
    mutant(
        "a member's draws skip a number",
        "lottery_numbers",
        "UPDATE lottery_draw SET number = 5 WHERE lottery_id = 2 AND position = 7",
    ),
    mutant(
        "a prize that was won lies on the table again",
        "lottery_stock",
        "UPDATE lottery_prize SET won = won - 1 WHERE lottery_id = 1 AND prize_key = 'ten'",
    ),
    mutant(
        "a gift went to two winners",
        "lottery_stock",
        "UPDATE lottery_win SET follows = NULL WHERE follows = 5",
    ),
    mutant(
        "a win is passed on",
        "lottery_winner lottery_paid",
        "UPDATE lottery_win SET member_id = 19 WHERE id = 1",
    ),
    mutant(
        "a gift that was drawn again is claimed after all",
        "lottery_winner lottery_paid lottery_cause lottery_claimed",
        "UPDATE lottery_win SET state = 'claimed' WHERE id = 5",
    ),
    mutant(
        "a gift that is on its way is to be claimed again",
        "lottery_claimed",
        "UPDATE lottery_win SET state = 'open' WHERE id = 7",
    ),
    mutant(
        "a coupon that was won became two codes",
        "lottery_codes redemption_won redemption_piece",
        "UPDATE redemption SET win_id = 8 WHERE id = 3",
        keyless="redemption",
    ),
    mutant("a win grows", "lottery_paid", "UPDATE lottery_win SET amount = 11 WHERE id = 1"),
    mutant(
        "a draw cost more than was paid",
        "lottery_fee",
        "UPDATE lottery_draw SET fee = fee + 1 WHERE lottery_id = 1 AND position = 0",
    ),
    mutant(
        "pieces from a shelf lie in a lottery that is over",
        "lottery_rest shelves input_hash",
        "UPDATE account SET holder = 'lottery/1/ten' WHERE kind = 'stock' AND holder = 'advice'",
    ),
    mutant(
        "a prize was paid that nobody won",
        "lottery_cause lottery_stock",
        "DELETE FROM lottery_win WHERE id = 1",
    ),
]
