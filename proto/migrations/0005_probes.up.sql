-- What the last night without changes looked like, as one digest (probe).
ALTER TABLE entities ADD COLUMN quiet_digest BLOB;
