-- When the books were looked at, how far they were then, and whether they were right.
CREATE TABLE audit_run (
    id INTEGER PRIMARY KEY,
    on_date TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
    facts INTEGER NOT NULL,
    broken INTEGER NOT NULL,
    transfer_id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL
);
