"""What must be true of campaigns: where their money came from, what it became, and who has a seat.

A campaign's account holds what it was given, minus what the rows of packets, boosts and arrivals
say; so nothing leaves it that no row explains. What was earned before campaigns had accounts was
paid whole by the rule.
"""

from bot.rewards.audit.checks import Check, Span

_NOTHING = "CAST(NULL AS INTEGER)"
_FUNDS = "SELECT count(*) FROM campaign_fund"
_SEATS = "SELECT count(*) FROM campaign_seat"

_PROMISED = """
WITH promised AS MATERIALIZED (
    SELECT CAST('earning/' || event_key || '/' || rule || '/extra' AS TEXT) AS key, member_id,
        extra, campaign
    FROM earning WHERE extra > 0
    UNION ALL
    SELECT CAST('checkin/' || member_id || '/' || on_date || '/extra' AS TEXT), member_id,
        extra, campaign
    FROM checkin WHERE extra > 0
)
"""

_CASH = """
WITH promised AS (
    SELECT on_date, CASE state WHEN 'expired' THEN claimed_points ELSE total_points END AS fen
    FROM packet WHERE currency = 'fen'
), summed AS (
    SELECT period, CAST(sum(fen) AS INTEGER) AS fen FROM (
        SELECT 'day/' || on_date AS period, fen FROM promised
        UNION ALL SELECT 'month/' || substr(on_date, 1, 7), fen FROM promised
    ) AS periods GROUP BY period
)
"""

