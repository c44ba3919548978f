"""Cash payout 提现: a member's fen leave the house, once, and every fen is somewhere meanwhile."""
