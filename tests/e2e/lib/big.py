"""300 000 rows, for nights that are long enough to die in.

`big` is the source table, `spare` the rows as they were at first; everything
a day does is plain SQL that SQLite and PostgreSQL both know."""
import shutil

from lib.sqlite import SqliteFile

ROWS = 300_000
TABLES = """
CREATE TABLE {0} (id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    qty INTEGER, note TEXT);
"""
FILL = """
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n
    WHERE id < {rows})
INSERT INTO spare SELECT id, 'thing ' || id, id * 3 % 1000,
    CASE WHEN id % 3 = 0 THEN NULL ELSE 'note of ' || id % 17 END FROM n;
INSERT INTO big SELECT * FROM spare;
"""
# What a day does before the night, by two small numbers.
DAY = """
UPDATE big SET name = name || ' changed' WHERE id % 14 IN ({a}, {a} + 7);
DELETE FROM big WHERE id % 50 = {b};
INSERT INTO big SELECT id + 1000000, name, qty, note FROM spare
    WHERE id % 30 = {a};
"""
# What happens between the crash and the next night: half of the day is taken
# back, so that the target may have what neither source nor state says.
AFTERWARDS = """
UPDATE big SET name = 'thing ' || id WHERE id < 1000000 AND id % 14 = {a};
DELETE FROM big WHERE id > 1000000 AND id % 60 < 30;
INSERT INTO big SELECT * FROM spare WHERE id % 100 = {b};
DELETE FROM big WHERE id % 200 = {b} + 3;
UPDATE big SET qty = -1 WHERE id % 1000 = {a};
"""
DIFFERENCE = """
SELECT 'missing', x.* FROM (SELECT * FROM {0} EXCEPT SELECT * FROM {1}) x
UNION ALL
SELECT 'too much', x.* FROM (SELECT * FROM {1} EXCEPT SELECT * FROM {0}) x
"""


def entity(source, target):
    return {"name": "big", "key": ["id"],
            "source": {"connection": "from", "table": "big",
                       "chunk_rows": 40_000, **source},
            "target": {"connection": "to", **target},
            "guards": {"max_delete_percent": 100}}


def assert_same(rows, source, target):
    """rows(sql): of a connection that sees both."""
    found = rows(DIFFERENCE.format(source, target))
    assert not found, f"{len(found)} differences, for example {found[:5]}"
    counts = rows(f"SELECT (SELECT count(*) FROM {source}), "
                  f"(SELECT count(*) FROM {target})")[0]
    assert counts[0] == counts[1], counts
    return counts[0]


class SqliteBig:
    """Files in a folder; a copy of the folder is a copy of everything."""

    def __init__(self, site):
        self.site = site
        self.file = SqliteFile(site.dir / "source.db")

    def fill(self):
        self.file.script(TABLES.format("big") + TABLES.format("spare")
                         + FILL.format(rows=ROWS))

    def write(self, **others):
        self.site.write(
            [{"name": "from", "driver": "sqlite", "path": "source.db"},
             {"name": "to", "driver": "sqlite", "path": "target.db"}],
            [entity({}, {"table": "big", "create": True})], **others)

    def copy_to(self, site, with_target):
        shutil.copy(self.site.dir / "source.db", site.dir)
        if with_target:
            shutil.copy(self.site.dir / "target.db", site.dir)
            shutil.copytree(self.site.store, site.store)
        return SqliteBig(site)

    def edit(self, sql):
        self.file.script(sql)

    def assert_same(self):
        db = self.file.connect()
        db.execute("ATTACH ? AS copy", (str(self.site.dir / "target.db"),))
        try:
            return assert_same(lambda sql: db.execute(sql).fetchall(),
                               "main.big", "copy.big")
        finally:
            db.close()

    def close(self):
        pass


class PgBig:
    """Source and target in one database, so that SQL can compare them."""

    def __init__(self, site, server, database):
        self.site, self.server, self.database = site, server, database

    def fill(self):
        self.database.script(
            "CREATE SCHEMA copy;" + TABLES.format("big")
            + TABLES.format("spare") + TABLES.format("copy.big")
            + FILL.format(rows=ROWS))
        self.database.script("VACUUM ANALYZE big")

    def write(self, **others):
        self.site.write(
            [{"name": name, "driver": "postgres", "dsn": self.database.dsn()}
             for name in ("from", "to")],
            [entity({}, {"table": "copy.big"})], **others)

    def copy_to(self, site, with_target):
        self.database.close()
        database = self.server.database(self.database.name)
        if with_target:
            shutil.copytree(self.site.store, site.store)
        else:
            database.script("TRUNCATE copy.big")
        return PgBig(site, self.server, database)

    def edit(self, sql):
        self.database.script(sql)

    def assert_same(self):
        return assert_same(self.database.rows, "public.big", "copy.big")

    def close(self):
        self.database.drop()
