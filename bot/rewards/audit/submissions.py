"""What must be true of submissions, against the books: paid once, for what was taken in, or not."""

from bot.rewards.audit.checks import Check

_NOTHING = "CAST(NULL AS INTEGER)"

_PAYABLE = """
WITH payable AS MATERIALIZED (
    SELECT CAST('submission:' || id || '/submitted' AS TEXT) AS event_key, author_id,
        unpaid AS why_not
    FROM submission WHERE decided_by IS NOT NULL AND state <> 'declined'
    UNION ALL
    SELECT CAST('submission:' || id || '/featured' AS TEXT), author_id, featured_unpaid
    FROM submission WHERE featured_by IS NOT NULL
)
"""

SUBMISSIONS = (
    Check(
        name="submission_paid",
        sentence="Whoever's submission was taken in or chosen was paid for it, or it says why not.",
        counted=f"{_PAYABLE} SELECT count(*) FROM payable",
        exceptions=f"""
{_PAYABLE}
SELECT payable.event_key || ' of member ' || payable.author_id
        || CASE payable.why_not WHEN '' THEN ' was not paid' ELSE ' was paid all the same' END,
    {_NOTHING}, {_NOTHING}
FROM payable
LEFT JOIN (SELECT DISTINCT event_key, member_id FROM earning) AS paid
    ON paid.event_key = payable.event_key AND paid.member_id = payable.author_id
WHERE (paid.event_key IS NULL) = (payable.why_not = '')
""",
    ),
    Check(
        name="submission_cause",
        sentence="What was paid for a submission was paid to its author, for what was taken in.",
        counted="SELECT count(*) FROM earning WHERE event_key LIKE 'submission:%'",
        exceptions=f"""
{_PAYABLE}
SELECT earning.event_key || ' was paid to member ' || earning.member_id || ' for nothing',
    {_NOTHING}, {_NOTHING}
FROM earning
LEFT JOIN payable ON payable.event_key = earning.event_key
    AND payable.author_id = earning.member_id
WHERE earning.event_key LIKE 'submission:%' AND payable.event_key IS NULL
""",
    ),
)
