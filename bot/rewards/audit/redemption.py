"""What must be true between the books and the shop: each piece is paid for once, or given back.

A redemption's kind and state say what has become of its points and of its piece.
"""

from bot.rewards.audit.checks import AnyCheck, Check, Span

_REDEMPTIONS = "SELECT count(*) FROM redemption"
_NOTHING = "CAST(NULL AS INTEGER)"

REDEMPTION: tuple[AnyCheck, ...] = (
    Check(
        name="redemption_steps",
        sentence="Every redemption stands where its last step left it.",
        counted=_REDEMPTIONS,
        exceptions=f"""
SELECT 'redemption ' || redemption.id || ' is ' || redemption.state || ', its last step says '
    || coalesce(step.state, 'nothing'), {_NOTHING}, {_NOTHING}
FROM redemption
LEFT JOIN (SELECT redemption_id, max(id) AS id FROM redemption_step GROUP BY redemption_id) AS last
    ON last.redemption_id = redemption.id
LEFT JOIN redemption_step AS step ON step.id = last.id
WHERE step.state IS DISTINCT FROM redemption.state
""",
    ),
    Check(
        name="redemption_points",
        sentence="Every redemption's points are held, paid or given back, as its state says.",
        counted=f"{_REDEMPTIONS} WHERE kind <> 'title' AND win_id IS NULL",
        exceptions=f"""
SELECT 'the ' || redemption.points || ' points of redemption ' || redemption.id || ' ('
    || redemption.kind || ', ' || redemption.state || ') are ' || coalesce(hold.state, 'not held'),
    placed.id, {_NOTHING}
FROM redemption
LEFT JOIN hold ON hold.id = redemption.points_hold
LEFT JOIN transfer AS placed ON placed.key = 'hold/' || hold.key
LEFT JOIN transfer AS back ON back.key = 'hold/' || hold.key || '/returned'
WHERE redemption.kind <> 'title' AND redemption.win_id IS NULL AND (
    hold.key IS DISTINCT FROM 'redemption/' || redemption.id || '/points'
    OR hold.currency <> 'points' OR hold.giver_kind <> 'member'
    OR hold.giver <> redemption.member_id || '' OR hold.amount <> redemption.points
    OR hold.state <> CASE WHEN redemption.state IN ('cancelled', 'expired') THEN 'voided'
        WHEN redemption.kind = 'parcel' AND redemption.state IN ('held', 'confirmed') THEN 'pending'
        ELSE 'posted' END
    OR (back.id IS NOT NULL) <> (redemption.state = 'returned'))
""",
    ),
    Check(
        name="redemption_piece",
        sentence="Every redemption's piece is held, given or back on its shelf, as its state says.",
        counted=f"{_REDEMPTIONS} WHERE kind <> 'title'",
        exceptions=f"""
SELECT 'the piece of redemption ' || redemption.id || ' (' || redemption.kind || ', '
    || redemption.state || ') is ' || coalesce(hold.state, 'not held'), placed.id, {_NOTHING}
FROM redemption
LEFT JOIN hold ON hold.id = redemption.piece_hold
LEFT JOIN transfer AS placed ON placed.key = 'hold/' || hold.key
LEFT JOIN transfer AS back ON back.key = 'hold/' || hold.key || '/returned'
WHERE redemption.kind <> 'title' AND (
    hold.key IS DISTINCT FROM 'redemption/' || redemption.id || '/piece'
    OR hold.currency <> CASE redemption.kind WHEN 'coupon' THEN 'coupon' ELSE 'gift' END
    OR hold.giver_kind <> CASE WHEN redemption.win_id IS NULL THEN 'stock' ELSE 'member' END
    OR hold.giver <> CASE WHEN redemption.win_id IS NULL THEN redemption.item
        ELSE redemption.member_id || '' END
    OR hold.amount <> redemption.pieces
    OR NOT CASE
        WHEN redemption.state IN ('held', 'confirmed') THEN hold.state = 'pending'
        WHEN redemption.state IN ('shipped', 'done') THEN hold.state = 'posted'
        WHEN redemption.state = 'returned' AND redemption.kind = 'parcel'
            THEN hold.state = 'posted'
        WHEN redemption.state = 'returned' THEN hold.state IN ('posted', 'voided')
        WHEN redemption.state = 'lapsed' AND redemption.win_id IS NOT NULL
            THEN hold.state = 'posted'
        ELSE hold.state = 'voided' END
    OR (back.id IS NOT NULL AND redemption.state <> 'returned'))
""",
    ),
    Check(
        name="redemption_won",
        sentence="Whatever was redeemed as won was won by that member, and is what he won.",
        counted=f"{_REDEMPTIONS} WHERE win_id IS NOT NULL",
        exceptions=f"""
SELECT 'redemption ' || redemption.id || ' of ' || redemption.pieces || ' ' || redemption.item
    || ' for member ' || redemption.member_id || ' is not what win ' || redemption.win_id || ' won',
    {_NOTHING}, {_NOTHING}
FROM redemption
LEFT JOIN lottery_win AS win ON win.id = redemption.win_id
WHERE redemption.win_id IS NOT NULL AND (
    win.id IS NULL OR win.member_id <> redemption.member_id OR win.amount <> redemption.pieces
    OR redemption.item <> 'lottery/' || win.lottery_id || '/' || win.prize_key
    OR redemption.kind <> CASE win.kind WHEN 'gift' THEN 'parcel' WHEN 'coupon' THEN 'coupon'
        ELSE '' END)
""",
    ),
    Check(
        name="redemption_title",
        sentence="Every title was paid for once, and given back when it was returned.",
        counted=f"{_REDEMPTIONS} WHERE kind = 'title'",
        exceptions=f"""
SELECT 'title ' || redemption.id || ' of member ' || redemption.member_id || ' ('
    || redemption.state || ') was paid ' || coalesce(paid.amount, 0) || ' of ' || redemption.points
    || ' and given back ' || coalesce(back.amount, 0), paid.id, {_NOTHING}
FROM redemption
LEFT JOIN transfer AS paid ON paid.key = 'redemption/' || redemption.id || '/points'
LEFT JOIN account AS payer ON payer.id = paid.debit_account_id
LEFT JOIN transfer AS back ON back.reverses = paid.id
WHERE redemption.kind = 'title' AND (
    paid.amount IS DISTINCT FROM redemption.points OR paid.reason <> 'title'
    OR payer.kind <> 'member' OR payer.holder <> redemption.member_id || ''
    OR (back.id IS NOT NULL) <> (redemption.state = 'returned'))
""",
    ),
    Check(
        name="redemption_cause",
        sentence="Every title that was paid, and every return, belongs to a redemption.",
        counted="SELECT count(*) FROM transfer"
        " WHERE id > ? AND reason IN ('title', 'redemption_return')",
        exceptions=f"""
WITH bought AS MATERIALIZED (
    SELECT id, state, CAST('redemption/' || id AS TEXT) AS reference FROM redemption
)
SELECT transfer.key || ' (' || transfer.reason || ') has no redemption', transfer.id, {_NOTHING}
FROM transfer
LEFT JOIN bought ON bought.reference = transfer.reference
WHERE transfer.id > ? AND transfer.reason IN ('title', 'redemption_return') AND (
    bought.id IS NULL
    OR (transfer.reason = 'title'
        AND transfer.key <> bought.reference || '/points')
    OR (transfer.reason = 'redemption_return' AND bought.state <> 'returned'))
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="redemption_holds",
        sentence="Every hold for a redemption is one of its two.",
        counted="SELECT count(*) FROM hold WHERE reference LIKE 'redemption/%'",
        exceptions=f"""
SELECT 'hold ' || hold.key || ' is for ' || hold.reference || ', which does not know it',
    {_NOTHING}, {_NOTHING}
FROM hold
LEFT JOIN redemption
    ON redemption.points_hold = hold.id OR redemption.piece_hold = hold.id
WHERE hold.reference LIKE 'redemption/%'
    AND hold.reference IS DISTINCT FROM 'redemption/' || redemption.id
""",
    ),
    Check(
        name="redemption_addresses",
        sentence="An address is kept for a parcel only, and not for one that is never sent.",
        counted="SELECT count(*) FROM redemption_address",
        exceptions=f"""
SELECT 'redemption ' || redemption.id || ' (' || redemption.kind || ', ' || redemption.state
    || ') has an address', {_NOTHING}, {_NOTHING}
FROM redemption_address
JOIN redemption ON redemption.id = redemption_address.redemption_id
WHERE redemption.kind <> 'parcel' OR redemption.state IN ('held', 'cancelled', 'expired')
""",
    ),
    Check(
        name="shelves",
        sentence="Every shelf was given what it counts.",
        counted="SELECT count(*) FROM shelf",
        exceptions=f"""
SELECT 'shelf ' || shelf.item || ' counts ' || shelf.stocked || ', it was given ' || given,
    {_NOTHING}, account_id
FROM (
    SELECT shelf.item, shelf.stocked, account.id AS account_id,
        coalesce((SELECT sum(transfer.amount) FROM transfer
            WHERE transfer.credit_account_id = account.id AND transfer.reason = 'stocked'), 0)
        - coalesce((SELECT sum(transfer.amount) FROM transfer
            WHERE transfer.debit_account_id = account.id AND transfer.reason = 'unstocked'), 0)
        AS given
    FROM shelf
    LEFT JOIN account ON account.currency = shelf.currency AND account.kind = 'stock'
        AND account.holder = shelf.item
) AS shelf
WHERE stocked <> given
""",
    ),
)
