-- Rejected rows. They are provisional until their chunk is done; closed ones
-- are kept to explain what happened.
CREATE TABLE rejects (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    entity_id  INTEGER NOT NULL REFERENCES entities (id),
    run_id     INTEGER NOT NULL REFERENCES runs (id), -- that rejected it last
    chunk      INTEGER NOT NULL,
    attempt    INTEGER NOT NULL, -- of the chunk
    state      TEXT NOT NULL CHECK (state IN (
        'provisional', 'open', 'closed')),
    stage      TEXT NOT NULL,
    field      TEXT NOT NULL,
    layer      TEXT NOT NULL,
    code       TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 1, -- how often it was rejected
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    retry_run  INTEGER NOT NULL DEFAULT 0, -- the run that is to retry it
    closed_at  INTEGER NOT NULL DEFAULT 0,
    closed_how TEXT NOT NULL DEFAULT '',
    bk_hash    BLOB,
    row_hash   BLOB NOT NULL, -- XXH3-128 of original
    version    BLOB,
    message    TEXT NOT NULL,
    key        BLOB,
    key_text   TEXT NOT NULL,
    original   BLOB -- last: it is large and seldom read
) STRICT;

CREATE INDEX rejects_chunk ON rejects (run_id, chunk, attempt);
CREATE INDEX rejects_provisional ON rejects (run_id, chunk, attempt)
    WHERE state = 'provisional';
-- To meet a row again on a later night. Many rows may share a hash, so the
-- columns that tell nights apart are part of the index.
CREATE INDEX rejects_open_key
    ON rejects (entity_id, bk_hash, run_id, chunk, attempt)
    WHERE state = 'open';
CREATE INDEX rejects_open_row
    ON rejects (entity_id, row_hash, run_id, chunk, attempt)
    WHERE state = 'open';
CREATE INDEX rejects_retry ON rejects (retry_run) WHERE retry_run <> 0;
