-- What the bot posted by itself, or did not, and why. The key makes each slot happen once.

CREATE TABLE slot (
    key TEXT PRIMARY KEY,
    group_key TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('published', 'skipped', 'asked')),
    pillar TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    item TEXT NOT NULL DEFAULT '',
    promotion INTEGER NOT NULL DEFAULT 0,
    step TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    decided_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX slot_group ON slot (group_key, due_at);
