-- What members send in (晒单, 投稿): asked for consent, reviewed, adopted, withdrawn; who liked it.

-- What is over holds neither words nor pictures. pictures: names of files below the folder media/ID
-- of the data, a JSON list. sketch tells near-equal texts from others; the text cannot be read from
-- it. shown_order: a digest of the number of the order that it shows; empty if nobody named one.
-- unpaid, featured_unpaid: why an approval or a choice earned nothing; empty when it was paid.
CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    event_key TEXT NOT NULL UNIQUE,
    author_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('show', 'story')),
    text TEXT NOT NULL,
    sketch TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('asked', 'waiting', 'approved', 'declined', 'dropped', 'withdrawn')),
    offered_at INTEGER NOT NULL,
    picture_until INTEGER NOT NULL,
    pictures TEXT NOT NULL,
    consent TEXT CHECK (consent IN ('named', 'anonymous')),
    agreed_by INTEGER REFERENCES member (id),
    agreed_at INTEGER,
    agreed_key TEXT,
    decided_by INTEGER REFERENCES member (id),
    decided_at INTEGER,
    decided_key TEXT UNIQUE,
    reason TEXT NOT NULL,
    shown_order TEXT NOT NULL,
    unpaid TEXT NOT NULL,
    featured_by INTEGER REFERENCES member (id),
    featured_at INTEGER,
    featured_key TEXT UNIQUE,
    featured_unpaid TEXT NOT NULL,
    withdrawn_by INTEGER REFERENCES member (id),
    withdrawn_at INTEGER,
    withdrawn_key TEXT,
    reminded_at INTEGER,
    CHECK ((consent IS NULL) = (agreed_by IS NULL)),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    CHECK ((agreed_by IS NULL) = (agreed_key IS NULL)),
    CHECK (agreed_by = author_id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_key IS NULL)),
    CHECK ((featured_by IS NULL) = (featured_at IS NULL)),
    CHECK ((featured_by IS NULL) = (featured_key IS NULL)),
    CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)),
    CHECK ((withdrawn_by IS NULL) = (withdrawn_key IS NULL)),
    CHECK (state NOT IN ('asked', 'dropped') OR consent IS NULL),
    CHECK (state NOT IN ('waiting', 'approved', 'declined') OR consent IS NOT NULL),
    CHECK (state NOT IN ('asked', 'waiting', 'dropped') OR decided_by IS NULL),
    CHECK (state NOT IN ('approved', 'declined') OR decided_by IS NOT NULL),
    CHECK ((state = 'withdrawn') = (withdrawn_by IS NOT NULL)),
    CHECK ((state IN ('declined', 'dropped', 'withdrawn')) = (text = '')),
    CHECK (text <> '' OR pictures = '[]'),
    CHECK (kind <> 'show' OR state NOT IN ('waiting', 'approved') OR pictures <> '[]'),
    CHECK (featured_by IS NULL OR decided_by IS NOT NULL),
    CHECK (decided_by <> author_id),
    CHECK (featured_by <> author_id)
);

CREATE INDEX submission_of_author ON submission (author_id, id);
CREATE INDEX submission_open ON submission (state, offered_at);
CREATE UNIQUE INDEX submission_order ON submission (shown_order) WHERE shown_order <> '';

CREATE TRIGGER submission_is_of_its_author
BEFORE UPDATE OF id, event_key, author_id, group_key, kind, offered_at ON submission
BEGIN SELECT RAISE(ABORT, 'whose a submission is does not change'); END;

CREATE TRIGGER submission_is_not_deleted BEFORE DELETE ON submission
BEGIN SELECT RAISE(ABORT, 'what was sent in and paid for is kept, without its words'); END;

CREATE TABLE submission_like (
    submission_id INTEGER NOT NULL REFERENCES submission (id),
    member_id INTEGER NOT NULL REFERENCES member (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (submission_id, member_id)
) WITHOUT ROWID;
