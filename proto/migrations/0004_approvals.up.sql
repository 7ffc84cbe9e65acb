-- Deletes that a guard withheld and somebody allowed, until a run did them.
ALTER TABLE entities ADD COLUMN approved_deletes INTEGER NOT NULL DEFAULT 0;
