"""What was paid has its cause: the row of what happened, found from the books."""

from bot.rewards.audit.checks import Check, Span

CAUSES = (
    Check(
        name="checkin_cause",
        sentence="Every check-in that was paid happened.",
        counted="SELECT count(*) FROM transfer"
        " WHERE reason IN ('checkin', 'checkin_milestone') AND id > ?",
        exceptions="""
SELECT transfer.key || ' has no check-in', transfer.id, CAST(NULL AS INTEGER)
FROM transfer
LEFT JOIN checkin ON checkin.event_key = transfer.reference
WHERE transfer.id > ? AND transfer.reason IN ('checkin', 'checkin_milestone')
    AND (checkin.member_id IS NULL OR transfer.key <> 'checkin/' || checkin.member_id || '/'
        || checkin.on_date || CASE transfer.reason WHEN 'checkin' THEN '' ELSE '/milestone' END)
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="expiry_cause",
        sentence="Points end only after their last day.",
        counted="SELECT count(*) FROM transfer WHERE reason = 'expiry' AND id > ?",
        exceptions="""
SELECT transfer.key || ' ended points that last until ' || entry.lot, transfer.id,
    entry.account_id
FROM transfer JOIN entry ON entry.transfer_id = transfer.id AND entry.amount < 0
WHERE transfer.id > ? AND transfer.reason = 'expiry'
    AND (entry.lot > substr(transfer.reference, 17) OR entry.lot IN ('9999-12-31', 'debt'))
""",
        span=Span.TRANSFERS,
    ),
)
