-- The same step in PostgreSQL's words, where a trigger is dropped from its table. PostgreSQL has
-- been there since this step only: there are no packets whose shares would have to move.

DROP TRIGGER packet_is_drawn_once ON packet;

ALTER TABLE packet ADD COLUMN currency TEXT NOT NULL DEFAULT 'points'
    CHECK (currency IN ('points', 'fen'));
ALTER TABLE packet ADD COLUMN purse TEXT NOT NULL DEFAULT 'group'
    CHECK (purse IN ('group', 'owner', 'campaign'));
ALTER TABLE packet ADD COLUMN campaign TEXT NOT NULL DEFAULT ''
    CHECK ((purse = 'campaign') = (campaign <> ''));
ALTER TABLE packet ADD COLUMN gate TEXT NOT NULL DEFAULT 'anybody'
    CHECK (gate IN ('anybody', 'named', 'tagged', 'password', 'checkin', 'quiz'));
ALTER TABLE packet ADD COLUMN gate_words TEXT NOT NULL DEFAULT ''
    CHECK ((gate IN ('tagged', 'quiz')) = (gate_words <> ''));
ALTER TABLE packet ADD COLUMN gate_secret TEXT NOT NULL DEFAULT ''
    CHECK ((gate IN ('password', 'quiz')) = (gate_secret <> ''));
ALTER TABLE packet ADD COLUMN membership_hours INTEGER CHECK (membership_hours >= 0);
ALTER TABLE packet ADD COLUMN opens_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE packet ADD COLUMN rain_id INTEGER REFERENCES packet (id);
ALTER TABLE packet ADD COLUMN best_position INTEGER NOT NULL DEFAULT 0
    CHECK (best_position BETWEEN 0 AND share_count - 1);

CREATE TABLE packet_share (
    packet_id INTEGER NOT NULL REFERENCES packet (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (packet_id, position)
) WITHOUT ROWID;

ALTER TABLE packet DROP COLUMN shares;

CREATE INDEX packet_owner_day ON packet (owner_id, on_date);
CREATE INDEX packet_rain ON packet (rain_id) WHERE rain_id IS NOT NULL;
DROP INDEX packet_unannounced;
CREATE INDEX packet_unannounced ON packet (id)
    WHERE state = 'expired' AND announced_at IS NULL AND rain_id IS NULL;
CREATE INDEX packet_rain_unannounced ON packet (expires_at)
    WHERE rain_id = id AND announced_at IS NULL;

CREATE TRIGGER packet_is_drawn_once
BEFORE UPDATE OF id, key, group_key, owner_id, kind, on_date, total_points, share_count, salt, proof,
    created_at, expires_at, currency, purse, campaign, gate, gate_words, gate_secret,
    membership_hours, opens_at, rain_id, best_position ON packet
BEGIN SELECT RAISE(ABORT, 'what a packet was opened with does not change'); END;

CREATE TRIGGER packet_share_is_not_changed BEFORE UPDATE ON packet_share
BEGIN SELECT RAISE(ABORT, 'what a packet was opened with does not change'); END;

CREATE TRIGGER packet_share_is_not_deleted BEFORE DELETE ON packet_share
BEGIN SELECT RAISE(ABORT, 'a share is a fact'); END;

-- Only a share that was drawn can be handed out. on_date is the community's day of the claim, for
-- the limits of a day; campaign is the packet's, for those of a campaign.
CREATE TABLE packet_claim_next (
    packet_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    event_key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    campaign TEXT NOT NULL,
    PRIMARY KEY (packet_id, member_id),
    UNIQUE (packet_id, position),
    FOREIGN KEY (packet_id, position) REFERENCES packet_share (packet_id, position)
) WITHOUT ROWID;

INSERT INTO packet_claim_next
SELECT packet_claim.packet_id, packet_claim.member_id, packet_claim.position, packet_claim.amount,
    packet_claim.event_key, packet_claim.at, packet.on_date, ''
FROM packet_claim JOIN packet ON packet.id = packet_claim.packet_id;

DROP TABLE packet_claim;
ALTER TABLE packet_claim_next RENAME TO packet_claim;

CREATE INDEX packet_claim_day ON packet_claim (member_id, on_date);
CREATE INDEX packet_claim_campaign ON packet_claim (member_id, campaign) WHERE campaign <> '';

CREATE TRIGGER packet_claim_is_not_changed BEFORE UPDATE ON packet_claim
BEGIN SELECT RAISE(ABORT, 'a claim is a fact'); END;

CREATE TRIGGER packet_claim_is_not_deleted BEFORE DELETE ON packet_claim
BEGIN SELECT RAISE(ABORT, 'a claim is a fact'); END;

-- The members that a packet is for, when it names them.
CREATE TABLE packet_guest (
    packet_id INTEGER NOT NULL REFERENCES packet (id),
    member_id INTEGER NOT NULL,
    PRIMARY KEY (packet_id, member_id)
) WITHOUT ROWID;

-- A wrong word; which one is not kept. left_tries and paused_until are what the member was told.
CREATE TABLE packet_guess (
    event_key TEXT PRIMARY KEY,
    packet_id INTEGER NOT NULL REFERENCES packet (id),
    member_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    left_tries INTEGER NOT NULL CHECK (left_tries >= 0),
    paused_until INTEGER,
    CHECK ((left_tries = 0) = (paused_until IS NOT NULL))
) WITHOUT ROWID;

CREATE INDEX packet_guess_member ON packet_guess (packet_id, member_id, at);
