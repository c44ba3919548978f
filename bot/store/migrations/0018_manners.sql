-- What members have a right to: their choices, a person when they call one, and to know that they
-- talk to an AI. Instants are microseconds since 1970 (UTC).

-- Since when a choice is in force; empty when it is not. They stand with the member because every
-- event of his asks for them.
ALTER TABLE member ADD COLUMN impersonal_since INTEGER;
ALTER TABLE member ADD COLUMN unsubscribed_since INTEGER;
ALTER TABLE member ADD COLUMN stepped_out_since INTEGER;

-- Each change of a choice: who made it, when, where, in which words, and what he was told.
CREATE TABLE member_choice (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member (id),
    choice TEXT NOT NULL CHECK (choice IN ('impersonal', 'unsubscribed', 'stepped_out')),
    in_force INTEGER NOT NULL CHECK (in_force IN (0, 1)),
    at INTEGER NOT NULL,
    channel TEXT NOT NULL,
    said TEXT NOT NULL,
    told TEXT NOT NULL,
    event_key TEXT NOT NULL UNIQUE
);

CREATE INDEX member_choice_member ON member_choice (member_id, id);

CREATE TRIGGER member_choice_is_not_changed
BEFORE UPDATE OF id, choice, in_force, at, channel, said, told, event_key ON member_choice
BEGIN SELECT RAISE(ABORT, 'what a member chose is kept as he said it'); END;

CREATE TRIGGER member_choice_is_not_deleted BEFORE DELETE ON member_choice
BEGIN SELECT RAISE(ABORT, 'what a member chose is kept'); END;

-- The talk of a member with the persona: since when it is unbroken, his last word, and when he was
-- last told that it is an AI (empty: not yet).
CREATE TABLE talk (
    member_id INTEGER PRIMARY KEY REFERENCES member (id),
    began_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    told_at INTEGER,
    CHECK (began_at <= last_at),
    CHECK (told_at IS NULL OR told_at <= last_at)
);

-- A member's call for a person. waiting_since: since when his words have no answer.
-- channel, place, user_id: where he called. answered_at: the first answer of a person.
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    channel TEXT NOT NULL,
    place TEXT NOT NULL CHECK (place IN ('group', 'private')),
    user_id TEXT NOT NULL,
    urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('open', 'taken', 'answered', 'closed')),
    opened_at INTEGER NOT NULL,
    promised_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    waiting_since INTEGER,
    taken_by INTEGER REFERENCES member (id),
    taken_at INTEGER,
    answered_at INTEGER,
    closed_at INTEGER,
    reminders INTEGER NOT NULL CHECK (reminders >= 0),
    reminded_at INTEGER,
    told_late_at INTEGER,
    CHECK ((state IN ('open', 'taken')) = (waiting_since IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CHECK (state <> 'open' OR taken_by IS NULL),
    CHECK (state <> 'taken' OR taken_by IS NOT NULL),
    CHECK (state <> 'answered' OR answered_at IS NOT NULL),
    CHECK ((reminders = 0) = (reminded_at IS NULL))
);

-- Whoever asks again joins the ticket that he has.
CREATE UNIQUE INDEX ticket_of_member ON ticket (member_id) WHERE state <> 'closed';
CREATE INDEX ticket_of_group ON ticket (group_key, opened_at);

CREATE TRIGGER ticket_keeps_whose_it_is
BEFORE UPDATE OF id, member_id, opened_at ON ticket
BEGIN SELECT RAISE(ABORT, 'a ticket stays with its member'); END;

-- What was said in a ticket; event_key is that of the message that said it.
CREATE TABLE ticket_line (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    by_staff INTEGER NOT NULL CHECK (by_staff IN (0, 1)),
    member_id INTEGER NOT NULL REFERENCES member (id),
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    event_key TEXT NOT NULL UNIQUE
);

CREATE INDEX ticket_line_ticket ON ticket_line (ticket_id, id);

CREATE TRIGGER ticket_line_is_not_changed BEFORE UPDATE ON ticket_line
BEGIN SELECT RAISE(ABORT, 'what was said is kept as it was said'); END;
