-- The books. transfer and entry are append-only; a mistake is corrected by a reversal.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    currency TEXT NOT NULL CHECK (currency IN ('points', 'fen')),
    kind TEXT NOT NULL CHECK (kind IN ('issuance', 'member', 'group', 'packet')),
    holder TEXT NOT NULL,
    balance INTEGER NOT NULL DEFAULT 0,
    overdraft INTEGER NOT NULL DEFAULT 0 CHECK (overdraft >= 0),
    UNIQUE (currency, kind, holder),
    CHECK (kind = 'issuance' OR balance >= -overdraft)
);

CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    input_hash TEXT NOT NULL,
    debit_account_id INTEGER NOT NULL REFERENCES account (id),
    credit_account_id INTEGER NOT NULL REFERENCES account (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    reverses INTEGER UNIQUE REFERENCES transfer (id),
    CHECK (debit_account_id <> credit_account_id)
);

CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    transfer_id INTEGER NOT NULL REFERENCES transfer (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    amount INTEGER NOT NULL CHECK (amount <> 0),
    balance_after INTEGER NOT NULL,
    UNIQUE (transfer_id, account_id)
);

CREATE INDEX transfer_at ON transfer (at);
CREATE INDEX entry_account ON entry (account_id, id);

CREATE TRIGGER transfer_is_not_changed BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are append-only: write a reversal'); END;

CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are append-only: write a reversal'); END;

CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are append-only: write a reversal'); END;

CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are append-only: write a reversal'); END;

-- on_date: the community's day as YYYY-MM-DD.
CREATE TABLE checkin (
    member_id INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    streak INTEGER NOT NULL CHECK (streak >= 1),
    points INTEGER NOT NULL CHECK (points > 0),
    bonus INTEGER NOT NULL CHECK (bonus >= 0),
    event_key TEXT NOT NULL UNIQUE,
    PRIMARY KEY (member_id, on_date)
) WITHOUT ROWID;

CREATE TRIGGER checkin_is_not_changed BEFORE UPDATE ON checkin
BEGIN SELECT RAISE(ABORT, 'a check-in is a fact'); END;

CREATE TRIGGER checkin_is_not_deleted BEFORE DELETE ON checkin
BEGIN SELECT RAISE(ABORT, 'a check-in is a fact'); END;

-- shares: JSON list of the amounts in the order in which they are handed out, drawn at creation.
-- proof: SHA-256 of salt and shares, published at the start; salt is opened at the end.
-- announced_at: when the end of an expired packet was told to the group. The end of an empty one
-- is told by the claim that took the last share.
CREATE TABLE packet (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    group_key TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('lucky', 'fixed')),
    on_date TEXT NOT NULL,
    total_points INTEGER NOT NULL CHECK (total_points > 0),
    share_count INTEGER NOT NULL CHECK (share_count > 0),
    shares TEXT NOT NULL,
    salt TEXT NOT NULL,
    proof TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'empty', 'expired')),
    claimed_count INTEGER NOT NULL DEFAULT 0
        CHECK (claimed_count BETWEEN 0 AND share_count),
    claimed_points INTEGER NOT NULL DEFAULT 0
        CHECK (claimed_points BETWEEN 0 AND total_points),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    announced_at INTEGER,
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'empty') = (claimed_count = share_count))
);

CREATE INDEX packet_open ON packet (expires_at) WHERE state = 'open';
CREATE INDEX packet_unannounced ON packet (id) WHERE state = 'expired' AND announced_at IS NULL;
CREATE INDEX packet_group ON packet (group_key, id);
CREATE INDEX packet_day ON packet (group_key, on_date);

CREATE TRIGGER packet_is_drawn_once
BEFORE UPDATE OF id, key, group_key, owner_id, kind, on_date, total_points, share_count, shares,
    salt, proof, created_at, expires_at ON packet
BEGIN SELECT RAISE(ABORT, 'what a packet was opened with does not change'); END;

CREATE TRIGGER packet_is_not_deleted BEFORE DELETE ON packet
BEGIN SELECT RAISE(ABORT, 'a packet is a fact'); END;

CREATE TABLE packet_claim (
    packet_id INTEGER NOT NULL REFERENCES packet (id),
    member_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    amount INTEGER NOT NULL CHECK (amount > 0),
    event_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    PRIMARY KEY (packet_id, member_id),
    UNIQUE (packet_id, position)
) WITHOUT ROWID;

CREATE TRIGGER packet_claim_is_not_changed BEFORE UPDATE ON packet_claim
BEGIN SELECT RAISE(ABORT, 'a claim is a fact'); END;

CREATE TRIGGER packet_claim_is_not_deleted BEFORE DELETE ON packet_claim
BEGIN SELECT RAISE(ABORT, 'a claim is a fact'); END;
