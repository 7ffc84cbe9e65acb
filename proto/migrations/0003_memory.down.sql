-- Without watermarks the next run reads the whole source: slower, not wrong.
DROP TABLE audit;
DROP TABLE watermarks;
ALTER TABLE entities DROP COLUMN config_digest;
ALTER TABLE entities DROP COLUMN swept_at;
