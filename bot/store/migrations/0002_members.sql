-- Who: people, where they are known, which groups they were in, what they did, what that tells.

CREATE TABLE member (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    blocked_at INTEGER,
    created_at INTEGER NOT NULL
);

-- realm: the company or account within which a platform's user ids are unique
CREATE TABLE identity (
    realm TEXT NOT NULL,
    user_id TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    PRIMARY KEY (realm, user_id)
) WITHOUT ROWID;

CREATE INDEX identity_member ON identity (member_id);

CREATE TABLE community_group (
    key TEXT PRIMARY KEY,
    paused_at INTEGER,
    synced_at INTEGER
) WITHOUT ROWID;

-- One row a stay; never deleted, because being new is judged on it.
-- joined_at is null for those who were there when the group was first seen.
CREATE TABLE membership (
    id INTEGER PRIMARY KEY,
    group_key TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    joined_at INTEGER,
    left_at INTEGER,
    welcomed_at INTEGER
);

CREATE UNIQUE INDEX membership_current ON membership (group_key, member_id) WHERE left_at IS NULL;
CREATE INDEX membership_member ON membership (member_id, group_key);
CREATE INDEX membership_unwelcomed ON membership (group_key, joined_at)
    WHERE welcomed_at IS NULL AND left_at IS NULL AND joined_at IS NOT NULL;

-- Roles given by bot.yaml: owners of a group, operators of all (group_key is empty).
CREATE TABLE appointment (
    group_key TEXT NOT NULL,
    member_id INTEGER NOT NULL REFERENCES member (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'operator')),
    PRIMARY KEY (group_key, member_id)
) WITHOUT ROWID;

CREATE TABLE interaction (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    act TEXT NOT NULL,
    at INTEGER NOT NULL,
    event_key TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    UNIQUE (event_key, act, member_id)
);

CREATE INDEX interaction_member ON interaction (member_id, act, at);
CREATE INDEX interaction_group ON interaction (group_key, at, act);

-- A rule matched once; its tag follows when it matched often enough within its window.
-- rule names the rule by what it says, so that another rule of the same tag counts for itself.
CREATE TABLE tag_hit (
    member_id INTEGER NOT NULL REFERENCES member (id),
    rule TEXT NOT NULL,
    event_key TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (member_id, rule, event_key)
) WITHOUT ROWID;

CREATE TABLE member_tag (
    member_id INTEGER NOT NULL REFERENCES member (id),
    tag TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('rule', 'person')),
    confidence REAL NOT NULL CHECK (confidence > 0 AND confidence <= 1),
    evidence TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (member_id, tag)
) WITHOUT ROWID;
