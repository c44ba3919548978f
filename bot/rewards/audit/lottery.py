"""What must be true between lotteries, their draws and the books.

Whether the results follow from the seed is for ``python -m bot verify lottery``, which recomputes
them; here is looked up that nothing was won twice, beyond stock, or without being paid.
"""

from bot.rewards.audit.checks import Check, Span

_NOTHING = "CAST(NULL AS INTEGER)"
_WINS = "SELECT count(*) FROM lottery_win"
_DRAWS = "SELECT count(*) FROM lottery_draw"

LOTTERY = (
    Check(
        name="lottery_numbers",
        sentence="Draws are numbered without gaps, in each lottery and for each member.",
        counted=_DRAWS,
        exceptions=f"""
SELECT 'lottery ' || lottery.id || ' counts ' || lottery.draw_count || ' draws, there are '
    || count(lottery_draw.position) || ' up to ' || coalesce(max(lottery_draw.position), -1),
    {_NOTHING}, {_NOTHING}
FROM lottery LEFT JOIN lottery_draw ON lottery_draw.lottery_id = lottery.id
GROUP BY lottery.id, lottery.draw_count
HAVING count(lottery_draw.position) <> lottery.draw_count
    OR coalesce(max(lottery_draw.position), -1) <> lottery.draw_count - 1
UNION ALL
SELECT 'member ' || member_id || ' has ' || count(*) || ' draws of lottery ' || lottery_id
    || ' with numbers up to ' || max(number), {_NOTHING}, {_NOTHING}
FROM lottery_draw GROUP BY lottery_id, member_id HAVING max(number) <> count(*)
""",
    ),
    Check(
        name="lottery_stock",
        sentence="No prize was won more often than it was there, and every win is counted once.",
        counted="SELECT count(*) FROM lottery_prize",
        exceptions=f"""
SELECT 'lottery ' || prize.lottery_id || ' counts ' || prize.won || ' of ' || prize.stock || ' '
    || prize.prize_key || ', there are ' || count(win.id), {_NOTHING}, {_NOTHING}
FROM lottery_prize AS prize
LEFT JOIN lottery_win AS win ON win.lottery_id = prize.lottery_id
    AND win.prize_key = prize.prize_key AND win.follows IS NULL
GROUP BY prize.lottery_id, prize.prize_key, prize.won, prize.stock
HAVING count(win.id) <> prize.won OR prize.won > prize.stock
""",
    ),
    Check(
        name="lottery_winner",
        sentence="Whoever won had drawn; an unclaimed gift went to one other member.",
        counted=_WINS,
        exceptions=f"""
SELECT 'win ' || win.id || ' is member ' || win.member_id || '''s, the draw was another''s',
    {_NOTHING}, {_NOTHING}
FROM lottery_win AS win
LEFT JOIN lottery_draw AS draw
    ON draw.lottery_id = win.lottery_id AND draw.position = win.position
WHERE draw.member_id IS NULL OR draw.member_id <> win.member_id
UNION ALL
SELECT 'win ' || win.id || ' follows win ' || win.follows || ', which is ' || earlier.state,
    {_NOTHING}, {_NOTHING}
FROM lottery_win AS win JOIN lottery_win AS earlier ON earlier.id = win.follows
WHERE earlier.state <> 'lapsed' OR earlier.lottery_id <> win.lottery_id
    OR earlier.prize_key <> win.prize_key OR earlier.follows IS NOT NULL
""",
    ),
    Check(
        name="lottery_paid",
        sentence="Every win was paid to its member, and every unclaimed gift taken back.",
        counted=_WINS,
        exceptions=f"""
SELECT 'win ' || win.id || ' of ' || win.amount || ' ' || win.kind || ' was not paid to member '
    || win.member_id, paid.id, {_NOTHING}
FROM lottery_win AS win
LEFT JOIN transfer AS paid
    ON paid.key = 'lottery/' || win.lottery_id || '/' || win.position || '/prize'
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE paid.id IS NULL OR paid.reason <> 'lottery_prize' OR paid.amount <> win.amount
    OR taker.kind <> 'member' OR taker.holder <> win.member_id || ''
    OR taker.currency <> win.kind
UNION ALL
SELECT 'win ' || win.id || ' is ' || win.state || ' and ' || coalesce(back.amount, 0)
    || ' of it were taken back', back.id, {_NOTHING}
FROM lottery_win AS win
LEFT JOIN transfer AS back
    ON back.key = 'lottery/' || win.lottery_id || '/' || win.position || '/lapsed'
WHERE coalesce(back.amount, 0) <> CASE win.state WHEN 'lapsed' THEN win.amount ELSE 0 END
""",
    ),
    Check(
        name="lottery_claimed",
        sentence="A claimed gift is with its winner, or on its way, once; any other is not.",
        counted=f"{_WINS} WHERE kind = 'gift'",
        exceptions=f"""
SELECT 'win ' || win.id || ' is ' || win.state || ' and ' || count(redemption.id)
    || ' redemptions lead it to its member', {_NOTHING}, {_NOTHING}
FROM lottery_win AS win
LEFT JOIN redemption ON redemption.win_id = win.id
    AND redemption.state NOT IN ('cancelled', 'expired')
    AND NOT EXISTS (SELECT 1 FROM transfer
        WHERE transfer.key = 'hold/redemption/' || redemption.id || '/piece/returned')
WHERE win.kind = 'gift'
GROUP BY win.id, win.state
HAVING count(redemption.id) <> CASE win.state WHEN 'claimed' THEN 1 ELSE 0 END
""",
    ),
    Check(
        name="lottery_codes",
        sentence="No coupon that was won became two codes.",
        counted=f"{_WINS} WHERE kind = 'coupon'",
        exceptions=f"""
SELECT 'win ' || win.id || ' became ' || count(redemption.id) || ' codes', {_NOTHING}, {_NOTHING}
FROM lottery_win AS win JOIN redemption ON redemption.win_id = win.id
WHERE win.kind = 'coupon'
GROUP BY win.id HAVING count(redemption.id) > 1
""",
    ),
    Check(
        name="lottery_fee",
        sentence="Every draw cost its member what was published, once.",
        counted=_DRAWS,
        exceptions=f"""
SELECT 'draw ' || draw.position || ' of lottery ' || draw.lottery_id || ' cost '
    || coalesce(paid.amount, 0) || ' instead of ' || draw.fee, paid.id, {_NOTHING}
FROM lottery_draw AS draw
LEFT JOIN transfer AS paid
    ON paid.key = 'lottery/' || draw.lottery_id || '/' || draw.position || '/fee'
LEFT JOIN account AS giver ON giver.id = paid.debit_account_id
WHERE coalesce(paid.amount, 0) <> draw.fee
    OR (paid.id IS NOT NULL AND (giver.kind <> 'member' OR giver.currency <> 'points'
        OR giver.holder <> draw.member_id || ''))
""",
    ),
    Check(
        name="lottery_rest",
        sentence="A lottery that is over keeps neither money nor pieces.",
        counted="SELECT count(*) FROM lottery WHERE state = 'ended'",
        exceptions=f"""
SELECT account.kind || '/' || account.holder || ' still holds ' || account.balance, {_NOTHING},
    account.id
FROM lottery
JOIN lottery_prize AS prize ON prize.lottery_id = lottery.id
JOIN account ON account.currency IN ('points', 'fen', 'coupon', 'gift')
    AND account.kind IN ('campaign', 'stock')
    AND account.holder = 'lottery/' || lottery.id || '/' || prize.prize_key
WHERE lottery.state = 'ended' AND account.balance <> 0
""",
    ),
    Check(
        name="lottery_cause",
        sentence="Every fee, prize and gift taken back of a lottery belongs to a draw.",
        counted="SELECT count(*) FROM transfer WHERE id > ?"
        " AND reason IN ('lottery_fee', 'lottery_prize', 'lottery_lapsed')",
        exceptions=f"""
SELECT moved.key || ' (' || moved.reason || ') belongs to no draw', moved.id, {_NOTHING}
FROM transfer AS moved
WHERE moved.id > ? AND moved.reason IN ('lottery_fee', 'lottery_prize', 'lottery_lapsed')
    AND moved.key NOT IN (
        SELECT 'lottery/' || lottery_id || '/' || position || '/fee' FROM lottery_draw
        WHERE fee > 0
        UNION ALL
        SELECT 'lottery/' || lottery_id || '/' || position || '/prize' FROM lottery_win
        UNION ALL
        SELECT 'lottery/' || lottery_id || '/' || position || '/lapsed' FROM lottery_win
        WHERE state = 'lapsed'
    )
""",
        span=Span.TRANSFERS,
    ),
)
