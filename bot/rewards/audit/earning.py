"""What must be true of earnings, levels, thanks and corrections, against the books."""

from bot.rewards.audit.checks import Check, Span

_NOTHING = "CAST(NULL AS INTEGER)"

EARNING = (
    Check(
        name="earning_paid",
        sentence="Everything earned by a rule was paid to its member.",
        counted="SELECT count(*) FROM earning",
        exceptions=f"""
SELECT 'member ' || earning.member_id || ' was not paid ' || earning.points || ' for '
    || earning.event_key || ' by ' || earning.rule, paid.id, {_NOTHING}
FROM earning
LEFT JOIN transfer AS paid
    ON paid.key = 'earning/' || earning.event_key || '/' || earning.rule
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE paid.id IS NULL OR paid.amount <> earning.points OR paid.reason <> 'earning'
    OR taker.kind <> 'member' OR taker.holder <> earning.member_id || ''
""",
    ),
    Check(
        name="earning_cause",
        sentence="Every payment by an earning rule was earned.",
        counted="SELECT count(*) FROM transfer WHERE reason = 'earning' AND id > ?",
        exceptions=f"""
SELECT transfer.key || ' was not earned', transfer.id, {_NOTHING}
FROM transfer
LEFT JOIN earning ON earning.event_key = transfer.reference
    AND transfer.key = 'earning/' || earning.event_key || '/' || earning.rule
WHERE transfer.id > ? AND transfer.reason = 'earning' AND earning.id IS NULL
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="thanks_paid",
        sentence="Whoever was thanked was paid for it.",
        counted="SELECT count(*) FROM thanks",
        exceptions=f"""
SELECT 'member ' || thanks.receiver_id || ' was not paid ' || thanks.points || ' for the thanks '
    || thanks.id, paid.id, {_NOTHING}
FROM thanks
LEFT JOIN transfer AS paid ON paid.key = 'thanks/' || thanks.event_key
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE paid.id IS NULL OR paid.amount <> thanks.points OR paid.reason <> 'thanks'
    OR taker.kind <> 'member' OR taker.holder <> thanks.receiver_id || ''
""",
    ),
    Check(
        name="thanks_cause",
        sentence="Every payment for thanks has its thanks.",
        counted="SELECT count(*) FROM transfer WHERE reason = 'thanks' AND id > ?",
        exceptions=f"""
SELECT transfer.key || ' has no thanks', transfer.id, {_NOTHING}
FROM transfer LEFT JOIN thanks ON thanks.event_key = transfer.reference
WHERE transfer.id > ? AND transfer.reason = 'thanks'
    AND (thanks.id IS NULL OR transfer.key <> 'thanks/' || thanks.event_key)
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="adjustment_paid",
        sentence="Corrections moved what they say when they were posted, and nothing before.",
        counted="SELECT count(*) FROM adjustment",
        exceptions=f"""
SELECT 'correction ' || adjustment.id || ' of ' || adjustment.points || ' moved '
    || coalesce(CASE WHEN taker.kind = 'member' THEN moved.amount ELSE -moved.amount END, 0),
    moved.id, {_NOTHING}
FROM adjustment
LEFT JOIN transfer AS moved ON moved.key = 'adjustment/' || adjustment.id
LEFT JOIN account AS giver ON giver.id = moved.debit_account_id
LEFT JOIN account AS taker ON taker.id = moved.credit_account_id
WHERE (moved.id IS NULL) <> (adjustment.posted_at IS NULL)
    OR moved.amount <> abs(adjustment.points) OR moved.reason <> 'adjustment'
    OR CASE WHEN adjustment.points > 0 THEN taker.kind || '/' || taker.holder
        ELSE giver.kind || '/' || giver.holder END <> 'member/' || adjustment.member_id
""",
    ),
    Check(
        name="level_sums",
        sentence="What members are said to have earned in their lives is what the books say.",
        counted="SELECT count(*) FROM member_level",
        exceptions=f"""
SELECT 'member ' || member_id || ' is said to have earned ' || said || ', it is ' || earned,
    {_NOTHING}, account_id
FROM (
    SELECT kept.member_id, kept.earned AS said, account.id AS account_id,
        CAST(coalesce(sum(CASE WHEN (entry.amount > 0) = (transfer.reverses IS NULL)
            THEN entry.amount ELSE 0 END), 0) AS INTEGER) AS earned
    FROM member_level AS kept
    LEFT JOIN account ON account.currency = 'points' AND account.kind = 'member'
        AND account.holder = kept.member_id || ''
    LEFT JOIN entry ON entry.account_id = account.id AND entry.id <= kept.through_entry
    LEFT JOIN transfer ON transfer.id = entry.transfer_id
    GROUP BY kept.member_id, kept.earned, account.id
) AS sums
WHERE said <> earned
""",
    ),
)
