-- What lets a run go on in another night, under another snapshot.
ALTER TABLE runs ADD COLUMN stable INTEGER NOT NULL DEFAULT 0; -- its ranges
ALTER TABLE runs ADD COLUMN config INTEGER NOT NULL DEFAULT 0; -- a hash of the
                                                               -- pipeline file
ALTER TABLE runs ADD COLUMN resumed_at INTEGER NOT NULL DEFAULT 0; -- first time
