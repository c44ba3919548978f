-- What came in and what goes out. Instants are microseconds since 1970 (UTC).

CREATE TABLE inbox (
    id INTEGER PRIMARY KEY,
    event_key TEXT NOT NULL UNIQUE,
    event TEXT NOT NULL,
    ordering_key TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'parked')),
    attempts INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER NOT NULL,
    answer TEXT,
    outcome TEXT NOT NULL DEFAULT '',
    done_at INTEGER
);

CREATE INDEX inbox_waiting ON inbox (leased_until) WHERE state = 'waiting';

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'sent', 'dead', 'unknown')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    attempted_at INTEGER,
    ended_at INTEGER,
    errcode INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);

CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_attempts ON outbox (channel, attempted_at) WHERE attempted_at IS NOT NULL;

CREATE TABLE proposal (
    id INTEGER PRIMARY KEY,
    event_key TEXT NOT NULL UNIQUE,
    member_id INTEGER NOT NULL,
    group_key TEXT NOT NULL,
    command TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'cancelled')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by TEXT NOT NULL DEFAULT ''
);

CREATE INDEX proposal_open ON proposal (member_id, group_key) WHERE state = 'open';

CREATE TABLE last_variant (
    scope TEXT NOT NULL,
    template TEXT NOT NULL,
    variant INTEGER NOT NULL,
    PRIMARY KEY (scope, template)
) WITHOUT ROWID;
