-- What members have said of themselves, and when they last wanted something forgotten.

-- place: the number by which the member names it; it bounds how many there are. value: the key of
-- a value in members.yaml, or a month; never words of the member.
CREATE TABLE memory_fact (
    member_id INTEGER NOT NULL REFERENCES member (id),
    place INTEGER NOT NULL CHECK (place BETWEEN 1 AND 20),
    type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 32),
    value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 32),
    event_key TEXT NOT NULL,
    stated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > stated_at),
    PRIMARY KEY (member_id, place),
    UNIQUE (member_id, type)
) WITHOUT ROWID;

CREATE INDEX memory_fact_expiry ON memory_fact (expires_at);

-- The last deletion of a member: what he said before it is not remembered any more, however late
-- it is handled. types: which were deleted, as keys with a comma between them.
CREATE TABLE memory_forgotten (
    member_id INTEGER PRIMARY KEY REFERENCES member (id),
    event_key TEXT NOT NULL,
    at INTEGER NOT NULL,
    types TEXT NOT NULL
);
