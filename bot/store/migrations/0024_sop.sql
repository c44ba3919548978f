-- What a member is told by the days since something happened to him (sop.yaml), or why not.

-- One row for each step that came due for a member; occurrence tells which of several beginnings.
-- began_at: what the days are counted from. due_at: when the step was due by the file.
-- look_at: when a waiting row is looked at next. place, sent_on and message_key: of a sent row,
-- sent_on being the local day; of one member one row a day is sent.
CREATE TABLE sop_step (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL,
    step TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    occurrence TEXT NOT NULL,
    group_key TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'skipped')),
    look_at INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    decided_at INTEGER,
    place TEXT CHECK (place IN ('private', 'group')),
    sent_on TEXT,
    message_key TEXT,
    UNIQUE (plan, step, member_id, occurrence),
    CHECK ((state = 'waiting') = (look_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((state = 'sent') = (place IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_on IS NOT NULL)),
    CHECK ((state = 'sent') = (message_key IS NOT NULL)),
    CHECK (state <> 'skipped' OR reason <> '')
);

CREATE INDEX sop_step_waiting ON sop_step (look_at, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX sop_step_once_a_day ON sop_step (member_id, sent_on) WHERE state = 'sent';
CREATE INDEX sop_step_in_group ON sop_step (group_key, decided_at) WHERE place = 'group';
CREATE INDEX sop_step_decided ON sop_step (decided_at) WHERE state <> 'waiting';

CREATE TRIGGER sop_step_keeps_what_it_is
BEFORE UPDATE OF id, plan, step, member_id, occurrence, group_key, began_at, due_at ON sop_step
BEGIN SELECT RAISE(ABORT, 'a step stays with its member and its time'); END;

CREATE TRIGGER sop_step_is_not_deleted BEFORE DELETE ON sop_step
BEGIN SELECT RAISE(ABORT, 'what was said or not said is kept'); END;

-- How far a step was looked for: since is when the step was first seen (what was due before is not
-- ours), opened_until the instant before which all beginnings have their row.
CREATE TABLE sop_cursor (
    plan TEXT NOT NULL,
    step TEXT NOT NULL,
    since INTEGER NOT NULL,
    opened_until INTEGER NOT NULL,
    PRIMARY KEY (plan, step)
) WITHOUT ROWID;

-- Who began when: the cohort of a day is one range of an index.
CREATE INDEX membership_joined ON membership (group_key, joined_at) WHERE joined_at IS NOT NULL;
CREATE INDEX member_tag_added ON member_tag (tag, added_at);
