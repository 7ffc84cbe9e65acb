"""Orders in every kind of source and target, all alike to a test."""
import datetime
import decimal
import io

from lib import orders
from lib.sqlite import SqliteFile

PG_SOURCE = """
CREATE TABLE orders (order_no bigint, site text, descr text,
    qty numeric(20,3), due timestamp, open boolean, weight text,
    PRIMARY KEY (order_no, site))
"""
# Columns that the server fills itself are none of ours.
PG_TARGET = """
CREATE SCHEMA "Night Copy";
CREATE TABLE "Night Copy"."Order" (
    id bigint GENERATED ALWAYS AS IDENTITY,
    order_no bigint NOT NULL, site text NOT NULL, descr text,
    qty numeric(14,3), due timestamp, open boolean, weight integer,
    label text, twice numeric GENERATED ALWAYS AS (qty * 2) STORED,
    run bigint, PRIMARY KEY (order_no, site))
"""
SQLITE_SOURCE = """
CREATE TABLE orders (order_no INTEGER, site TEXT, descr TEXT,
    qty "DECIMAL TEXT", due "TIMESTAMP TEXT", open BOOLEAN, weight TEXT,
    PRIMARY KEY (order_no, site))
"""
TARGET_COLUMNS = "order_no, site, descr, qty, due, open, weight, label"


class PgSource:
    def __init__(self, database, chunk_rows=700):
        self.database = database
        database.script(PG_SOURCE)
        self.connection = {"name": "from", "driver": "postgres",
                           "dsn": database.dsn()}
        self.source = {"connection": "from", "table": "orders",
                       "chunk_rows": chunk_rows}

    def hold(self, rows):
        """From now on the source has exactly these rows."""
        lines = io.StringIO()
        for r in rows.values():
            lines.write("\t".join(
                r"\N" if r[c] is None else r[c].replace("\\", r"\\")
                .replace("\t", r"\t").replace("\r", r"\r")
                .replace("\n", r"\n") for c in orders.COLUMNS) + "\n")
        lines.seek(0)
        self.database.script("TRUNCATE orders")
        self.database.copy_in("orders", lines)


class CsvSource:
    def __init__(self, folder, suffix=""):
        self.file = folder / ("orders.csv" + suffix)
        self.suffix = suffix
        self.connection = {"name": "from", "driver": "csv",
                           "path": str(folder)}
        self.source = {"connection": "from", "file": self.file.name,
                       "null_text": orders.NULL}

    def hold(self, rows):
        self.file.write_bytes(orders.pack(orders.csv_text(rows), self.suffix))


class SqliteSource:
    def __init__(self, folder, chunk_rows=700):
        self.file = SqliteFile(folder / "source.db")
        self.file.script(SQLITE_SOURCE)
        self.connection = {"name": "from", "driver": "sqlite",
                           "path": "source.db"}
        self.source = {"connection": "from", "table": "orders",
                       "chunk_rows": chunk_rows}

    def hold(self, rows):
        self.file.script("DELETE FROM orders")
        self.file.change(
            "INSERT INTO orders VALUES (?,?,?,?,?,?,?)",
            [tuple(self.value(r, c) for c in orders.COLUMNS)
             for r in rows.values()])

    @staticmethod
    def value(row, column):
        if column == "open" and row["open"] is not None:
            return row["open"] == "true"
        return row[column]


class PgTarget:
    table = '"Night Copy"."Order"'

    def __init__(self, database):
        self.database = database
        database.script(PG_TARGET)
        self.connection = {"name": "to", "driver": "postgres",
                           "dsn": database.dsn()}
        self.target = {"connection": "to", "table": self.table}

    def rows(self):
        return self.database.rows(
            f"SELECT {TARGET_COLUMNS} FROM {self.table}")

    def runs(self):
        """How many rows each run wrote last."""
        return dict(self.database.rows(
            f"SELECT run, count(*) FROM {self.table} GROUP BY run"))

    def fingerprint(self):
        return self.database.fingerprint(self.table)


class SqliteTarget:
    table = "orders"

    def __init__(self, folder):
        self.file = SqliteFile(folder / "target.db")
        self.connection = {"name": "to", "driver": "sqlite",
                           "path": "target.db"}
        self.target = {"connection": "to", "table": "orders", "create": True}

    def rows(self):
        return [self.natural(row) for row in self.file.rows(
            f"SELECT {TARGET_COLUMNS} FROM orders")]

    @staticmethod
    def natural(row):
        """SQLite has no decimals, times and booleans: they are stored as
        canonical text and 0 or 1."""
        number, site, descr, qty, due, is_open, weight, label = row
        assert isinstance(qty, str) and isinstance(due, str), row
        return (number, site, descr, decimal.Decimal(qty),
                datetime.datetime.fromisoformat(due),
                None if is_open is None else bool(is_open), weight, label)

    def runs(self):
        return dict(self.file.rows(
            "SELECT run, count(*) FROM orders GROUP BY run"))

    def fingerprint(self):
        return self.file.fingerprint()
