-- The ledger: entities, their runs, the chunks of a run.
CREATE TABLE entities (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    strategy INTEGER NOT NULL DEFAULT 0 -- of the last run: enum strategy
) STRICT;

CREATE TABLE runs (
    id               INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again
    entity_id        INTEGER NOT NULL REFERENCES entities (id),
    mode             INTEGER NOT NULL, -- enum run_mode
    state            TEXT NOT NULL CHECK (state IN (
        'planned', 'running', 'paused', 'finishing', 'completed',
        'completed_with_rejects', 'halted', 'failed', 'cancelled')),
    strategy         INTEGER NOT NULL,
    reason           TEXT NOT NULL,
    started_at       INTEGER NOT NULL, -- times: microseconds since the epoch
    finished_at      INTEGER NOT NULL DEFAULT 0,
    rows_read        INTEGER NOT NULL DEFAULT 0,
    inserted         INTEGER NOT NULL DEFAULT 0,
    updated          INTEGER NOT NULL DEFAULT 0,
    deleted          INTEGER NOT NULL DEFAULT 0,
    unchanged        INTEGER NOT NULL DEFAULT 0,
    rejected         INTEGER NOT NULL DEFAULT 0,
    conflicted       INTEGER NOT NULL DEFAULT 0,
    pending          INTEGER NOT NULL DEFAULT 0,
    deletes_withheld INTEGER NOT NULL DEFAULT 0,
    snapshot         INTEGER NOT NULL DEFAULT 0,
    interrupted      INTEGER NOT NULL DEFAULT 0,
    error_code       TEXT NOT NULL DEFAULT '',
    error_text       TEXT NOT NULL DEFAULT '',
    pid              INTEGER NOT NULL,
    host             TEXT NOT NULL
) STRICT;

-- At most one live run per entity, whatever the code above believes.
CREATE UNIQUE INDEX runs_live ON runs (entity_id)
    WHERE state IN ('planned', 'running', 'paused', 'finishing');
CREATE INDEX runs_entity ON runs (entity_id, id);

CREATE TABLE chunks (
    run_id     INTEGER NOT NULL REFERENCES runs (id),
    chunk      INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN (
        'planned', 'assigned', 'read', 'done')),
    attempt    INTEGER NOT NULL DEFAULT 0,
    estimate   INTEGER NOT NULL,
    row_count  INTEGER NOT NULL DEFAULT 0,
    batches    INTEGER NOT NULL DEFAULT 0,
    bytes      INTEGER NOT NULL DEFAULT 0,
    inserted   INTEGER NOT NULL DEFAULT 0,
    updated    INTEGER NOT NULL DEFAULT 0,
    deleted    INTEGER NOT NULL DEFAULT 0,
    unchanged  INTEGER NOT NULL DEFAULT 0,
    rejected   INTEGER NOT NULL DEFAULT 0,
    conflicted INTEGER NOT NULL DEFAULT 0,
    pending    INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER NOT NULL DEFAULT 0,
    done_at    INTEGER NOT NULL DEFAULT 0,
    version    BLOB, -- highest rowversion
    range      BLOB, -- extract's own
    PRIMARY KEY (run_id, chunk)
) STRICT, WITHOUT ROWID;
-- The next one to assign, however many are done.
CREATE INDEX chunks_planned ON chunks (run_id, chunk) WHERE state = 'planned';
