-- Without it every entity is due at the next opening: done again, not wrong.
DROP TABLE turns;
