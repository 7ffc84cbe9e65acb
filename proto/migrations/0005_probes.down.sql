-- Without it the next night reads the source: slower, not wrong.
ALTER TABLE entities DROP COLUMN quiet_digest;
