-- Each entry names the one before it of its account, and the account names its last: a chain to be
-- read from its end. An index by account did the same, but every entry of an old ledger then landed
-- on another page of it. Nothing in the books changes.

DROP TRIGGER entry_is_not_changed;

ALTER TABLE entry ADD COLUMN previous_id INTEGER CHECK (previous_id < id);
ALTER TABLE account ADD COLUMN last_entry_id INTEGER;

UPDATE entry SET previous_id = (SELECT max(earlier.id) FROM entry AS earlier
    WHERE earlier.account_id = entry.account_id AND earlier.id < entry.id);

UPDATE account SET last_entry_id = (SELECT max(entry.id) FROM entry
    WHERE entry.account_id = account.id);

DROP INDEX entry_account;

CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are append-only: write a reversal'); END;

-- Whatever entries, transfers and lots refer to stays, and so do the references.

CREATE TRIGGER account_keeps_its_number BEFORE UPDATE OF id ON account
BEGIN SELECT RAISE(ABORT, 'the number of an account does not change'); END;

CREATE TRIGGER account_is_not_deleted BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'an account is a fact'); END;

CREATE TRIGGER lot_keeps_its_account BEFORE UPDATE OF account_id ON lot
BEGIN SELECT RAISE(ABORT, 'the account of a lot does not change'); END;
