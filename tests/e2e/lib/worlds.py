"""Random worlds: a schema, its rows and what days do to them, all from one
seed, and the two engines they live in."""
import random

from lib import postgres, sqlite
from lib.clean import clean
from lib.values import OPAQUE, TYPES, raw_json

NAMES = (
    "select", "Order", "user name", 'quo"te', "it's", "semi;colon",
    "ستون", "עמודה", "🔩", "UPPER", "mixedCase", "dot.ted", "per%cent",
    "back\\slash", "group", "table", "null", "a-b", "1st", "tab\tname",
    "x" * 60, "rowid", "_rowid_", "ctid_", "values", "$1", "{}", "é", "--",
)
SHORT = [n for n in NAMES if len(n) < 20]


class Column:
    def __init__(self, name, type_, nullable):
        self.name, self.type, self.nullable = name, type_, nullable

    def draw(self, rng):
        if self.nullable and rng.random() < 0.2:
            return None
        return self.type.draw(rng)


class World:
    """rows: key values to the row's values, as the source has them."""

    def __init__(self, seed, source, target):
        self.rng = rng = random.Random(f"{seed} {source} {target}")
        self.engines = source, target
        self.normalize = rng.choice(("exact", "clean"))
        self.columns = self.draw_columns()
        self.nkeys = rng.choice((1, 1, 2, 3))
        self.table = rng.choice(SHORT)
        self.rows = {}
        self.grow(rng.choice((0, 1, 30, 300)))

    def draw_columns(self):
        """Key columns first; every type is drawn sooner or later."""
        rng = self.rng
        keys = rng.sample([t for t in TYPES if t.key], 3)
        types = TYPES + (OPAQUE if set(self.engines) == {"postgres"} else [])
        others = [rng.choice(types) for _ in range(rng.randint(1, 8))]
        names = rng.sample(NAMES, len(keys) + len(others))
        columns = [Column(n, t, False) for n, t in zip(names, keys)]
        return columns + [Column(n, t, rng.random() < 0.7)
                          for n, t in zip(names[len(keys):], others)]

    @property
    def keys(self):
        return self.columns[:self.nkeys]

    def draw_row(self):
        return tuple(c.draw(self.rng) for c in self.columns)

    def normal(self, row):
        """The row as the target must have it."""
        return tuple(map(clean, row)) if self.normalize == "clean" else row

    def key_of(self, row):
        return self.normal(row)[:self.nkeys]

    def grow(self, count):
        for _ in range(count):
            row = self.draw_row()
            key = self.key_of(row)
            # A key that is empty after normalisation is a reject; two that
            # become one are duplicates: other tests have those.
            if None not in key:
                self.rows.setdefault(key, row)

    def wanted(self):
        return {key: self.normal(row) for key, row in self.rows.items()}

    def live_a_day(self):
        """Edits, and the counts that the night must come to."""
        rng, before = self.rng, self.wanted()
        keys = sorted(self.rows, key=repr)
        rng.shuffle(keys)
        gone = keys[:rng.choice((0, 1, len(keys) // 4))]
        changed = keys[len(gone):len(gone) + rng.choice((0, 1, len(keys) // 3))]
        for key in gone:
            del self.rows[key]
        for key in changed:
            old, new = self.rows[key], self.draw_row()
            i = rng.randrange(self.nkeys, len(self.columns))
            self.rows[key] = (*old[:i], new[i], *old[i + 1:])
        self.grow(rng.choice((0, 1, 40)))
        after = self.wanted()
        same = sum(before.get(k) == row for k, row in after.items())
        both = len(before.keys() & after.keys())
        return {"read": len(after), "inserted": len(after) - both,
                "updated": both - same, "unchanged": same,
                "deleted": len(before) - both}

    def settings(self):
        """How the pipeline does it must make no difference."""
        rng = self.rng
        parts = rng.choice((1, 1, 2, 4))
        return {
            "workers": {s: rng.choice((1, 1, 2)) for s in
                        ("extract", "normalize", "identity")}
            | {s: rng.choice((1, min(2, parts))) for s in ("delta", "load")},
            "state": {"partitions": parts},
            "defaults": {"batch_rows": rng.choice((1, 7, 100, 8192)),
                         "batch_bytes": rng.choice((4096, "1MiB"))},
        }


class SqliteEnd:
    driver, quote = "sqlite", staticmethod(sqlite.quote)

    def __init__(self, file, world):
        self.file, self.world = sqlite.SqliteFile(file), world
        self.connection = {"driver": "sqlite", "path": str(file)}

    def execute(self, sql):
        self.file.script(sql)

    def insert(self, table, values):
        marks = ",".join("?" * len(self.world.columns))
        self.file.change(f"INSERT INTO {table} VALUES ({marks})", values)

    def select(self, sql):
        return self.file.rows(sql)

    def close(self):
        pass


class PgEnd:
    driver, quote = "postgres", staticmethod(postgres.quote)

    def __init__(self, database, world):
        self.database, self.world = database, world
        self.connection = {"driver": "postgres", "dsn": database.dsn()}

    def execute(self, sql):
        self.database.script(sql)

    def insert(self, table, values):
        marks = ",".join(f"CAST(%s AS {c.type.declared['postgres']})"
                         for c in self.world.columns)
        table = table.replace("%", "%%")
        self.database.change(f"INSERT INTO {table} VALUES ({marks})", values)

    def select(self, sql):
        with self.database.cursor() as cursor:
            raw_json(self.database.link)
            cursor.execute(sql)
            return cursor.fetchall()

    def close(self):
        self.database.drop()


class Side:
    """A table of the world in one engine."""

    def __init__(self, end, world, table):
        self.end, self.world = end, world
        self.table = table
        self.sql_name = end.quote(table)
        self.columns = ", ".join(map(
            lambda c: end.quote(c.name), world.columns))

    def configured(self):
        """As the pipeline file writes the table's name."""
        return '"' + self.table.replace('"', '""') + '"'

    def create(self):
        columns = [
            f"{self.end.quote(c.name)} {c.type.declared[self.end.driver]}"
            + ("" if c.nullable else " NOT NULL") for c in self.world.columns]
        keys = ", ".join(self.end.quote(c.name) for c in self.world.keys)
        self.end.execute(f"CREATE TABLE {self.sql_name} ("
                         + ", ".join(columns) + f", PRIMARY KEY ({keys}))")

    def hold(self, rows):
        self.end.execute(f"DELETE FROM {self.sql_name}")
        self.end.insert(self.sql_name, [
            tuple(None if v is None else c.type.write[self.end.driver](v)
                  for c, v in zip(self.world.columns, row)) for row in rows])

    def rows(self):
        opaque = {t.name for t in OPAQUE}
        columns = ", ".join(
            self.end.quote(c.name) + ("::text" if c.type.name in opaque
                                      else "") for c in self.world.columns)
        return [tuple(
            None if v is None else c.type.read[self.end.driver](v)
            for c, v in zip(self.world.columns, row))
            for row in self.end.select(f"SELECT {columns} FROM "
                                       f"{self.sql_name}")]
