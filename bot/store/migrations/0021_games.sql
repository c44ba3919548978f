-- Games by words. A game's rounds are what is to be continued, guessed or chosen; a round is won
-- once, by its key; a chain says no idiom twice, by the uniqueness of texts in a game.
-- beat counts what the bot did of itself in a game (a hint, the next question, its end), told how
-- far the group was told of it.

CREATE TABLE game (
    id INTEGER PRIMARY KEY,
    group_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chain', 'riddles', 'quiz', 'vote')),
    event_key TEXT NOT NULL UNIQUE,
    started_by INTEGER NOT NULL REFERENCES member (id),
    started_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    rounds INTEGER NOT NULL CHECK (rounds > 0),
    round INTEGER NOT NULL DEFAULT 0 CHECK (round BETWEEN 0 AND rounds + rounds),
    wins INTEGER NOT NULL DEFAULT 0 CHECK (wins BETWEEN 0 AND rounds),
    round_at INTEGER NOT NULL,
    hints INTEGER NOT NULL DEFAULT 0 CHECK (hints >= 0),
    beat INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER,
    ended_because TEXT CHECK (ended_because IN ('rounds', 'time', 'stopped')),
    end_key TEXT UNIQUE,
    CHECK (ends_at > started_at),
    CHECK (told BETWEEN 0 AND beat),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
    CHECK (end_key IS NULL OR ended_because = 'stopped')
);

CREATE UNIQUE INDEX game_runs_alone ON game (group_key) WHERE ended_at IS NULL;
CREATE INDEX game_of_group ON game (group_key, id);
CREATE INDEX game_untold ON game (id) WHERE told < beat;

CREATE TRIGGER game_is_started_once
BEFORE UPDATE OF id, group_key, kind, event_key, started_by, started_at, ends_at, rounds ON game
BEGIN SELECT RAISE(ABORT, 'what a game was started with does not change'); END;

CREATE TRIGGER game_is_not_deleted BEFORE DELETE ON game
BEGIN SELECT RAISE(ABORT, 'a game is a fact'); END;

-- answers is a list in JSON; source is empty but for a quiz. by_bot: an idiom of the bot's own.
CREATE TABLE game_round (
    game_id INTEGER NOT NULL REFERENCES game (id),
    number INTEGER NOT NULL CHECK (number >= 0),
    text TEXT NOT NULL,
    answers TEXT NOT NULL DEFAULT '[]',
    source TEXT NOT NULL DEFAULT '',
    by_bot INTEGER NOT NULL DEFAULT 1 CHECK (by_bot IN (0, 1)),
    PRIMARY KEY (game_id, number),
    UNIQUE (game_id, text)
) WITHOUT ROWID;

CREATE TRIGGER game_round_is_not_changed BEFORE UPDATE ON game_round
BEGIN SELECT RAISE(ABORT, 'a round is a fact'); END;

CREATE TRIGGER game_round_is_not_deleted BEFORE DELETE ON game_round
BEGIN SELECT RAISE(ABORT, 'a round is a fact'); END;

CREATE TABLE game_win (
    game_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    event_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    PRIMARY KEY (game_id, number),
    FOREIGN KEY (game_id, number) REFERENCES game_round (game_id, number)
) WITHOUT ROWID;

CREATE INDEX game_win_of_member ON game_win (member_id, game_id);

CREATE TRIGGER game_win_is_not_changed BEFORE UPDATE ON game_win
BEGIN SELECT RAISE(ABORT, 'a win is a fact'); END;

CREATE TRIGGER game_win_is_not_deleted BEFORE DELETE ON game_win
BEGIN SELECT RAISE(ABORT, 'a win is a fact'); END;

-- A move that won nothing, and what the member heard of it. What he typed is not kept.
CREATE TABLE game_miss (
    event_key TEXT PRIMARY KEY,
    game_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    why TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('silent', 'told', 'hinted')),
    at INTEGER NOT NULL,
    FOREIGN KEY (game_id, number) REFERENCES game_round (game_id, number)
) WITHOUT ROWID;

CREATE INDEX game_miss_of_round ON game_miss (game_id, number, member_id);

-- One vote a member. choice is the place of the answer; changes counts how often he thought again.
CREATE TABLE game_vote (
    game_id INTEGER NOT NULL REFERENCES game (id),
    member_id INTEGER NOT NULL REFERENCES member (id),
    choice INTEGER NOT NULL CHECK (choice IN (0, 1)),
    event_key TEXT NOT NULL UNIQUE,
    changes INTEGER NOT NULL DEFAULT 0 CHECK (changes >= 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (game_id, member_id)
) WITHOUT ROWID;
