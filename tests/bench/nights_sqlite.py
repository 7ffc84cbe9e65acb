"""SQLite to SQLite, and SQLite to PostgreSQL beside pgloader."""
import contextlib
import os
import shutil
import sqlite3
import sys
import unicodedata

import orders
import peers
from measure import tail, timed
from pipeline import Pipeline
from say import BenchError, say

TYPES = {"order_no": "INTEGER", "rv": "INTEGER", "qty": "NUMERIC(14,3)",
         "price": "NUMERIC(14,4)", "due": "TIMESTAMP",
         "created": "TIMESTAMPTZ", "released": "BOOLEAN"}
NOT_NULL = ("order_no", "site", "part_no", "created", "rv")
# Values as SQLite keeps them: times as text, truth as a number.
AS_SQLITE = {"due": "due::text", "created": "created::text || ':00'",
             "released": "released::int", "qty": "qty::text",
             "price": "price::text"}
COPY = """import sqlite3
db = sqlite3.connect({target!r}, isolation_level=None)
db.execute("ATTACH ? AS source", ({source!r},))
db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO orders SELECT * FROM source.orders")
db.execute("COMMIT")
"""
SCAN = """import sqlite3
db = sqlite3.connect({source!r})
db.execute("SELECT {maxima} FROM orders").fetchone()
"""


def table_ddl():
    lines = [f"{c} {TYPES.get(c, 'TEXT')}"
             + (" NOT NULL" if c in NOT_NULL else "")
             for c in orders.columns()]
    return (f"CREATE TABLE orders ({', '.join(lines)}, "
            f"PRIMARY KEY ({', '.join(orders.KEY)}))")


def clean(text):
    if text is None:
        return None
    return unicodedata.normalize("NFC", text).strip() or None


def connect(path):
    return contextlib.closing(sqlite3.connect(path, isolation_level=None))


def script(path, *statements):
    with connect(path) as db:
        db.execute("BEGIN")
        for statement in statements:
            db.execute(statement)
        db.execute("COMMIT")


def make_file(server, database, path):
    """The rows of a PostgreSQL table, in a SQLite file."""
    names = orders.columns()
    values = ", ".join(AS_SQLITE.get(c, c) for c in names)
    script(path, table_ddl())
    with contextlib.closing(server.connect(database)) as link:
        link.autocommit = False  # a named cursor lives in a transaction
        with link.cursor() as cursor:
            cursor.execute("SET timezone = 'UTC'")
        with link.cursor("rows") as cursor, connect(path) as db:
            cursor.itersize = 20000
            cursor.execute(f"SELECT {values} FROM orders")
            db.execute("BEGIN")
            db.executemany("INSERT INTO orders VALUES "
                           f"({', '.join('?' * len(names))})", cursor)
            db.execute("COMMIT")


class SqliteNights:
    def __init__(self, bench, rows, source):
        self.server, self.peers = bench.server, bench.peers
        self.rows, self.pristine = rows, source
        self.dir = bench.work / "sqlite"
        self.source = self.dir / "source.db"
        self.target = self.dir / "target.db"
        self.log = self.dir / "limit.log"
        self.group = bench.results.group("sqlite", "SQLite to SQLite", rows)
        self.pipeline = Pipeline(
            bench.bin, self.dir,
            [{"name": "a", "driver": "sqlite", "path": str(self.source)},
             {"name": "b", "driver": "sqlite", "path": str(self.target)}],
            {"connection": "a", "table": "orders"},
            {"connection": "b", "table": "orders"})

    def run(self, repeat):
        for number in range(repeat):
            say(f"SQLite, {self.rows} rows: "
                f"repetition {number + 1} of {repeat}")
            self.repetition(number)
        self.pipeline.remove()

    def repetition(self, number):
        shutil.copyfile(self.pristine, self.source)
        self.empty_target()
        self.limit("insert_select", COPY)
        self.pipeline.forget()
        self.empty_target()
        self.night("first", orders.first_books(self.rows), number)
        self.limit("scan", SCAN)
        self.night("quiet", orders.quiet_books(self.rows), number)
        script(self.source, *orders.Day(number).statements())
        self.night("usual", orders.Day.books(self.rows), number)

    def empty_target(self):
        self.target.unlink(missing_ok=True)
        script(self.target, table_ddl())
        os.sync()

    def limit(self, item, program):
        """In a process of its own, that does nothing else."""
        say(f"    {item}")
        code, measure = timed(
            [sys.executable, "-ISc", program.format(
                source=str(self.source), target=str(self.target),
                maxima=", ".join(f"max({c})" for c in orders.columns()))],
            log=self.log)
        if code != 0:
            raise BenchError(f"{item}: exit code {code}\n{tail(self.log)}")
        measure.rows = self.rows
        self.group.add(item, measure)

    def night(self, item, books, number):
        os.sync()
        say(f"    {item} night")
        self.group.add(item, self.pipeline.night(books))
        self.check(books["read"], number == 0)

    def check(self, rows, fully):
        with connect(self.target) as db:
            found, = db.execute("SELECT count(*) FROM orders").fetchone()
            if found != rows:
                raise BenchError(f"the target has {found} rows, not {rows}")
            if not fully:
                return
            db.create_function("clean", 1, clean, deterministic=True)
            db.execute("ATTACH ? AS source", (str(self.source),))
            wanted = ", ".join(
                f"clean({c})" if c in orders.TEXTS else seen(c)
                for c in orders.columns())
            found = ", ".join(seen(c) for c in orders.columns())
            row = db.execute(
                f"SELECT {wanted} FROM source.orders EXCEPT "
                f"SELECT {found} FROM main.orders LIMIT 1").fetchone()
            if row:
                raise BenchError(f"the target lacks the row {row}")


def seen(column):
    """One instant has several spellings."""
    return f"datetime({column})" if column in ("due", "created") else column


class SqliteToPostgres:
    """The work that pgloader does, and a quiet night of it."""

    def __init__(self, bench, rows, source, equal):
        self.server, self.peers = bench.server, bench.peers
        self.rows, self.source, self.equal = rows, source, equal
        self.dir = bench.work / "sqlite-postgres"
        self.group = bench.results.group(
            "sqlite_postgres", "SQLite to PostgreSQL", rows)
        self.pipeline = Pipeline(
            bench.bin, self.dir,
            [{"name": "a", "driver": "sqlite", "path": str(source)},
             {"name": "b", "driver": "postgres",
              "dsn": self.server.dsn("target")}],
            {"connection": "a", "table": "orders"},
            {"connection": "b", "table": "orders"})

    def run(self, repeat):
        for number in range(repeat):
            say(f"SQLite to PostgreSQL, {self.rows} rows: "
                f"repetition {number + 1} of {repeat}")
            self.repetition(number)
        self.server.drop_database("target")
        self.server.drop_database("peer")
        self.pipeline.remove()

    def repetition(self, number):
        self.pipeline.forget()
        self.server.new_database("target")
        self.server.sql("target", orders.table_ddl())
        self.server.settle()
        for item, books in (("first", orders.first_books(self.rows)),
                            ("quiet", orders.quiet_books(self.rows))):
            say(f"    {item} night")
            self.group.add(item, self.pipeline.night(books, self.server))
            orders.check_count(self.server, "target", self.rows)
            self.server.settle("target")
        if number == 0:
            orders.check_equal(self.server, self.equal, "target")
        self.group.add("pgloader", self.peers.measure(
            "pgloader from SQLite", lambda: peers.pgloader(
                self.server, f"sqlite://{self.source}", "peer", self.dir,
                self.rows), self.rows))
