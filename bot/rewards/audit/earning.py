"""What must be true of earnings, levels, thanks and corrections, against the books."""

from bot.rewards.audit.checks import Check, Span

_NOTHING = "CAST(NULL AS INTEGER)"

EARNING = (
    Check(
        name="earning_paid",
        sentence="Everything earned by a rule was paid to its member; a campaign paid its part.",
        counted="SELECT count(*) FROM earning",
        exceptions=f"""
SELECT 'member ' || earning.member_id || ' was not paid ' || earning.points || ' for '
    || earning.event_key || ' by ' || earning.rule, paid.id, {_NOTHING}
FROM earning
LEFT JOIN transfer AS paid
    ON paid.key = 'earning/' || earning.event_key || '/' || earning.rule
LEFT JOIN transfer AS added ON earning.extra > 0 AND added.key = paid.key || '/extra'
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE paid.id IS NULL OR paid.amount + coalesce(added.amount, 0) <> earning.points
    OR paid.reason <> 'earning'
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
WITH kept AS MATERIALIZED (
    SELECT member_level.member_id, member_level.earned AS said, member_level.through_entry,
        account.id AS account_id
    FROM member_level
    LEFT JOIN account ON account.currency = 'points' AND account.kind = 'member'
        AND account.holder = member_level.member_id || ''
), summed AS MATERIALIZED (
    SELECT entry.account_id, CAST(sum(CASE WHEN (entry.amount > 0) = (transfer.reverses IS NULL)
        THEN entry.amount ELSE 0 END) AS INTEGER) AS earned
    FROM entry
    CROSS JOIN kept ON kept.account_id = entry.account_id AND entry.id <= kept.through_entry
    CROSS JOIN transfer ON transfer.id = entry.transfer_id
    GROUP BY entry.account_id
)
SELECT 'member ' || member_id || ' is said to have earned ' || said || ', it is '
    || coalesce(earned, 0), {_NOTHING}, kept.account_id
FROM kept LEFT JOIN summed ON summed.account_id = kept.account_id
WHERE said <> coalesce(earned, 0)
""",
    ),
)
