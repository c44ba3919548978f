-- What the bot posted by itself, or did not, and why. The key makes each slot happen once.
-- sequence counts a group's decisions from 1: whoever decides takes the next number, so a decision
-- that was made without knowing the one before it cannot be written.
-- posted_at is the instant that counts for gaps, days and the mix.

CREATE TABLE slot (
    key TEXT PRIMARY KEY,
    group_key TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('calendar', 'owner')),
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('published', 'skipped', 'asked')),
    pillar TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    item TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    promotion INTEGER NOT NULL DEFAULT 0,
    step TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    posted_at INTEGER,
    decided_at INTEGER NOT NULL,
    UNIQUE (group_key, sequence),
    CHECK ((state = 'published') = (posted_at IS NOT NULL))
) WITHOUT ROWID;

CREATE INDEX slot_group ON slot (group_key, due_at);

-- When a group was first seen: slots before that are not ours to publish.
CREATE TABLE schedule_start (
    group_key TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL
) WITHOUT ROWID;
