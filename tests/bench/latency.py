"""How long the little things take: a first row, one changed row."""
import contextlib
import subprocess
import time

import orders
from measure import Measure, tail
from pipeline import Pipeline
from say import BenchError, say

SOURCE, TARGET = "source", "target"


def connections(server):
    return [{"name": "a", "driver": "postgres", "dsn": server.dsn(SOURCE)},
            {"name": "b", "driver": "postgres", "dsn": server.dsn(TARGET)}]


class FirstRow:
    """From the start of `syncline run` until the row is in the target: of a
    very first run, which also makes its store, and of a later one."""

    def __init__(self, bench):
        self.server = bench.server
        self.group = bench.results.group(
            "first_row", "PostgreSQL to PostgreSQL, start", 1)
        self.pipeline = Pipeline(
            bench.bin, bench.work / "first-row", connections(bench.server),
            {"connection": "a", "table": "orders"},
            {"connection": "b", "table": "orders"})

    def run(self, repeat):
        say("one row: start to first row")
        for database in (SOURCE, TARGET):
            self.server.new_database(database)
        self.server.script(SOURCE, orders.SQL, n=1)
        self.server.sql(TARGET, orders.table_ddl())
        with contextlib.closing(self.server.connect(TARGET)) as link, \
                link.cursor() as cursor:
            for _ in range(repeat):
                self.repetition(cursor)
        for database in (SOURCE, TARGET):
            self.server.drop_database(database)
        self.pipeline.remove()

    def repetition(self, cursor):
        self.server.sql(SOURCE, "DELETE FROM orders WHERE order_no > 1")
        cursor.execute("TRUNCATE orders")
        self.pipeline.forget()
        self.one(cursor, "first", 1)
        self.server.sql(SOURCE, "INSERT INTO orders SELECT 2, site, part_no, "
                        "descr, qty, price, status, due, created, released, "
                        "note, rv FROM orders")
        self.one(cursor, "later", 2)

    def one(self, cursor, item, order_no):
        self.server.settle(SOURCE)
        p = self.pipeline
        with open(p.log, "wb") as log:
            began = time.monotonic()
            process = subprocess.Popen(
                [p.bin / "syncline", "run", "-c", p.file],
                stdout=subprocess.DEVNULL, stderr=log)
            seen = wait_for_row(cursor, process, order_no)
            process.wait()
            ended = time.monotonic()
        if process.returncode != 0 or seen is None:
            raise BenchError(f"one row: exit code {process.returncode}\n"
                             f"{tail(p.log)}")
        self.group.add(f"{item}_visible", Measure(seen - began, rows=1))
        self.group.add(f"{item}_run", Measure(ended - began, rows=1))


def wait_for_row(cursor, process, order_no):
    """When the row was seen; None if the run ended without it."""
    while True:
        over = process.poll() is not None
        cursor.execute(f"SELECT 1 FROM orders WHERE order_no = {order_no}")
        if cursor.fetchone():
            return time.monotonic()
        if over:
            return None
        time.sleep(0.0005)


class OneChange:
    """One changed row in a rowversion entity whose source has an index on
    the rowversion; no sweep is due."""

    def __init__(self, bench, rows, pristine):
        self.server, self.rows, self.pristine = bench.server, rows, pristine
        self.group = bench.results.group(
            "rowversion", "one changed row, rowversion", rows)
        self.pipeline = Pipeline(
            bench.bin, bench.work / "rowversion", connections(bench.server),
            {"connection": "a", "table": "orders"},
            {"connection": "b", "table": "orders"},
            delta="rowversion", rowversion="rv", sweep="weekly")

    def run(self, repeat):
        say(f"rowversion, {self.rows} rows: one changed row")
        self.server.new_database(SOURCE, self.pristine)
        self.server.new_database(TARGET)
        self.server.sql(SOURCE, "CREATE INDEX ON orders (rv)")
        self.server.sql(TARGET, orders.table_ddl())
        self.pipeline.night(orders.first_books(self.rows))
        self.pipeline.night({"inserted": 0, "updated": 0, "deleted": 0})
        for number in range(repeat):
            self.server.sql(SOURCE, f"""UPDATE orders SET status = 'Changed',
                rv = {self.rows + number + 1}
                WHERE order_no = {self.rows // 2 + number}""")
            self.server.settle(SOURCE, TARGET)
            self.group.add("one_change", self.pipeline.night(
                {"inserted": 0, "updated": 1, "deleted": 0}, self.server))
        orders.check_equal(self.server, SOURCE, TARGET)
        for database in (SOURCE, TARGET):
            self.server.drop_database(database)
        self.pipeline.remove()
