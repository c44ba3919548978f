-- Turns of the language model: counted before it is asked, written down when it has ended.

-- state: asked, until the answer is here (or lease_until has passed and nobody waits any more);
-- said; dropped, because it may not be said; failed, without an answer; attack: it was not asked.
-- calls: requests that were sent for it; more than one after a crash in the middle.
-- tokens: what it took; while it is asked, what it may take at most.
-- prompt_digest, context, verdict, reply: what went in, what was found and what came out.
CREATE TABLE model_turn (
    id INTEGER PRIMARY KEY,
    event_key TEXT NOT NULL UNIQUE,
    member_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    conversation TEXT NOT NULL,
    on_date TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'said', 'dropped', 'failed', 'attack')),
    lease_until INTEGER,
    calls INTEGER NOT NULL CHECK (calls >= 0),
    tokens INTEGER NOT NULL CHECK (tokens >= 0),
    model TEXT NOT NULL DEFAULT '',
    prompt_digest TEXT NOT NULL DEFAULT '',
    context TEXT NOT NULL DEFAULT '',
    verdict TEXT NOT NULL DEFAULT '',
    reply TEXT NOT NULL DEFAULT '',
    milliseconds INTEGER NOT NULL DEFAULT 0 CHECK (milliseconds >= 0),
    CHECK ((state = 'asked') = (lease_until IS NOT NULL)),
    CHECK ((state = 'attack') = (calls = 0)),
    CHECK (state <> 'attack' OR tokens = 0)
);

CREATE INDEX model_turn_of_member ON model_turn (member_id, on_date);
CREATE INDEX model_turn_of_group ON model_turn (group_key, on_date);
CREATE INDEX model_turn_of_day ON model_turn (on_date, tokens);
CREATE INDEX model_turn_by_age ON model_turn (at);
CREATE INDEX model_turn_under_way ON model_turn (conversation) WHERE state = 'asked';

-- Whom the model does not hear for a while, and the event that was one too many.
CREATE TABLE model_mute (
    member_id INTEGER PRIMARY KEY REFERENCES member (id),
    event_key TEXT NOT NULL,
    until INTEGER NOT NULL
);
