-- Cash on its way out. Instants are microseconds since 1970 (UTC), amounts fen.

-- request: the order as it is sent, kept because a retry sends the very same.
-- told: the state of which the member was told last.
CREATE TABLE payout (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    member_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    means TEXT NOT NULL CHECK (means IN ('wechat', 'slip')),
    bill_no TEXT NOT NULL UNIQUE CHECK (length(bill_no) = 32),
    payee TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    request TEXT NOT NULL,
    on_date TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'listed', 'new', 'unknown', 'accepted',
        'confirming', 'paid', 'failed')),
    version INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    asks INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER,
    reference TEXT NOT NULL DEFAULT '',
    package TEXT NOT NULL DEFAULT '',
    refusal TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    confirm_from INTEGER,
    cancel_wanted INTEGER NOT NULL DEFAULT 0 CHECK (cancel_wanted IN (0, 1)),
    approved_by INTEGER REFERENCES member (id),
    sent_by INTEGER REFERENCES member (id),
    ended_at INTEGER,
    told TEXT NOT NULL DEFAULT '',
    reminded_at INTEGER,
    alarmed_at INTEGER,
    CHECK ((state IN ('paid', 'failed')) = (ended_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR due_at IS NULL),
    CHECK ((attempts > 0) = (sent_at IS NOT NULL)),
    CHECK (attempts > 0 OR state NOT IN ('unknown', 'accepted', 'confirming')),
    CHECK (means = 'wechat' OR attempts = 0),
    CHECK (means = 'slip' OR state <> 'listed'),
    CHECK (sent_by IS NULL OR state IN ('paid', 'failed')),
    CHECK (state <> 'paid' OR sent_by IS NULL OR approved_by IS NULL OR sent_by <> approved_by)
);

CREATE INDEX payout_due ON payout (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX payout_member ON payout (member_id, on_date);
CREATE INDEX payout_day ON payout (on_date);
CREATE INDEX payout_open ON payout (id) WHERE ended_at IS NULL;
CREATE INDEX payout_untold ON payout (id) WHERE told <> state;
CREATE INDEX payout_reference ON payout (reference) WHERE reference <> '';

CREATE TRIGGER payout_order_is_not_changed
BEFORE UPDATE OF id, key, member_id, means, bill_no, payee, amount, request, made_at ON payout
BEGIN SELECT RAISE(ABORT, 'an order keeps its number and its fields'); END;

CREATE TRIGGER payout_is_not_deleted BEFORE DELETE ON payout
BEGIN SELECT RAISE(ABORT, 'payouts are kept'); END;

-- Every answer that taught something, and every word of an operator.
CREATE TABLE payout_step (
    id INTEGER PRIMARY KEY,
    payout_id INTEGER NOT NULL REFERENCES payout (id),
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    answer TEXT NOT NULL,
    state TEXT NOT NULL
);

CREATE INDEX payout_step_payout ON payout_step (payout_id, id);

CREATE TRIGGER payout_step_is_not_changed BEFORE UPDATE ON payout_step
BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;

-- Until when nothing is sent, by what stands in the way.
CREATE TABLE payout_pause (
    stop TEXT PRIMARY KEY CHECK (stop IN ('too_often', 'not_enough', 'settings')),
    code TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

-- The payer's statement beside our books: a day that was read, and its lines that concern us.
CREATE TABLE payout_statement (
    on_date TEXT PRIMARY KEY,
    read_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE payout_flow (
    on_date TEXT NOT NULL REFERENCES payout_statement (on_date),
    line INTEGER NOT NULL,
    bill_no TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (on_date, line)
) WITHOUT ROWID;

CREATE INDEX payout_flow_bill ON payout_flow (bill_no);

CREATE TRIGGER payout_flow_is_not_changed BEFORE UPDATE ON payout_flow
BEGIN SELECT RAISE(ABORT, 'statements are append-only'); END;
