-- What members bought with points. Its terms stay as they were; its state moves along its steps.
-- kind: parcel (needs an address), code, title, coupon. item: key in the configuration.
-- due_at: when it ends by itself. told_at: when the member was told of an end that time brought.
CREATE TABLE redemption (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    member_id INTEGER NOT NULL,
    group_key TEXT NOT NULL,
    item TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('parcel', 'code', 'title', 'coupon')),
    points INTEGER NOT NULL CHECK (points > 0),
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
    CHECK ((kind = 'title') = (points_hold IS NULL)),
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

CREATE INDEX redemption_member ON redemption (member_id, item);
CREATE INDEX redemption_due ON redemption (due_at) WHERE ended_at IS NULL;
CREATE INDEX redemption_kept ON redemption (item, due_at) WHERE state = 'held';
CREATE INDEX redemption_coupons ON redemption (item) WHERE kind = 'coupon';
CREATE INDEX redemption_untold ON redemption (id)
    WHERE state IN ('expired', 'lapsed') AND told_at IS NULL;
CREATE INDEX redemption_titles ON redemption (member_id, due_at) WHERE kind = 'title';

CREATE TRIGGER redemption_terms_stay
BEFORE UPDATE OF id, key, member_id, group_key, item, name, kind, points, value_fen,
    min_spend_fen, title, code, on_date, at, points_hold, piece_hold ON redemption
BEGIN SELECT RAISE(ABORT, 'what was bought does not change'); END;

CREATE TRIGGER redemption_is_not_deleted BEFORE DELETE ON redemption
BEGIN SELECT RAISE(ABORT, 'a redemption is a fact'); END;

-- Every step of a redemption under the key of the event that took it; the last one is its state.
CREATE TABLE redemption_step (
    id INTEGER PRIMARY KEY,
    redemption_id INTEGER NOT NULL REFERENCES redemption (id),
    event_key TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (redemption_id, event_key)
);

CREATE TRIGGER redemption_step_is_not_changed BEFORE UPDATE ON redemption_step
BEGIN SELECT RAISE(ABORT, 'a step is a fact'); END;

CREATE TRIGGER redemption_step_is_not_deleted BEFORE DELETE ON redemption_step
BEGIN SELECT RAISE(ABORT, 'a step is a fact'); END;

-- Where a parcel shall go: for that only, given in private by the member himself, and deleted.
CREATE TABLE redemption_address (
    redemption_id INTEGER PRIMARY KEY REFERENCES redemption (id),
    address TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given_at INTEGER NOT NULL
);

-- What the configuration has put on a shelf so far, in how many changes.
CREATE TABLE shelf (
    item TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (currency IN ('gift', 'coupon')),
    stocked INTEGER NOT NULL CHECK (stocked >= 0),
    changes INTEGER NOT NULL CHECK (changes >= 0),
    PRIMARY KEY (item, currency)
) WITHOUT ROWID;
