"""Campaigns: their money, boosts, seats, arrivals and perks; and cash in the budgets."""

from tests.unit.rewards.tampering.mutant import alter, mutant

CAMPAIGNS = [
    mutant(
        "a campaign claims to have been given more than was moved",
        "campaign_funded campaign_limits campaign_balance",
        "UPDATE campaign_fund SET amount = 1500, given = 1500 WHERE currency = 'points'",
    ),
    mutant(
        "a campaign's budget was moved under another name",
        "campaign_funded campaign_cause",
        alter("campaign/spring-2026/points/1", "key = 'elsewhere'"),
    ),
    mutant(
        "a campaign was given more than its budget",
        "campaign_limits",
        "UPDATE campaign_fund SET budget = 999 WHERE currency = 'points'",
    ),
    mutant(
        "cash was given that nobody confirmed",
        "campaign_limits",
        "UPDATE campaign_cash SET confirmed_by = NULL, confirmed_at = NULL, confirmed_key = NULL",
    ),
    mutant(
        "a large sum was confirmed by who had asked for it",
        "campaign_limits",
        "UPDATE campaign_cash SET second_needed = 1",
    ),
    mutant(
        "cash that was given is forgotten",
        "campaign_limits campaign_cause campaign_balance",
        "DELETE FROM campaign_fund WHERE currency = 'fen'",
    ),
    mutant(
        "a check-in forgets what a campaign added",
        "campaign_extra campaign_balance",
        "UPDATE checkin SET extra = 0, campaign = '' WHERE member_id = 32",
    ),
    mutant(
        "an earning was boosted by another campaign than the one that paid",
        "campaign_balance",
        "UPDATE earning SET campaign = 'autumn-2026' WHERE member_id = 33",
    ),
    mutant(
        "a member who came later was seated first",
        "campaign_seats",
        "UPDATE campaign_seat SET id = 0 WHERE state = 'waiting'",
    ),
    mutant(
        "there is a seat more than the quota",
        "campaign_seats",
        "UPDATE campaign_seat SET quota = 1 WHERE number = 2",
    ),
    mutant(
        "an arrival is written with more points than were paid",
        "campaign_arrivals campaign_balance",
        "UPDATE campaign_seat SET points = 30 WHERE member_id = 31",
    ),
    mutant(
        "somebody was paid for an arrival and was not there",
        "campaign_arrivals campaign_balance",
        "UPDATE campaign_seat SET arrived_at = NULL, arrived_key = NULL, points = 0",
    ),
    mutant(
        "a perk was taken more often than there is of it",
        "campaign_perks",
        "UPDATE campaign_perk SET number = 3",
    ),
    mutant(
        "the budgets forget cash that was promised",
        "cash_counted",
        "UPDATE budget_spent SET spent = spent - 100 WHERE currency = 'fen'"
        " AND period LIKE 'month/%'",
    ),
    mutant(
        "the budgets never counted a day's cash",
        "cash_counted",
        "DELETE FROM budget_spent WHERE currency = 'fen' AND period LIKE 'day/%'",
    ),
]
