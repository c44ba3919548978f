-- What was won is redeemed like what was bought, without points: win_id says by which win, pieces
-- how many units it is of. A win has one redemption at a time; one that came to nothing may follow
-- another. told_at: when people were told of how it stands, where nobody's act brought that about.

CREATE TABLE redemption_next (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    member_id INTEGER NOT NULL,
    group_key TEXT NOT NULL,
    item TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('parcel', 'code', 'title', 'coupon')),
    win_id INTEGER REFERENCES lottery_win (id),
    points INTEGER NOT NULL CHECK (points >= 0),
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    value_fen INTEGER NOT NULL CHECK (value_fen >= 0),
    min_spend_fen INTEGER NOT NULL CHECK (min_spend_fen >= 0),
    title TEXT NOT NULL,
    code TEXT UNIQUE,
    on_date TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    ended_at INTEGER,
    told_at INTEGER,
    points_hold INTEGER UNIQUE REFERENCES hold (id),
    piece_hold INTEGER UNIQUE REFERENCES hold (id),
    CHECK ((win_id IS NULL) = (points > 0)),
    CHECK (win_id IS NULL OR kind IN ('parcel', 'coupon')),
    CHECK (win_id IS NOT NULL OR pieces = 1),
    CHECK ((kind = 'title' OR win_id IS NOT NULL) = (points_hold IS NULL)),
    CHECK ((kind = 'title') = (piece_hold IS NULL)),
    CHECK ((kind IN ('code', 'coupon')) = (code IS NOT NULL)),
    CHECK ((kind = 'coupon') = (value_fen > 0)),
    CHECK ((kind = 'title') = (title <> '')),
    CHECK ((state IN ('held', 'confirmed', 'shipped')) = (ended_at IS NULL)),
    CHECK (
        (kind = 'parcel' AND state IN ('held', 'confirmed', 'shipped', 'done', 'cancelled',
            'expired', 'returned'))
        OR (kind IN ('code', 'coupon') AND state IN ('confirmed', 'done', 'lapsed', 'returned'))
        OR (kind = 'title' AND state IN ('done', 'returned'))
    )
);

CREATE TABLE redemption_step_next (
    id INTEGER PRIMARY KEY,
    redemption_id INTEGER NOT NULL REFERENCES redemption_next (id),
    event_key TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (redemption_id, event_key)
);

CREATE TABLE redemption_address_next (
    redemption_id INTEGER PRIMARY KEY REFERENCES redemption_next (id),
    address TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given_at INTEGER NOT NULL
);

INSERT INTO redemption_next (id, key, member_id, group_key, item, name, kind, points, pieces,
    value_fen, min_spend_fen, title, code, on_date, at, state, due_at, ended_at, told_at,
    points_hold, piece_hold)
SELECT id, key, member_id, group_key, item, name, kind, points, 1,
    value_fen, min_spend_fen, title, code, on_date, at, state, due_at, ended_at, told_at,
    points_hold, piece_hold
FROM redemption ORDER BY id;

INSERT INTO redemption_step_next (redemption_id, event_key, state, actor, note, at)
SELECT redemption_id, event_key, state, actor, note, at FROM redemption_step ORDER BY id;

INSERT INTO redemption_address_next (redemption_id, address, purpose, given_at)
SELECT redemption_id, address, purpose, given_at FROM redemption_address;

DROP TABLE redemption_address;
DROP TABLE redemption_step;
DROP TABLE redemption;

ALTER TABLE redemption_next RENAME TO redemption;
ALTER TABLE redemption_step_next RENAME TO redemption_step;
ALTER TABLE redemption_address_next RENAME TO redemption_address;

CREATE INDEX redemption_member ON redemption (member_id, item);
CREATE INDEX redemption_due ON redemption (due_at) WHERE ended_at IS NULL;
CREATE INDEX redemption_kept ON redemption (item, due_at) WHERE state = 'held';
CREATE INDEX redemption_coupons ON redemption (item) WHERE kind = 'coupon';
CREATE INDEX redemption_untold ON redemption (id)
    WHERE state IN ('expired', 'lapsed') AND told_at IS NULL;
CREATE INDEX redemption_won_untold ON redemption (id)
    WHERE win_id IS NOT NULL AND state = 'confirmed' AND told_at IS NULL;
CREATE INDEX redemption_titles ON redemption (member_id, due_at) WHERE kind = 'title';
CREATE INDEX redemption_won ON redemption (win_id) WHERE win_id IS NOT NULL;
CREATE UNIQUE INDEX redemption_of_a_win ON redemption (win_id)
    WHERE win_id IS NOT NULL AND state NOT IN ('cancelled', 'expired', 'returned');
CREATE INDEX lottery_win_coupons ON lottery_win (id) WHERE kind = 'coupon';

CREATE TRIGGER redemption_terms_stay
BEFORE UPDATE OF id, key, member_id, group_key, item, name, kind, win_id, points, pieces,
    value_fen, min_spend_fen, title, code, on_date, at, points_hold, piece_hold ON redemption
BEGIN SELECT RAISE(ABORT, 'what was bought does not change'); END;

CREATE TRIGGER redemption_is_not_deleted BEFORE DELETE ON redemption
BEGIN SELECT RAISE(ABORT, 'a redemption is a fact'); END;

CREATE TRIGGER redemption_step_is_not_changed BEFORE UPDATE ON redemption_step
BEGIN SELECT RAISE(ABORT, 'a step is a fact'); END;

CREATE TRIGGER redemption_step_is_not_deleted BEFORE DELETE ON redemption_step
BEGIN SELECT RAISE(ABORT, 'a step is a fact'); END;
