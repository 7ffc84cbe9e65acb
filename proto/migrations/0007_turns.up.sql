-- When each entity had its turn: what is due when is worked out from this.
CREATE TABLE turns (
    entity_id       INTEGER PRIMARY KEY REFERENCES entities (id),
    since           INTEGER NOT NULL, -- when the schedule first knew it
    outcome         TEXT NOT NULL CHECK (outcome IN (
        'none', 'running', 'settled', 'paused', 'again')),
    began_at        INTEGER NOT NULL DEFAULT 0,
    ended_at        INTEGER NOT NULL DEFAULT 0,
    -- Nights are days since 1970-01-01, INT64_MIN is none.
    night           INTEGER NOT NULL, -- of the last turn
    completed_at    INTEGER NOT NULL DEFAULT 0, -- when the last complete
                                                -- one began
    completed_night INTEGER NOT NULL
) STRICT;
