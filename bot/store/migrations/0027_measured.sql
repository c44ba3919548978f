-- What became of posts: their short links and who opened them, and the weekly letter about them.

-- token: the end of a link's address; nobody can guess one. A slot has one link of each kind.
-- what: 'content' leads to what the post tells about, 'step' to the group's page.
CREATE TABLE post_link (
    token TEXT PRIMARY KEY CHECK (length(token) = 12),
    slot_key TEXT NOT NULL REFERENCES slot (key),
    group_key TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('content', 'step')),
    url TEXT NOT NULL CHECK (url LIKE 'http://%' OR url LIKE 'https://%'),
    UNIQUE (slot_key, what)
) WITHOUT ROWID;

CREATE TRIGGER post_link_is_not_changed BEFORE UPDATE ON post_link
BEGIN SELECT RAISE(ABORT, 'a link leads where it led when it was posted'); END;

CREATE TRIGGER post_link_is_not_deleted BEFORE DELETE ON post_link
BEGIN SELECT RAISE(ABORT, 'a link that was posted is kept'); END;

-- One visitor of one day. visitor is a digest that is another one every day, and is emptied after
-- 90 days; so nothing tells whom a row is about, and rows can still be counted.
-- how: a member of the group; somebody known who is not in it, to whom the link was forwarded;
-- a person of whom nothing is known; a program.
CREATE TABLE link_opening (
    id INTEGER PRIMARY KEY,
    token TEXT NOT NULL REFERENCES post_link (token),
    on_date TEXT NOT NULL,
    visitor TEXT,
    how TEXT NOT NULL CHECK (how IN ('member', 'forwarded', 'unknown', 'robot')),
    openings INTEGER NOT NULL CHECK (openings >= 1),
    at INTEGER NOT NULL,
    UNIQUE (token, on_date, visitor)
);

CREATE INDEX link_opening_named ON link_opening (at) WHERE visitor IS NOT NULL;

-- Who left after a post is one range of an index, and so is who came by a code.
CREATE INDEX membership_left ON membership (group_key, left_at) WHERE left_at IS NOT NULL;
CREATE INDEX referral_group ON referral (group_key, joined_at);

-- week: the first day of the week in which the letter was sent.
CREATE TABLE post_letter (
    week TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
