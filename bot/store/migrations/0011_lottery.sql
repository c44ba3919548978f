-- Lotteries. What was published is never changed, only amended; what was drawn is a fact.

-- seed: 64 hex digits, secret while the state is open; seed_hash is published before the start.
-- announced_at: when the groups were told of the start; told_at: of the end.
-- entrants_hash: SHA-256 of all draws, written at the end.
CREATE TABLE lottery (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    round INTEGER NOT NULL CHECK (round >= 1),
    seed TEXT NOT NULL,
    seed_hash TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ended')),
    published_at INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    most_entrants INTEGER NOT NULL CHECK (most_entrants >= 0),
    draw_count INTEGER NOT NULL DEFAULT 0 CHECK (draw_count >= 0),
    entrants_hash TEXT,
    announced_at INTEGER,
    ended_at INTEGER,
    told_at INTEGER,
    UNIQUE (key, round),
    CHECK (published_at <= starts_at AND starts_at < ends_at),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK ((state = 'ended') = (entrants_hash IS NOT NULL))
);

CREATE UNIQUE INDEX lottery_open ON lottery (key) WHERE state = 'open';
CREATE INDEX lottery_untold ON lottery (id) WHERE announced_at IS NULL OR told_at IS NULL;

CREATE TRIGGER lottery_is_sealed
BEFORE UPDATE OF id, key, round, seed, seed_hash, published_at, starts_at ON lottery
BEGIN SELECT RAISE(ABORT, 'what a lottery was published with does not change'); END;

CREATE TRIGGER lottery_is_not_deleted BEFORE DELETE ON lottery
BEGIN SELECT RAISE(ABORT, 'a lottery is a fact'); END;

-- terms: the published rules as text (JSON); version 1 is what was published before the start.
CREATE TABLE lottery_terms (
    lottery_id INTEGER NOT NULL REFERENCES lottery (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    terms TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (lottery_id, version)
) WITHOUT ROWID;

CREATE TRIGGER lottery_terms_are_not_changed BEFORE UPDATE ON lottery_terms
BEGIN SELECT RAISE(ABORT, 'published rules are never changed, only amended'); END;

CREATE TRIGGER lottery_terms_are_not_deleted BEFORE DELETE ON lottery_terms
BEGIN SELECT RAISE(ABORT, 'published rules are never changed, only amended'); END;

-- won never exceeds the stock, whoever writes it.
CREATE TABLE lottery_prize (
    lottery_id INTEGER NOT NULL REFERENCES lottery (id),
    prize_key TEXT NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 1),
    won INTEGER NOT NULL DEFAULT 0 CHECK (won >= 0),
    PRIMARY KEY (lottery_id, prize_key),
    CHECK (won <= stock)
) WITHOUT ROWID;

-- position counts a lottery's draws from 0, number a member's draws in it from 1; neither has gaps.
-- day_number counts his draws of on_date, misses those in a row without a prize, this one included.
-- terms_version: the rules in force. roll of total: how it fell; NULL where entrants wait.
CREATE TABLE lottery_draw (
    lottery_id INTEGER NOT NULL REFERENCES lottery (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    member_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    day_number INTEGER NOT NULL CHECK (day_number BETWEEN 1 AND number),
    misses INTEGER NOT NULL CHECK (misses BETWEEN 0 AND number),
    event_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    terms_version INTEGER NOT NULL,
    fee INTEGER NOT NULL CHECK (fee >= 0),
    roll INTEGER,
    total INTEGER,
    PRIMARY KEY (lottery_id, position),
    UNIQUE (lottery_id, member_id, number),
    FOREIGN KEY (lottery_id, terms_version) REFERENCES lottery_terms (lottery_id, version)
) WITHOUT ROWID;

CREATE TRIGGER lottery_draw_is_not_changed BEFORE UPDATE ON lottery_draw
BEGIN SELECT RAISE(ABORT, 'a draw is a fact'); END;

CREATE TRIGGER lottery_draw_is_not_deleted BEFORE DELETE ON lottery_draw
BEGIN SELECT RAISE(ABORT, 'a draw is a fact'); END;

-- A wrong answer to a quiz draw.
CREATE TABLE lottery_miss (
    event_key TEXT PRIMARY KEY,
    lottery_id INTEGER NOT NULL REFERENCES lottery (id),
    member_id INTEGER NOT NULL,
    on_date TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX lottery_miss_day ON lottery_miss (lottery_id, member_id, on_date);

-- What the draw at position won. paid: it is the member's. open: a right to a gift, until
-- claim_until. follows: the win whose gift was not claimed and is drawn again, once.
CREATE TABLE lottery_win (
    id INTEGER PRIMARY KEY,
    lottery_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    prize_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('points', 'fen', 'coupon', 'gift')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    at INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    claim_until INTEGER,
    state TEXT NOT NULL CHECK (state IN ('paid', 'open', 'claimed', 'lapsed')),
    state_at INTEGER NOT NULL,
    follows INTEGER UNIQUE REFERENCES lottery_win (id),
    told_at INTEGER,
    UNIQUE (lottery_id, position),
    FOREIGN KEY (lottery_id, position) REFERENCES lottery_draw (lottery_id, position),
    FOREIGN KEY (lottery_id, prize_key) REFERENCES lottery_prize (lottery_id, prize_key),
    CHECK ((kind = 'gift') = (claim_until IS NOT NULL)),
    CHECK ((kind = 'gift') = (state <> 'paid'))
);

CREATE INDEX lottery_win_prize ON lottery_win (lottery_id, prize_key, on_date);
CREATE INDEX lottery_win_member ON lottery_win (member_id, at);
CREATE INDEX lottery_win_open ON lottery_win (claim_until) WHERE state = 'open';
CREATE INDEX lottery_win_untold ON lottery_win (id) WHERE follows IS NOT NULL AND told_at IS NULL;

CREATE TRIGGER lottery_win_is_a_fact
BEFORE UPDATE OF id, lottery_id, position, member_id, prize_key, kind, amount, at, on_date,
    claim_until, follows ON lottery_win
BEGIN SELECT RAISE(ABORT, 'what was won does not change'); END;

CREATE TRIGGER lottery_win_is_not_deleted BEFORE DELETE ON lottery_win
BEGIN SELECT RAISE(ABORT, 'what was won does not change'); END;
