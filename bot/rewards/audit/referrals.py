"""What must be true between the books and referrals: each reward has one, each one its reward."""

from bot.rewards.audit.checks import Check, Span

_OWED = """
WITH owed AS MATERIALIZED (
    SELECT id, state, CAST('referral/' || id || '/referral_inviter' AS TEXT) AS key,
        inviter_id || '' AS holder, inviter_points AS points
    FROM referral WHERE settled_at IS NOT NULL
    UNION ALL
    SELECT id, state, CAST('referral/' || id || '/referral_friend' AS TEXT),
        friend_id || '', friend_points
    FROM referral WHERE settled_at IS NOT NULL
)
"""

REFERRALS = (
    Check(
        name="referral_paid",
        sentence="Every settled referral was paid to both, and taken back when it was reversed.",
        counted="SELECT count(*) FROM referral WHERE settled_at IS NOT NULL",
        exceptions=f"""{_OWED}
SELECT owed.key || ' is ' || owed.state || ': paid ' || coalesce(paid.amount, 0) || ' of '
    || owed.points || ', taken back ' || coalesce(back.amount, 0), paid.id, CAST(NULL AS INTEGER)
FROM owed
LEFT JOIN transfer AS paid ON paid.key = owed.key
LEFT JOIN transfer AS back ON back.reverses = paid.id AND back.reason = 'referral_clawback'
WHERE coalesce(paid.amount, 0) <> owed.points
    OR coalesce(back.amount, 0) <> CASE owed.state WHEN 'reversed' THEN owed.points ELSE 0 END
""",
    ),
    Check(
        name="referral_cause",
        sentence="Every referral's reward has a settled referral; a claw-back takes back one.",
        counted="SELECT count(*) FROM transfer WHERE reason IN"
        " ('referral_inviter', 'referral_friend', 'referral_clawback') AND id > ?",
        exceptions=f"""{_OWED}
SELECT transfer.key || ' has no settled referral of this amount', transfer.id,
    CAST(NULL AS INTEGER)
FROM transfer
JOIN account AS taker ON taker.id = transfer.credit_account_id
LEFT JOIN owed ON owed.key = transfer.key
WHERE transfer.id > ?1 AND transfer.reason IN ('referral_inviter', 'referral_friend')
    AND (owed.key IS NULL OR taker.holder <> owed.holder OR transfer.amount <> owed.points)
UNION ALL
SELECT later.key || ' takes back no reward of a referral', later.id, CAST(NULL AS INTEGER)
FROM transfer AS later LEFT JOIN transfer AS original ON original.id = later.reverses
WHERE later.id > ?1 AND later.reason = 'referral_clawback'
    AND coalesce(original.reason, '') NOT IN ('referral_inviter', 'referral_friend')
""",
        span=Span.TRANSFERS,
    ),
)
