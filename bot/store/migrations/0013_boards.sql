-- Boards that are kept for good, and who does not want to be named on one.

-- from_date, to_date: the first and the last community day (YYYY-MM-DD) that it counts.
-- announced_at: when the group was shown it, or when it was clear that there is nothing to show.
CREATE TABLE board (
    id INTEGER PRIMARY KEY,
    group_key TEXT NOT NULL,
    measure TEXT NOT NULL CHECK (measure IN ('points', 'streak', 'invites')),
    period TEXT NOT NULL CHECK (period IN ('day', 'week', 'month', 'season', 'campaign')),
    from_date TEXT NOT NULL,
    to_date TEXT NOT NULL,
    line_count INTEGER NOT NULL CHECK (line_count >= 0),
    frozen_at INTEGER NOT NULL,
    announced_at INTEGER,
    UNIQUE (group_key, measure, period, from_date, to_date),
    CHECK (to_date >= from_date)
);

CREATE INDEX board_unannounced ON board (id) WHERE announced_at IS NULL;

-- reached_at: when the score was reached; of equal scores the earlier has the better rank.
CREATE TABLE board_line (
    board_id INTEGER NOT NULL REFERENCES board (id),
    rank INTEGER NOT NULL CHECK (rank >= 1),
    member_id INTEGER NOT NULL REFERENCES member (id),
    score INTEGER NOT NULL CHECK (score > 0),
    reached_at INTEGER NOT NULL,
    PRIMARY KEY (board_id, rank),
    UNIQUE (board_id, member_id)
) WITHOUT ROWID;

CREATE TRIGGER board_is_not_changed
BEFORE UPDATE OF id, group_key, measure, period, from_date, to_date, line_count, frozen_at ON board
BEGIN SELECT RAISE(ABORT, 'a kept board is a fact'); END;

CREATE TRIGGER board_is_not_deleted BEFORE DELETE ON board
BEGIN SELECT RAISE(ABORT, 'a kept board is a fact'); END;

CREATE TRIGGER board_line_is_not_changed BEFORE UPDATE ON board_line
BEGIN SELECT RAISE(ABORT, 'a line of a kept board is a fact'); END;

CREATE TRIGGER board_line_is_not_deleted BEFORE DELETE ON board_line
BEGIN SELECT RAISE(ABORT, 'a line of a kept board is a fact'); END;

-- Who keeps his places but is not named to others.
CREATE TABLE board_shy (
    member_id INTEGER PRIMARY KEY REFERENCES member (id),
    since INTEGER NOT NULL
);
