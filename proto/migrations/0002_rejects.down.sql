DROP TABLE rejects;
