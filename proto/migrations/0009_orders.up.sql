-- What an operator ordered to run at once, and that was not done yet.
CREATE TABLE orders (
    entity TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
