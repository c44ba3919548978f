-- More kinds of accounts and currencies, lots that expire, and holds.
-- The books are copied into tables that know them; nothing in them changes.

CREATE TABLE account_next (
    id INTEGER PRIMARY KEY,
    currency TEXT NOT NULL CHECK (currency IN ('points', 'fen', 'coupon', 'gift')),
    kind TEXT NOT NULL CHECK (kind IN ('issuance', 'member', 'group', 'packet', 'campaign', 'stock',
        'hold', 'spent', 'expired', 'forfeited', 'payout', 'paid')),
    holder TEXT NOT NULL,
    balance INTEGER NOT NULL DEFAULT 0,
    overdraft INTEGER NOT NULL DEFAULT 0 CHECK (overdraft >= 0),
    UNIQUE (currency, kind, holder),
    CHECK (kind = 'issuance' OR balance >= -overdraft),
    CHECK (kind = 'member' OR overdraft = 0 OR kind = 'issuance')
);

INSERT INTO account_next (id, currency, kind, holder, balance, overdraft)
SELECT id, currency, kind, holder, balance, overdraft FROM account;

CREATE TABLE transfer_next (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    input_hash TEXT NOT NULL,
    debit_account_id INTEGER NOT NULL REFERENCES account_next (id),
    credit_account_id INTEGER NOT NULL REFERENCES account_next (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    reverses INTEGER REFERENCES transfer_next (id),
    CHECK (debit_account_id <> credit_account_id)
);

INSERT INTO transfer_next (id, key, input_hash, debit_account_id, credit_account_id, amount, reason,
    reference, actor, at, reverses)
SELECT id, key, input_hash, debit_account_id, credit_account_id, amount, reason,
    reference, actor, at, reverses FROM transfer ORDER BY id;

-- lot: for points of a member the last day on which they may be used (9999-12-31: no end), or
-- 'debt' for what a claw-back took beyond them; empty for every other account.
CREATE TABLE entry_next (
    id INTEGER PRIMARY KEY,
    transfer_id INTEGER NOT NULL REFERENCES transfer_next (id),
    account_id INTEGER NOT NULL REFERENCES account_next (id),
    lot TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    balance_after INTEGER NOT NULL,
    UNIQUE (transfer_id, account_id, lot)
);

INSERT INTO entry_next (id, transfer_id, account_id, lot, amount, balance_after)
SELECT entry.id, entry.transfer_id, entry.account_id,
    CASE WHEN account.kind <> 'member' OR account.currency <> 'points' THEN ''
        WHEN account.balance < 0 THEN 'debt' ELSE '9999-12-31' END,
    entry.amount, entry.balance_after
FROM entry JOIN account ON account.id = entry.account_id ORDER BY entry.id;

CREATE TABLE lot (
    account_id INTEGER NOT NULL REFERENCES account_next (id),
    expires_on TEXT NOT NULL,
    points INTEGER NOT NULL CHECK (points >= 0),
    PRIMARY KEY (account_id, expires_on)
) WITHOUT ROWID;

INSERT INTO lot (account_id, expires_on, points)
SELECT id, '9999-12-31', balance FROM account
WHERE kind = 'member' AND currency = 'points' AND balance > 0;

DROP TABLE entry;
DROP TABLE transfer;
DROP TABLE account;
ALTER TABLE account_next RENAME TO account;
ALTER TABLE transfer_next RENAME TO transfer;
ALTER TABLE entry_next RENAME TO entry;

CREATE INDEX transfer_at ON transfer (at);
CREATE UNIQUE INDEX transfer_reverses ON transfer (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX entry_account ON entry (account_id, id);
CREATE INDEX lot_end ON lot (expires_on) WHERE points > 0 AND expires_on < '9999-12-31';

CREATE TRIGGER transfer_is_not_changed BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are append-only: write a reversal'); END;

CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'transfers are append-only: write a reversal'); END;

CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are append-only: write a reversal'); END;

CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are append-only: write a reversal'); END;

-- Something that is kept aside until it is clear what becomes of it.
CREATE TABLE hold (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    currency TEXT NOT NULL,
    giver_kind TEXT NOT NULL CHECK (giver_kind IN ('member', 'stock')),
    giver TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    reference TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
    made_at INTEGER NOT NULL,
    expires_at INTEGER,
    ended_at INTEGER,
    CHECK ((state = 'pending') = (ended_at IS NULL))
);

CREATE INDEX hold_pending ON hold (expires_at) WHERE state = 'pending';

-- Who was told that points of his are about to expire.
CREATE TABLE expiry_notice (
    member_id INTEGER NOT NULL REFERENCES member (id),
    expires_on TEXT NOT NULL,
    days INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, expires_on, days)
) WITHOUT ROWID;
