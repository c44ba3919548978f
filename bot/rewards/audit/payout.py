"""What must be true between the books and payouts: each fen left once, came back, or is under way.

A payout's state says where its amount is; its last step says how it came to that state.
"""

from bot.rewards.audit.checks import Check, Span

_PAYOUTS = "SELECT count(*) FROM payout"
_NOTHING = "CAST(NULL AS INTEGER)"

PAYOUT = (
    Check(
        name="payout_reserved",
        sentence="Every payout took its amount from its member before anybody was asked to pay.",
        counted=_PAYOUTS,
        exceptions=f"""
SELECT 'payout ' || payout.id || ' of member ' || payout.member_id || ' took '
    || coalesce(taken.amount, 0) || ' of ' || payout.amount, taken.id, {_NOTHING}
FROM payout
LEFT JOIN transfer AS taken ON taken.key = 'payout/' || payout.id || '/reserved'
LEFT JOIN account AS giver ON giver.id = taken.debit_account_id
LEFT JOIN account AS taker ON taker.id = taken.credit_account_id
WHERE taken.amount IS DISTINCT FROM payout.amount OR taken.reason <> 'payout_reserved'
    OR giver.currency <> 'fen' OR giver.kind <> 'member' OR giver.holder <> payout.member_id || ''
    OR taker.kind <> 'payout' OR taker.holder <> payout.id || ''
""",
    ),
    Check(
        name="payout_ended",
        sentence="A paid payout left the house, a failed one came back, no other moved.",
        counted=_PAYOUTS,
        exceptions=f"""
SELECT 'payout ' || payout.id || ' is ' || payout.state || '; it left with '
    || coalesce(paid.amount, 0) || ' and came back with ' || coalesce(back.amount, 0),
    coalesce(paid.id, back.id), {_NOTHING}
FROM payout
LEFT JOIN transfer AS paid ON paid.key = 'payout/' || payout.id || '/paid'
LEFT JOIN transfer AS back ON back.key = 'payout/' || payout.id || '/failed'
LEFT JOIN account AS taker ON taker.id = back.credit_account_id
WHERE coalesce(paid.amount, 0) <> CASE payout.state WHEN 'paid' THEN payout.amount ELSE 0 END
    OR coalesce(back.amount, 0) <> CASE payout.state WHEN 'failed' THEN payout.amount ELSE 0 END
    OR paid.reason <> 'payout_paid' OR back.reason <> 'payout_failed'
    OR taker.holder <> payout.member_id || ''
""",
    ),
    Check(
        name="payout_balance",
        sentence="A payout's account holds its amount until the payout has ended.",
        counted=_PAYOUTS,
        exceptions=f"""
SELECT 'payout ' || payout.id || ' is ' || payout.state || ' and holds '
    || coalesce(account.balance, 0), {_NOTHING}, account.id
FROM payout
LEFT JOIN account ON account.currency = 'fen' AND account.kind = 'payout'
    AND account.holder = payout.id || ''
WHERE account.balance IS DISTINCT FROM
    CASE WHEN payout.state IN ('paid', 'failed') THEN 0 ELSE payout.amount END
""",
    ),
    Check(
        name="payout_steps",
        sentence="Every payout that ended was ended by an answer of the payer's or by an operator.",
        counted=f"{_PAYOUTS} WHERE ended_at IS NOT NULL",
        exceptions=f"""
SELECT 'payout ' || payout.id || ' is ' || payout.state || ', its last words say '
    || coalesce(step.state, 'nothing'), {_NOTHING}, {_NOTHING}
FROM payout
LEFT JOIN (
    SELECT payout_id, min(id) AS id FROM payout_step
    WHERE state IN ('paid', 'failed') GROUP BY payout_id
) AS first ON first.payout_id = payout.id
LEFT JOIN payout_step AS step ON step.id = first.id
WHERE payout.ended_at IS NOT NULL
    AND (step.state IS DISTINCT FROM payout.state OR step.source NOT IN
        ('send', 'ask', 'cancel', 'notice', 'operator'))
""",
    ),
    Check(
        name="payout_cause",
        sentence="Cash moves out of and back to members by payouts only.",
        counted="SELECT count(*) FROM transfer WHERE reason IN"
        " ('payout_reserved', 'payout_paid', 'payout_failed') AND id > ?",
        exceptions=f"""
WITH asked AS MATERIALIZED (
    SELECT id, amount, CAST('payout/' || id AS TEXT) AS reference FROM payout
)
SELECT transfer.key || ' belongs to no payout of this amount', transfer.id, {_NOTHING}
FROM transfer
LEFT JOIN asked ON asked.reference = transfer.reference
WHERE transfer.id > ?1
    AND transfer.reason IN ('payout_reserved', 'payout_paid', 'payout_failed')
    AND (asked.id IS NULL OR transfer.amount <> asked.amount OR transfer.key <>
        asked.reference || CASE transfer.reason WHEN 'payout_reserved' THEN '/reserved'
            WHEN 'payout_paid' THEN '/paid' ELSE '/failed' END)
""",
        span=Span.TRANSFERS,
    ),
)
