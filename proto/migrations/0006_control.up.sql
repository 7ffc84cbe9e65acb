-- Who may write a run's ledger, and what an operator holds back.
CREATE TABLE leases (
    entity_id  INTEGER PRIMARY KEY REFERENCES entities (id),
    run_id     INTEGER NOT NULL REFERENCES runs (id),
    token      INTEGER NOT NULL, -- rises with every holder, for ever
    pid        INTEGER NOT NULL,
    host       TEXT NOT NULL,
    expires_at INTEGER NOT NULL -- 0: given back
) STRICT;

CREATE TABLE pauses (
    entity TEXT NOT NULL PRIMARY KEY, -- '' is the whole service
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
