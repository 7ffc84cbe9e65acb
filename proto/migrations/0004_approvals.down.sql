-- Without an approval the guard withholds again: nothing is harmed.
ALTER TABLE entities DROP COLUMN approved_deletes;
