-- Without them a run that was paused is begun again: slower, not wrong.
ALTER TABLE runs DROP COLUMN resumed_at;
ALTER TABLE runs DROP COLUMN config;
ALTER TABLE runs DROP COLUMN stable;
