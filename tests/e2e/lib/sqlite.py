"""A SQLite file that is a source or a target."""
import hashlib
import sqlite3


def quote(name):
    return '"' + name.replace('"', '""') + '"'


class SqliteFile:
    """Opens the file anew for everything, so that no lock stays behind."""

    def __init__(self, path):
        self.path = str(path)

    def connect(self):
        return sqlite3.connect(self.path, timeout=60)

    def script(self, sql):
        db = self.connect()
        with db:
            db.executescript(sql)
        db.close()

    def change(self, sql, rows=None):
        db = self.connect()
        with db:
            if rows is None:
                done = db.execute(sql)
            else:
                done = db.executemany(sql, rows)
        count = done.rowcount
        db.close()
        return count

    def rows(self, sql, *parameters):
        db = self.connect()
        found = db.execute(sql, parameters).fetchall()
        db.close()
        return found

    def value(self, sql, *parameters):
        return self.rows(sql, *parameters)[0][0]

    def fingerprint(self):
        """Changes whenever anything writes to the file."""
        with open(self.path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
