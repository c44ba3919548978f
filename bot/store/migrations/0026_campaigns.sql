-- What campaigns give while they run: money, points, seats and perks. Every `campaign` names one run
-- of a campaign, as double12-2026. Instants are microseconds since 1970 (UTC), amounts points or fen.

-- Real money that an operator has set aside for a campaign. second_needed: 1 when whoever asked for
-- it cannot confirm it himself.
CREATE TABLE campaign_cash (
    id INTEGER PRIMARY KEY,
    event_key TEXT NOT NULL UNIQUE,
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    amount INTEGER NOT NULL CHECK (amount > 0),
    proposed_by INTEGER NOT NULL REFERENCES member (id),
    proposed_at INTEGER NOT NULL,
    second_needed INTEGER NOT NULL CHECK (second_needed IN (0, 1)),
    expires_at INTEGER NOT NULL,
    confirmed_by INTEGER REFERENCES member (id),
    confirmed_at INTEGER,
    confirmed_key TEXT UNIQUE,
    CHECK (second_needed = 0 OR confirmed_by IS NULL OR confirmed_by <> proposed_by),
    CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CHECK ((confirmed_by IS NULL) = (confirmed_key IS NULL))
);

CREATE TRIGGER campaign_cash_asks_for_one_thing
BEFORE UPDATE OF id, event_key, campaign, amount, proposed_by, proposed_at, second_needed,
    expires_at ON campaign_cash
BEGIN SELECT RAISE(ABORT, 'what was asked for does not change'); END;

CREATE TRIGGER campaign_cash_is_not_deleted BEFORE DELETE ON campaign_cash
BEGIN SELECT RAISE(ABORT, 'money that was asked for is a fact'); END;

-- What a campaign's account was given, or gave back when negative. given: all of it so far; budget:
-- the limit then in force. cash_id: the confirmed money that came in.
CREATE TABLE campaign_fund (
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    currency TEXT NOT NULL CHECK (currency IN ('points', 'fen')),
    number INTEGER NOT NULL CHECK (number >= 1),
    amount INTEGER NOT NULL CHECK (amount <> 0),
    given INTEGER NOT NULL CHECK (given >= 0),
    budget INTEGER NOT NULL CHECK (budget >= 0),
    cash_id INTEGER UNIQUE REFERENCES campaign_cash (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (campaign, currency, number),
    CHECK (amount < 0 OR given <= budget),
    CHECK ((cash_id IS NOT NULL) = (currency = 'fen' AND amount > 0))
) WITHOUT ROWID;

CREATE TRIGGER campaign_fund_is_not_changed BEFORE UPDATE ON campaign_fund
BEGIN SELECT RAISE(ABORT, 'what a campaign was given is a fact'); END;

CREATE TRIGGER campaign_fund_is_not_deleted BEFORE DELETE ON campaign_fund
BEGIN SELECT RAISE(ABORT, 'what a campaign was given is a fact'); END;

-- What a campaign added to a check-in, beside points.
ALTER TABLE checkin ADD COLUMN extra INTEGER NOT NULL DEFAULT 0 CHECK (extra >= 0);
ALTER TABLE checkin ADD COLUMN campaign TEXT NOT NULL DEFAULT ''
    CHECK ((campaign <> '') = (extra > 0));

-- A place at a campaign's meeting, or in the line for one. Who came first has the lower id.
-- number: the seat, counted from 1 within quota; empty while waiting. line: the place in the line
-- when he signed up, 0 with a seat at once. moved_at: when he moved up; told_at: when he was told.
CREATE TABLE campaign_seat (
    id INTEGER PRIMARY KEY,
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    member_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    event_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'seated', 'cancelled', 'left')),
    quota INTEGER NOT NULL CHECK (quota >= 1),
    number INTEGER CHECK (number BETWEEN 1 AND quota),
    line INTEGER NOT NULL CHECK (line >= 0),
    moved_at INTEGER,
    told_at INTEGER,
    ended_at INTEGER,
    ended_key TEXT UNIQUE,
    arrived_at INTEGER,
    arrived_key TEXT UNIQUE,
    points INTEGER NOT NULL DEFAULT 0 CHECK (points >= 0),
    CHECK (state <> 'waiting' OR number IS NULL),
    CHECK (state <> 'seated' OR number IS NOT NULL),
    CHECK ((state IN ('cancelled', 'left')) = (ended_at IS NOT NULL)),
    CHECK (line > 0 OR (number IS NOT NULL AND moved_at IS NULL)),
    CHECK (line = 0 OR (moved_at IS NULL) = (number IS NULL)),
    CHECK (told_at IS NULL OR moved_at IS NOT NULL),
    CHECK (arrived_at IS NULL OR number IS NOT NULL),
    CHECK ((arrived_at IS NULL) = (arrived_key IS NULL)),
    CHECK (points = 0 OR arrived_at IS NOT NULL)
);

