-- What members earned by rules of rewards.yaml, their levels, what budgets have issued, thanks
-- between members, and corrections by operators.

-- on_date: the community's day as YYYY-MM-DD. extra: what a campaign added; it is part of points.
-- sketch: what tells near-equal texts of this member apart from others, empty without a text; the
-- text cannot be read from it.
CREATE TABLE earning (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member (id),
    rule TEXT NOT NULL,
    event_key TEXT NOT NULL,
    group_key TEXT NOT NULL,
    on_date TEXT NOT NULL,
    at INTEGER NOT NULL,
    points INTEGER NOT NULL CHECK (points > 0),
    extra INTEGER NOT NULL CHECK (extra BETWEEN 0 AND points),
    campaign TEXT NOT NULL CHECK (campaign <> '' OR extra = 0),
    everyday INTEGER NOT NULL CHECK (everyday IN (0, 1)),
    sketch TEXT NOT NULL,
    UNIQUE (event_key, rule)
);

CREATE INDEX earning_day ON earning (member_id, on_date);
CREATE INDEX earning_rule ON earning (member_id, rule);

CREATE TRIGGER earning_is_not_changed BEFORE UPDATE ON earning
BEGIN SELECT RAISE(ABORT, 'an earning is a fact'); END;

CREATE TRIGGER earning_is_not_deleted BEFORE DELETE ON earning
BEGIN SELECT RAISE(ABORT, 'an earning is a fact'); END;

-- earned: all points ever earned, reckoned up to and with the entry through_entry.
-- told_level: the highest level that the member was congratulated on, counted from 0.
CREATE TABLE member_level (
    member_id INTEGER PRIMARY KEY REFERENCES member (id),
    earned INTEGER NOT NULL,
    through_entry INTEGER NOT NULL,
    told_level INTEGER NOT NULL CHECK (told_level >= 0)
);

-- period: 'day/2026-11-22', 'month/2026-11' or 'campaign/summer'. No limit stands here: limits
-- change, what was issued does not.
CREATE TABLE budget_spent (
    currency TEXT NOT NULL CHECK (currency IN ('points', 'fen')),
    period TEXT NOT NULL,
    spent INTEGER NOT NULL CHECK (spent >= 0),
    PRIMARY KEY (currency, period)
) WITHOUT ROWID;

CREATE TABLE thanks (
    id INTEGER PRIMARY KEY,
    giver_id INTEGER NOT NULL REFERENCES member (id),
    receiver_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    event_key TEXT NOT NULL UNIQUE,
    on_date TEXT NOT NULL,
    at INTEGER NOT NULL,
    points INTEGER NOT NULL CHECK (points > 0),
    left_today INTEGER NOT NULL CHECK (left_today >= 0),
    CHECK (giver_id <> receiver_id)
);

CREATE INDEX thanks_giver ON thanks (giver_id, on_date);
CREATE INDEX thanks_receiver ON thanks (receiver_id, on_date);

CREATE TRIGGER thanks_are_not_changed BEFORE UPDATE ON thanks
BEGIN SELECT RAISE(ABORT, 'thanks are a fact'); END;

CREATE TRIGGER thanks_are_not_deleted BEFORE DELETE ON thanks
BEGIN SELECT RAISE(ABORT, 'thanks are a fact'); END;

-- Two who have thanked each other: what they give each other is no merit. since: the second way.
CREATE TABLE thanks_pair (
    first_id INTEGER NOT NULL REFERENCES member (id),
    second_id INTEGER NOT NULL REFERENCES member (id),
    since INTEGER NOT NULL,
    PRIMARY KEY (first_id, second_id),
    CHECK (first_id < second_id)
) WITHOUT ROWID;

-- points are added, or taken away when negative. second_needed: 1 when one operator is not enough.
CREATE TABLE adjustment (
    id INTEGER PRIMARY KEY,
    event_key TEXT NOT NULL UNIQUE,
    member_id INTEGER NOT NULL REFERENCES member (id),
    points INTEGER NOT NULL CHECK (points <> 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    proposed_by INTEGER NOT NULL REFERENCES member (id),
    proposed_at INTEGER NOT NULL,
    second_needed INTEGER NOT NULL CHECK (second_needed IN (0, 1)),
    expires_at INTEGER NOT NULL,
    posted_at INTEGER,
    confirmed_by INTEGER REFERENCES member (id),
    confirmed_key TEXT UNIQUE,
    CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by),
    CHECK (posted_at IS NULL OR second_needed = 0 OR confirmed_by IS NOT NULL),
    CHECK ((confirmed_by IS NULL) = (confirmed_key IS NULL))
);

CREATE TRIGGER adjustment_asks_for_one_thing
BEFORE UPDATE OF id, event_key, member_id, points, reason, proposed_by, proposed_at,
    second_needed, expires_at ON adjustment
BEGIN SELECT RAISE(ABORT, 'what a correction asks for does not change'); END;

CREATE TRIGGER adjustment_is_not_deleted BEFORE DELETE ON adjustment
BEGIN SELECT RAISE(ABORT, 'a correction is a fact'); END;
