-- Drafts for other outlets. A time of a plan is decided once: the key is the local minute of it.

-- When an outlet was first planned: nothing from before is due.
CREATE TABLE outlet_start (
    outlet TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL
) WITHOUT ROWID;

-- 朋友圈. state: skipped (nothing was due, reason says why), copied (words and pictures went to the
-- employees), handed (on its way to the platform), waiting (the platform has it, employees confirm),
-- published (shown_at: seen first), expired (nobody confirmed), failed, unknown (may have been made).
-- sequence is the number of the decision: two that were made on the same history cannot both stand.
-- employees and pictures are JSON lists. published is how many of the employees have confirmed.
CREATE TABLE moment (
    key TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE CHECK (sequence >= 1),
    due_at INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN (
        'skipped', 'copied', 'handed', 'waiting', 'published', 'expired', 'failed', 'unknown'
    )),
    item TEXT NOT NULL,
    title TEXT NOT NULL,
    pillar TEXT NOT NULL CHECK (pillar IN ('', 'brand', 'product', 'industry', 'user')),
    sells INTEGER NOT NULL CHECK (sells IN (0, 1)),
    company INTEGER NOT NULL CHECK (company IN (0, 1)),
    text TEXT NOT NULL,
    pictures TEXT NOT NULL,
    employees TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    moment_id TEXT NOT NULL DEFAULT '',
    look_at INTEGER,
    deadline_at INTEGER,
    shown_at INTEGER,
    published INTEGER NOT NULL DEFAULT 0 CHECK (published >= 0),
    likes INTEGER CHECK (likes >= 0),
    comments INTEGER CHECK (comments >= 0),
    CHECK ((state = 'skipped') = (item = '')),
    CHECK ((item = '') = (pillar = '')),
    CHECK (state <> 'skipped' OR reason <> ''),
    CHECK (state IN ('skipped', 'copied') OR company = 1),
    CHECK (state <> 'waiting' OR moment_id <> ''),
    CHECK (state NOT IN ('handed', 'waiting') OR look_at IS NOT NULL),
    CHECK ((published = 0) OR company = 1),
    CHECK ((likes IS NULL) = (comments IS NULL))
);

CREATE INDEX moment_due ON moment (due_at);
CREATE INDEX moment_look ON moment (look_at) WHERE look_at IS NOT NULL;

CREATE TRIGGER moment_says_one_thing
BEFORE UPDATE OF key, sequence, due_at, item, pillar, sells, company, text, pictures ON moment
BEGIN SELECT RAISE(ABORT, 'a decided draft says what it says'); END;

CREATE TRIGGER moment_is_not_deleted BEFORE DELETE ON moment
BEGIN SELECT RAISE(ABORT, 'a decided draft stays, or it could happen twice'); END;
