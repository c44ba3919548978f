-- Days that a card made up and days that a freeze stood in for, beside those on which a member came.

-- kind: 'day' (the member came), 'made_up' or 'frozen'. Only 'day' pays, unless a budget was spent.
-- streak: as it was when the row was written; that is what a milestone was paid for.
-- freezes: how many the member holds after this day.
-- raised_on, raised_to: where days follow that were written before, the last of them and its streak
-- from now on. Rows are facts, so the streak of a later day is not corrected in its own row.
CREATE TABLE checkin_fact (
    member_id INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    streak INTEGER NOT NULL CHECK (streak >= 1),
    points INTEGER NOT NULL CHECK (points >= 0),
    bonus INTEGER NOT NULL CHECK (bonus >= 0),
    event_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL DEFAULT 'day' CHECK (kind IN ('day', 'made_up', 'frozen')),
    freezes INTEGER NOT NULL DEFAULT 0 CHECK (freezes >= 0),
    raised_on TEXT,
    raised_to INTEGER,
    PRIMARY KEY (member_id, on_date),
    CHECK (kind = 'day' OR points = 0),
    CHECK (points > 0 OR bonus = 0),
    CHECK ((raised_on IS NULL) = (raised_to IS NULL)),
    CHECK (raised_on IS NULL OR (raised_on > on_date AND raised_to > streak AND kind <> 'frozen'))
) WITHOUT ROWID;

INSERT INTO checkin_fact (member_id, on_date, streak, points, bonus, event_key)
SELECT member_id, on_date, streak, points, bonus, event_key FROM checkin;

DROP TABLE checkin;

ALTER TABLE checkin_fact RENAME TO checkin;

CREATE INDEX checkin_raised ON checkin (member_id, raised_on) WHERE raised_on IS NOT NULL;

CREATE TRIGGER checkin_is_not_changed BEFORE UPDATE ON checkin
BEGIN SELECT RAISE(ABORT, 'a check-in is a fact'); END;

CREATE TRIGGER checkin_is_not_deleted BEFORE DELETE ON checkin
BEGIN SELECT RAISE(ABORT, 'a check-in is a fact'); END;

-- card: the member's first, second … of the community month (YYYY-MM) in which it was bought.
CREATE TABLE makeup_card (
    member_id INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    month TEXT NOT NULL,
    card INTEGER NOT NULL CHECK (card >= 1),
    price INTEGER NOT NULL CHECK (price > 0),
    PRIMARY KEY (member_id, on_date),
    UNIQUE (member_id, month, card),
    FOREIGN KEY (member_id, on_date) REFERENCES checkin (member_id, on_date)
) WITHOUT ROWID;

CREATE TRIGGER makeup_card_is_not_changed BEFORE UPDATE ON makeup_card
BEGIN SELECT RAISE(ABORT, 'a card is a fact'); END;

CREATE TRIGGER makeup_card_is_not_deleted BEFORE DELETE ON makeup_card
BEGIN SELECT RAISE(ABORT, 'a card is a fact'); END;
