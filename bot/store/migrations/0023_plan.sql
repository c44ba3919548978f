-- What people and the clock have settled about slots that are still to come. A row goes when its
-- slot is decided; what matters of it is in the slot's reason then.
-- version grows with every change: whoever decides names the version that he has seen.

CREATE TABLE slot_plan (
    key TEXT PRIMARY KEY,
    group_key TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    item TEXT NOT NULL DEFAULT '',
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    written TEXT NOT NULL DEFAULT '',
    skipped INTEGER NOT NULL DEFAULT 0 CHECK (skipped IN (0, 1)),
    edited_by TEXT NOT NULL DEFAULT '',
    edited_at INTEGER,
    asked TEXT NOT NULL DEFAULT '',
    asked_at INTEGER,
    approved TEXT NOT NULL DEFAULT '',
    approved_by TEXT NOT NULL DEFAULT '',
    approved_at INTEGER,
    locked TEXT NOT NULL DEFAULT '',
    locked_at INTEGER,
    delayed_until INTEGER,
    delays INTEGER NOT NULL DEFAULT 0,
    CHECK ((edited_by = '') = (edited_at IS NULL)),
    CHECK ((asked = '') = (asked_at IS NULL)),
    CHECK ((approved_by = '') = (approved_at IS NULL)),
    CHECK ((locked = '') = (locked_at IS NULL)),
    CHECK ((delays = 0) = (delayed_until IS NULL))
) WITHOUT ROWID;

CREATE INDEX slot_plan_group ON slot_plan (group_key, due_at);

-- slot: more of what was posted, and two more origins.

CREATE TABLE slot_next (
    key TEXT PRIMARY KEY,
    group_key TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('calendar', 'campaign', 'hand', 'owner')),
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
    variant TEXT NOT NULL DEFAULT '',
    campaign TEXT NOT NULL DEFAULT '',
    node TEXT NOT NULL DEFAULT '',
    mix TEXT NOT NULL DEFAULT '',
    appeal TEXT NOT NULL DEFAULT '',
    approved_by TEXT NOT NULL DEFAULT '',
    delays INTEGER NOT NULL DEFAULT 0,
    UNIQUE (group_key, sequence),
    CHECK ((state = 'published') = (posted_at IS NOT NULL)),
    CHECK (state <> 'published' OR step <> '')
) WITHOUT ROWID;

INSERT INTO slot_next (key, group_key, sequence, origin, due_at, state, pillar, kind, item, title,
    promotion, step, reason, posted_at, decided_at)
SELECT key, group_key, sequence, origin, due_at, state, pillar, kind, item, title, promotion, step,
    reason, posted_at, decided_at
FROM slot;

DROP TABLE slot;

ALTER TABLE slot_next RENAME TO slot;

CREATE INDEX slot_group ON slot (group_key, due_at);