CAMPAIGNS = (
    Check(
        name="campaign_funded",
        sentence="What a campaign is said to have been given or to have given back was moved.",
        counted=_FUNDS,
        exceptions=f"""
WITH wanted AS MATERIALIZED (
    SELECT CAST('campaign/' || campaign || '/' || currency || '/' || number AS TEXT) AS key,
        campaign, currency, amount
    FROM campaign_fund
)
SELECT wanted.key || ' moved ' || coalesce(moved.amount, 0) || ', not ' || abs(wanted.amount),
    moved.id, {_NOTHING}
FROM wanted
LEFT JOIN transfer AS moved ON moved.key = wanted.key
LEFT JOIN account AS giver ON giver.id = moved.debit_account_id
LEFT JOIN account AS taker ON taker.id = moved.credit_account_id
WHERE moved.amount IS DISTINCT FROM abs(wanted.amount) OR giver.currency <> wanted.currency
    OR moved.reason <> CASE WHEN wanted.amount > 0 THEN 'budget' ELSE 'budget_return' END
    OR CASE WHEN wanted.amount > 0 THEN taker.holder ELSE giver.holder END <> wanted.campaign
""",
    ),
    Check(
        name="campaign_limits",
        sentence="A campaign was never given more than its budget, cash only by who may say so.",
        counted=_FUNDS,
        exceptions=f"""
SELECT campaign || ' counts ' || given || ' ' || currency || ' after move ' || number || ', it is '
    || total || ' of ' || budget, {_NOTHING}, {_NOTHING}
FROM (
    SELECT campaign_fund.*,
        sum(amount) OVER (PARTITION BY campaign, currency ORDER BY number) AS total,
        row_number() OVER (PARTITION BY campaign, currency ORDER BY number) AS place
    FROM campaign_fund
) AS fund
WHERE given <> total OR number <> place OR (amount > 0 AND given > budget)
UNION ALL
SELECT 'cash ' || fund.cash_id || ' came into ' || fund.campaign || ' as ' || fund.amount
    || ', asked for were ' || coalesce(cash.amount, 0), {_NOTHING}, {_NOTHING}
FROM campaign_fund AS fund
LEFT JOIN campaign_cash AS cash ON cash.id = fund.cash_id
WHERE fund.currency = 'fen' AND fund.amount > 0
    AND (cash.amount IS DISTINCT FROM fund.amount OR cash.campaign <> fund.campaign
        OR cash.confirmed_by IS NULL
        OR (cash.second_needed = 1 AND cash.confirmed_by = cash.proposed_by))
UNION ALL
SELECT 'cash ' || cash.id || ' was confirmed and not given to ' || cash.campaign, {_NOTHING},
    {_NOTHING}
FROM campaign_cash AS cash
WHERE cash.confirmed_by IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM campaign_fund AS fund WHERE fund.cash_id = cash.id)
""",
    ),
    Check(
        name="campaign_cause",
        sentence="Every budget that came or went belongs to a campaign's or a lottery's.",
        counted="SELECT count(*) FROM transfer"
        " WHERE reason IN ('budget', 'budget_return') AND id > ?",
        exceptions=f"""
WITH known AS MATERIALIZED (
    SELECT CAST('campaign/' || campaign || '/' || currency || '/' || number AS TEXT) AS key
    FROM campaign_fund
)
SELECT transfer.key || ' (' || transfer.reason || ') has no cause', transfer.id, {_NOTHING}
FROM transfer LEFT JOIN known ON known.key = transfer.key
WHERE transfer.id > ? AND transfer.reason IN ('budget', 'budget_return')
    AND transfer.reference NOT LIKE 'lottery/%' AND known.key IS NULL
""",
        span=Span.TRANSFERS,
    ),
    Check(
        name="campaign_balance",
        sentence="A campaign's account holds what it was given, minus what it gave.",
        counted="SELECT count(DISTINCT campaign) FROM campaign_fund",
        exceptions=f"""
WITH flows AS (
    SELECT campaign, currency, amount FROM campaign_fund
    UNION ALL
    SELECT campaign, currency,
        -CASE state WHEN 'expired' THEN claimed_points ELSE total_points END
    FROM packet WHERE purse = 'campaign'
    UNION ALL SELECT campaign, 'points', -extra FROM earning WHERE extra > 0
    UNION ALL SELECT campaign, 'points', -extra FROM checkin WHERE extra > 0
    UNION ALL SELECT campaign, 'points', -points FROM campaign_seat WHERE points > 0
), rest AS (
    SELECT campaign, currency, CAST(sum(amount) AS INTEGER) AS amount FROM flows
    WHERE campaign IN (SELECT campaign FROM campaign_fund) GROUP BY campaign, currency
)
SELECT rest.campaign || ' holds ' || coalesce(account.balance, 0) || ' ' || rest.currency
    || ', it should be ' || rest.amount, {_NOTHING}, account.id
FROM rest
LEFT JOIN account ON account.currency = rest.currency AND account.kind = 'campaign'
    AND account.holder = rest.campaign
WHERE coalesce(account.balance, 0) <> rest.amount
""",
    ),
    Check(
        name="campaign_extra",
        sentence="What a campaign added to an earning or a check-in came out of its account, once.",
        counted="SELECT (SELECT count(*) FROM earning WHERE extra > 0)"
        " + (SELECT count(*) FROM checkin WHERE extra > 0)",
        exceptions=f"""{_PROMISED}
SELECT 'member ' || promised.member_id || ' was not paid ' || promised.extra || ' by '
    || promised.campaign, paid.id, {_NOTHING}
FROM promised
LEFT JOIN transfer AS paid ON paid.key = promised.key
LEFT JOIN account AS giver ON giver.id = paid.debit_account_id
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE promised.campaign IN (SELECT campaign FROM campaign_fund)
    AND (paid.amount IS DISTINCT FROM promised.extra OR paid.reason <> 'campaign_extra'
        OR giver.holder <> promised.campaign OR taker.holder <> promised.member_id || '')
UNION ALL
SELECT transfer.key || ' adds to nothing', transfer.id, {_NOTHING}
FROM transfer LEFT JOIN promised ON promised.key = transfer.key
WHERE transfer.reason = 'campaign_extra' AND promised.key IS NULL
""",
    ),
    Check(
        name="campaign_seats",
        sentence="No campaign has more seats than its quota, and nobody waits behind a later one.",
        counted=_SEATS,
        exceptions=f"""
SELECT campaign || ' has ' || count(*) || ' members on seat ' || number, {_NOTHING}, {_NOTHING}
FROM campaign_seat WHERE state = 'seated' GROUP BY campaign, number HAVING count(*) > 1
UNION ALL
SELECT campaign || ' has a seat ' || number || ' of ' || quota, {_NOTHING}, {_NOTHING}
FROM campaign_seat WHERE number < 1 OR number > quota
UNION ALL
SELECT 'member ' || seat.member_id || ' of ' || seat.campaign || ' was seated before member '
    || waiting.member_id || ', who came earlier', {_NOTHING}, {_NOTHING}
FROM campaign_seat AS waiting
JOIN campaign_seat AS seat ON seat.campaign = waiting.campaign AND seat.id > waiting.id
WHERE waiting.state = 'waiting' AND seat.state = 'seated'
UNION ALL
SELECT 'member ' || member_id || ' has ' || count(*) || ' places in ' || campaign, {_NOTHING},
    {_NOTHING}
FROM campaign_seat WHERE state IN ('seated', 'waiting')
GROUP BY campaign, member_id HAVING count(*) > 1
""",
    ),
    Check(
        name="campaign_arrivals",
        sentence="Whoever was at a campaign's door was paid what is written, and nobody else.",
        counted=f"{_SEATS} WHERE arrived_at IS NOT NULL",
        exceptions=f"""
WITH arrived AS MATERIALIZED (
    SELECT CAST('arrival/' || campaign || '/' || member_id AS TEXT) AS key, campaign, member_id,
        points, arrived_key
    FROM campaign_seat WHERE arrived_at IS NOT NULL
)
SELECT 'member ' || arrived.member_id || ' got ' || coalesce(paid.amount, 0) || ' of '
    || arrived.points || ' for being at ' || arrived.campaign, paid.id, {_NOTHING}
FROM arrived
LEFT JOIN transfer AS paid ON paid.key = arrived.key
LEFT JOIN account AS giver ON giver.id = paid.debit_account_id
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE coalesce(paid.amount, 0) <> arrived.points OR paid.reason <> 'campaign_arrival'
    OR paid.reference <> arrived.arrived_key OR giver.holder <> arrived.campaign
    OR taker.holder <> arrived.member_id || ''
UNION ALL
SELECT transfer.key || ' belongs to nobody who was there', transfer.id, {_NOTHING}
FROM transfer LEFT JOIN arrived ON arrived.key = transfer.key
WHERE transfer.reason = 'campaign_arrival' AND arrived.key IS NULL
""",
    ),
    Check(
        name="campaign_perks",
        sentence="No more of a perk was taken than there was, in all and by one member.",
        counted="SELECT count(*) FROM campaign_perk",
        exceptions=f"""
SELECT 'perk ' || perk || ' of ' || campaign || ' was taken ' || taken || ' times, the last is '
    || last || ' of ' || quota, {_NOTHING}, {_NOTHING}
FROM (
    SELECT campaign, perk, count(*) AS taken, max(number) AS last, max(quota) AS quota
    FROM campaign_perk GROUP BY campaign, perk
) AS perks
WHERE last <> taken OR taken > quota
UNION ALL
SELECT 'member ' || member_id || ' took ' || taken || ' of the perk ' || perk || ', the last is '
    || last || ' of ' || most, {_NOTHING}, {_NOTHING}
FROM (
    SELECT campaign, perk, member_id, count(*) AS taken, max(own) AS last, max(most_each) AS most
    FROM campaign_perk GROUP BY campaign, perk, member_id
) AS perks
WHERE last <> taken OR taken > most
""",
    ),
    Check(
        name="cash_counted",
        sentence="The budgets count all cash that packets promised and did not take back.",
        counted="SELECT count(*) FROM packet WHERE currency = 'fen'",
        exceptions=f"""{_CASH}
SELECT budget_spent.period || ' counts ' || budget_spent.spent || ' fen, packets promised '
    || coalesce(summed.fen, 0), {_NOTHING}, {_NOTHING}
FROM budget_spent LEFT JOIN summed ON summed.period = budget_spent.period
WHERE budget_spent.currency = 'fen' AND budget_spent.spent <> coalesce(summed.fen, 0)
UNION ALL
SELECT summed.period || ' counts nothing, packets promised ' || summed.fen || ' fen', {_NOTHING},
    {_NOTHING}
FROM summed
LEFT JOIN budget_spent ON budget_spent.period = summed.period AND budget_spent.currency = 'fen'
WHERE budget_spent.period IS NULL AND summed.fen <> 0
""",
    ),
)
