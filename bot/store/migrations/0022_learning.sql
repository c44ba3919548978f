-- Questions that had no answer, the answers that were offered, and the weekly letter about them.

-- text: the first asking, masked. Its number is what people name it by and never changes.
CREATE TABLE open_question (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE CHECK (length(text) BETWEEN 1 AND 80),
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'skipped')),
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL CHECK (last_at >= first_at)
);

-- One asking; of one member one a day. member_id and event_key are emptied after 30 days.
-- counts_at: when it counts, which is later where something was suggested that he may have meant.
CREATE TABLE question_asked (
    id INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL REFERENCES open_question (id),
    event_key TEXT UNIQUE,
    member_id INTEGER REFERENCES member (id),
    group_key TEXT NOT NULL,
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 80),
    at INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    counts_at INTEGER NOT NULL CHECK (counts_at >= at),
    UNIQUE (question_id, member_id, on_date),
    CHECK ((event_key IS NULL) = (member_id IS NULL))
);

CREATE INDEX question_asked_named ON question_asked (at) WHERE member_id IS NOT NULL;
CREATE INDEX question_asked_member ON question_asked (member_id) WHERE member_id IS NOT NULL;

-- ways: other askings that it answers as well, a JSON list, as they were when it was offered.
CREATE TABLE learned (
    id INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL REFERENCES open_question (id),
    event_key TEXT NOT NULL UNIQUE,
    author_id INTEGER NOT NULL REFERENCES member (id),
    answer TEXT NOT NULL CHECK (answer <> ''),
    ways TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'adopted', 'declined', 'retracted')),
    offered_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by INTEGER REFERENCES member (id),
    decided_key TEXT UNIQUE,
    reason TEXT NOT NULL,
    retracted_at INTEGER,
    retracted_by INTEGER REFERENCES member (id),
    retracted_key TEXT UNIQUE,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_key IS NULL)),
    CHECK ((state = 'retracted') = (retracted_at IS NOT NULL)),
    CHECK ((retracted_at IS NULL) = (retracted_by IS NULL)),
    CHECK ((retracted_at IS NULL) = (retracted_key IS NULL))
);

-- A question has one answer that waits or counts.
CREATE UNIQUE INDEX learned_of_question ON learned (question_id)
    WHERE state IN ('waiting', 'adopted');

CREATE TRIGGER learned_says_one_thing
BEFORE UPDATE OF id, question_id, event_key, author_id, answer, ways, offered_at ON learned
BEGIN SELECT RAISE(ABORT, 'what was offered does not change'); END;

CREATE TRIGGER learned_is_not_deleted BEFORE DELETE ON learned
BEGIN SELECT RAISE(ABORT, 'an offered answer is kept'); END;

-- week: the first day of the week whose letter was sent.
CREATE TABLE learning_digest (
    week TEXT PRIMARY KEY,
    at INTEGER NOT NULL
);