CREATE UNIQUE INDEX campaign_seat_member ON campaign_seat (campaign, member_id)
    WHERE state IN ('waiting', 'seated');
CREATE UNIQUE INDEX campaign_seat_number ON campaign_seat (campaign, number)
    WHERE state = 'seated';
CREATE INDEX campaign_seat_moved ON campaign_seat (id)
    WHERE moved_at IS NOT NULL AND told_at IS NULL;

CREATE TRIGGER campaign_seat_keeps_who_came_first
BEFORE UPDATE OF id, campaign, member_id, group_key, event_key, at, line ON campaign_seat
BEGIN SELECT RAISE(ABORT, 'a seat stays with its member and his place in the line'); END;

CREATE TRIGGER campaign_seat_is_not_deleted BEFORE DELETE ON campaign_seat
BEGIN SELECT RAISE(ABORT, 'a seat is a fact'); END;

-- A wrong word at the door; which one is not kept. left_tries and paused_until: as he was told.
CREATE TABLE campaign_try (
    event_key TEXT PRIMARY KEY,
    campaign TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    at INTEGER NOT NULL,
    left_tries INTEGER NOT NULL CHECK (left_tries >= 0),
    paused_until INTEGER,
    CHECK ((left_tries = 0) = (paused_until IS NOT NULL))
) WITHOUT ROWID;

CREATE INDEX campaign_try_member ON campaign_try (campaign, member_id, at);

-- A perk that was taken, with its code as it was told. number: of all of this perk, within quota;
-- own: of this member's, within most_each.
CREATE TABLE campaign_perk (
    id INTEGER PRIMARY KEY,
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    perk TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    event_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    code TEXT NOT NULL,
    quota INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND quota),
    most_each INTEGER NOT NULL,
    own INTEGER NOT NULL CHECK (own BETWEEN 1 AND most_each),
    UNIQUE (campaign, perk, number),
    UNIQUE (campaign, perk, member_id, own)
);

CREATE TRIGGER campaign_perk_is_not_changed BEFORE UPDATE ON campaign_perk
BEGIN SELECT RAISE(ABORT, 'a perk that was taken is a fact'); END;

CREATE TRIGGER campaign_perk_is_not_deleted BEFORE DELETE ON campaign_perk
BEGIN SELECT RAISE(ABORT, 'a perk that was taken is a fact'); END;

-- Cash that packets have promised counts in the budgets of its day and month; so does that of packets
-- opened before there was such a count.
INSERT INTO budget_spent (currency, period, spent)
SELECT 'fen', period, sum(fen) FROM (
    SELECT 'day/' || on_date AS period,
        CASE state WHEN 'expired' THEN claimed_points ELSE total_points END AS fen
    FROM packet WHERE currency = 'fen'
    UNION ALL
    SELECT 'month/' || substr(on_date, 1, 7),
        CASE state WHEN 'expired' THEN claimed_points ELSE total_points END
    FROM packet WHERE currency = 'fen'
) AS promised
GROUP BY period;
