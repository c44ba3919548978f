"""What must be true of check-ins, streaks, make-up cards and freezes.

Streaks are counted anew from the calendar: how the lanes write them down is not believed.
"""

from bot.rewards.audit.checks import Check

_CHECKINS = "SELECT count(*) FROM checkin"

_DAYS = """
WITH parts AS (
    SELECT checkin.*,
        CAST(substr(on_date, 1, 4) AS INTEGER)
            - CASE WHEN substr(on_date, 6, 2) <= '02' THEN 1 ELSE 0 END AS year,
        CAST(substr(on_date, 6, 2) AS INTEGER)
            + CASE WHEN substr(on_date, 6, 2) <= '02' THEN 9 ELSE -3 END AS month,
        CAST(substr(on_date, 9, 2) AS INTEGER) AS day
    FROM checkin
), dated AS (
    SELECT parts.*, 365 * year + year / 4 - year / 100 + year / 400
        + (153 * month + 2) / 5 + day AS number
    FROM parts
), raised AS (
    SELECT member_id, raised_on, max(raised_to) AS streak
    FROM checkin WHERE raised_on IS NOT NULL GROUP BY member_id, raised_on
), later AS (
    SELECT dated.*,
        lag(on_date) OVER days AS earlier_date, lag(number) OVER days AS earlier_number,
        lag(streak) OVER days AS earlier_streak, lag(freezes) OVER days AS earlier_freezes,
        lag(raised_on) OVER days AS earlier_raised_on, lead(number) OVER days AS next_number
    FROM dated WINDOW days AS (PARTITION BY member_id ORDER BY on_date)
)
"""
"""Every day of ``checkin`` with the one before it; ``number`` counts days (a year begins in March,
so that the leap day is its last)."""

CHECKINS = (
    Check(
        name="checkin_paid",
        sentence="Every check-in was paid, and so was every milestone; nothing else of it was.",
        counted=_CHECKINS,
        exceptions="""
SELECT 'member ' || checkin.member_id || ' was not paid ' || points || ' and ' || bonus
    || ' for ' || on_date, paid.id, CAST(NULL AS INTEGER)
FROM checkin
LEFT JOIN transfer AS paid ON paid.key = 'checkin/' || member_id || '/' || on_date
LEFT JOIN transfer AS extra
    ON extra.key = 'checkin/' || member_id || '/' || on_date || '/milestone'
LEFT JOIN account AS taker ON taker.id = paid.credit_account_id
WHERE coalesce(paid.amount, 0) <> points OR coalesce(extra.amount, 0) <> bonus
    OR paid.reason <> 'checkin' OR extra.reason <> 'checkin_milestone'
    OR taker.kind <> 'member' OR taker.holder <> member_id || ''
    OR extra.credit_account_id <> paid.credit_account_id
""",
    ),
    Check(
        name="streaks",
        sentence="Every day is there once; its streak is one longer than the day before's, or one.",
        counted=_CHECKINS,
        exceptions=f"""{_DAYS}
SELECT 'member ' || later.member_id || ' has a streak of ' || later.streak || ' on '
    || later.on_date, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
FROM later
LEFT JOIN raised
    ON raised.member_id = later.member_id AND raised.raised_on = later.earlier_date
WHERE later.streak <> CASE later.kind WHEN 'frozen' THEN 0 ELSE 1 END
    + CASE WHEN earlier_number = number - 1 AND coalesce(earlier_raised_on, '') < later.on_date
        THEN greatest(earlier_streak, coalesce(raised.streak, 0)) ELSE 0 END
    OR earlier_number = number
""",
    ),
    Check(
        name="streak_lengths",
        sentence="A streak is as long as the days that it has, but for those that are frozen.",
        counted=_CHECKINS,
        exceptions=f"""{_DAYS}, runs AS (
    SELECT dated.*,
        number - row_number() OVER (PARTITION BY member_id ORDER BY on_date) AS run
    FROM dated
), counted AS (
    SELECT member_id, max(on_date) AS until, count(*) AS days,
        sum(CASE kind WHEN 'frozen' THEN 0 ELSE 1 END) AS streak
    FROM runs GROUP BY member_id, run
)
SELECT 'member ' || counted.member_id || ' has a streak of ' || counted.streak || ' up to '
    || until || ', but ' || greatest(checkin.streak, coalesce(raised.streak, 0))
    || ' is written', CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
FROM counted
JOIN checkin ON checkin.member_id = counted.member_id AND checkin.on_date = until
LEFT JOIN raised ON raised.member_id = counted.member_id AND raised.raised_on = until
WHERE counted.streak <> greatest(checkin.streak, coalesce(raised.streak, 0))
""",
    ),
    Check(
        name="freezes",
        sentence="Every freeze was earned by a check-in and used up by one missed day.",
        counted="SELECT count(*) FROM checkin WHERE kind = 'frozen' OR freezes > 0",
        exceptions=f"""{_DAYS}
SELECT 'member ' || member_id || ' holds ' || freezes || ' freezes after ' || on_date
    || ' (' || kind || ') and had ' || coalesce(earlier_freezes, 0),
    CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
FROM later
WHERE CASE kind
    WHEN 'frozen' THEN freezes <> earlier_freezes - 1
        OR earlier_number IS DISTINCT FROM number - 1 OR next_number IS DISTINCT FROM number + 1
    WHEN 'made_up' THEN freezes <> coalesce(earlier_freezes, 0)
    ELSE freezes - coalesce(earlier_freezes, 0) NOT IN (0, 1) END
""",
    ),
    Check(
        name="makeup_paid",
        sentence="Every made-up day has its card, and every card was paid for one.",
        counted="SELECT count(*) FROM makeup_card",
        exceptions="""
SELECT 'member ' || checkin.member_id || ' has no card that was paid for ' || checkin.on_date,
    paid.id, CAST(NULL AS INTEGER)
FROM checkin
LEFT JOIN makeup_card AS card
    ON card.member_id = checkin.member_id AND card.on_date = checkin.on_date
LEFT JOIN transfer AS paid
    ON paid.key = 'makeup/' || checkin.member_id || '/' || checkin.on_date
LEFT JOIN account AS giver ON giver.id = paid.debit_account_id
WHERE CASE checkin.kind
    WHEN 'made_up' THEN card.price IS NULL OR paid.amount IS DISTINCT FROM card.price
        OR paid.reason <> 'makeup_card' OR paid.reference <> checkin.event_key
        OR giver.kind <> 'member' OR giver.holder <> checkin.member_id || ''
    ELSE card.price IS NOT NULL OR paid.id IS NOT NULL END
UNION ALL
SELECT transfer.key || ' bought no card', transfer.id, CAST(NULL AS INTEGER)
FROM transfer
LEFT JOIN checkin ON checkin.event_key = transfer.reference
WHERE transfer.reason = 'makeup_card' AND transfer.key IS DISTINCT FROM
    'makeup/' || checkin.member_id || '/' || checkin.on_date
UNION ALL
SELECT 'member ' || member_id || ' has ' || count(*) || ' cards of ' || month
    || ', the last is number ' || max(card), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
FROM makeup_card GROUP BY member_id, month HAVING max(card) <> count(*)
""",
    ),
)
