-- What is remembered from run to run, and who did what.
ALTER TABLE entities ADD COLUMN swept_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entities ADD COLUMN config_digest BLOB;

CREATE TABLE watermarks (
    entity_id INTEGER PRIMARY KEY REFERENCES entities (id),
    version   BLOB NOT NULL, -- rowversion
    text      TEXT NOT NULL, -- the same, for people
    run_id    INTEGER NOT NULL REFERENCES runs (id),
    at        INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    verb   TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
