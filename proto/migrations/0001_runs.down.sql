DROP TABLE chunks;
DROP TABLE runs;
DROP TABLE entities;
