-- How members bring members.

CREATE TABLE invite_code (
    member_id INTEGER PRIMARY KEY REFERENCES member (id),
    code TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

-- One row a newcomer: the first valid code wins, and there is one inviter per person.
-- news: what the two have still to be told; cleared in the step that enqueues the message.
CREATE TABLE referral (
    id INTEGER PRIMARY KEY,
    friend_id INTEGER NOT NULL UNIQUE REFERENCES member (id),
    inviter_id INTEGER NOT NULL REFERENCES member (id),
    group_key TEXT NOT NULL,
    code TEXT NOT NULL,
    event_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'settled', 'rejected', 'reversed')),
    reason TEXT NOT NULL DEFAULT '',
    joined_at INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    qualify_at INTEGER NOT NULL,
    settled_at INTEGER,
    ended_at INTEGER,
    inviter_points INTEGER NOT NULL DEFAULT 0,
    friend_points INTEGER NOT NULL DEFAULT 0,
    news TEXT NOT NULL DEFAULT '' CHECK (news IN ('', 'settled', 'capped', 'reversed', 'inactive', 'unreviewed')),
    CHECK (friend_id <> inviter_id)
);

CREATE INDEX referral_open ON referral (qualify_at) WHERE state = 'pending';
CREATE INDEX referral_inviter ON referral (inviter_id, state);
CREATE INDEX referral_news ON referral (id) WHERE news <> '';
CREATE INDEX referral_code ON referral (code, entered_at);
