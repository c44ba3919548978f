-- Sends learn of chats, urgency, tasks that a person confirms, and limits that outlive a process.
-- conversation: the chat that the message is for; order and rates are a chat's.
-- handed: an employee has to confirm it; reference is what the platform calls it.
-- held: it waits for somebody to write, not for an instant.

CREATE TABLE outbox_next (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target TEXT NOT NULL,
    conversation TEXT NOT NULL,
    urgent INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'handed', 'sent', 'dead', 'unknown')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    attempted_at INTEGER,
    ended_at INTEGER,
    errcode INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    update_code TEXT NOT NULL DEFAULT ''
);

INSERT INTO outbox_next (id, key, channel, target_kind, target, conversation, message, state,
    attempts, due_at, expires_at, created_at, attempted_at, ended_at, errcode, reason)
SELECT id, key, channel, target_kind, target, target, message, state,
    attempts, due_at, expires_at, created_at, attempted_at, ended_at, errcode, reason FROM outbox;

-- Every attempt counts towards the platform's limits, whatever became of it.
CREATE TABLE send_attempt (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    at INTEGER NOT NULL
);

INSERT INTO send_attempt (channel, conversation, target_kind, at)
SELECT channel, target, target_kind, attempted_at FROM outbox WHERE attempted_at IS NOT NULL;

DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;

CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (channel, conversation) WHERE state = 'sending';
CREATE INDEX outbox_waiting ON outbox (channel, conversation, id) WHERE state = 'queued';
CREATE INDEX outbox_handed ON outbox (id) WHERE state = 'handed';
CREATE INDEX outbox_attempts ON outbox (channel, conversation, attempted_at)
    WHERE attempted_at IS NOT NULL;

CREATE INDEX send_attempt_chat ON send_attempt (channel, conversation, at);
CREATE INDEX send_attempt_channel ON send_attempt (channel, at);
CREATE INDEX send_attempt_at ON send_attempt (at);

-- What the platform has closed: limit_step tells which window was taken for exceeded (0: a minute).
CREATE TABLE channel_pause (
    channel TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    limit_step INTEGER NOT NULL
) WITHOUT ROWID;

-- The last act of each chat on channels where it decides what may be sent.
CREATE TABLE last_heard (
    channel TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, chat_id)
) WITHOUT ROWID;

-- Where the next page of a channel's messages begins.
CREATE TABLE pull_cursor (
    channel TEXT PRIMARY KEY,
    cursor TEXT NOT NULL
) WITHOUT ROWID;

-- Customers and the employees whose friends they are; a row a tie, never deleted. The employee is
-- empty for those who follow an account. since is null when only its end was told.
-- welcomed_by is the event that was answered with a welcome last.
CREATE TABLE tie (
    id INTEGER PRIMARY KEY,
    realm TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    employee TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    since INTEGER,
    until INTEGER,
    cut_by TEXT NOT NULL DEFAULT '' CHECK (cut_by IN ('', 'customer', 'employee', 'list')),
    welcomed_at INTEGER,
    welcomed_by TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX tie_current ON tie (realm, employee, member_id) WHERE until IS NULL;
CREATE INDEX tie_member ON tie (member_id, realm, employee);

-- When the ties of a company were first read: those were there before us.
CREATE TABLE tie_reading (
    realm TEXT PRIMARY KEY,
    read_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What the platform says of a group. version names the member list that was compared last.
ALTER TABLE community_group ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE community_group ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE community_group ADD COLUMN owner TEXT NOT NULL DEFAULT '';

-- The way by which somebody came, once the platform has told it.
ALTER TABLE membership ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- The same person in several accounts, where the platform tells it.
ALTER TABLE member ADD COLUMN union_id TEXT NOT NULL DEFAULT '';
CREATE INDEX member_union ON member (union_id) WHERE union_id <> '';

-- Company tags on a tie: there, or asked for and not seen yet.
CREATE TABLE tie_tag (
    tie_id INTEGER NOT NULL REFERENCES tie (id),
    tag TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('there', 'adding', 'removing')),
    asked_at INTEGER,
    PRIMARY KEY (tie_id, tag)
) WITHOUT ROWID;

-- Codes that lead into a group or to an employee; the platform lists none of them again.
CREATE TABLE entry_way (
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    config_id TEXT NOT NULL,
    picture_url TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (source, place)
) WITHOUT ROWID;

-- What an employee was asked to do: the card that shows an outbox row to him, and how it ended.
CREATE TABLE task (
    outbox_id INTEGER PRIMARY KEY REFERENCES outbox (id),
    group_key TEXT NOT NULL,
    employee TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'sent', 'refused', 'skipped', 'expired')),
    deadline_at INTEGER NOT NULL,
    reminded_at INTEGER,
    look_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    ended_at INTEGER
);

CREATE INDEX task_open ON task (look_at) WHERE state = 'open';
