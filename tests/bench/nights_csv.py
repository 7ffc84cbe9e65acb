"""CSV to PostgreSQL."""
import limits
import orders
from measure import must
from pipeline import Pipeline
from say import say


def make_file(server, database, path):
    with open(path, "wb"):  # it is psql's user who writes
        pass
    must(["psql", "-Xqd", database, "-c", f"\\copy orders to '{path}' "
          "(format csv, header)"], env=server.environ())


class CsvNights:
    def __init__(self, bench, rows, source, equal):
        self.server, self.rows = bench.server, rows
        self.source, self.equal = source, equal
        self.dir = bench.work / "csv"
        self.group = bench.results.group("csv", "CSV to PostgreSQL", rows)
        self.pipeline = Pipeline(
            bench.bin, self.dir,
            [{"name": "a", "driver": "csv", "path": str(source.parent)},
             {"name": "b", "driver": "postgres",
              "dsn": self.server.dsn("target")}],
            {"connection": "a", "file": source.name},
            {"connection": "b", "table": "orders"})

    def run(self, repeat):
        for number in range(repeat):
            say(f"CSV, {self.rows} rows: repetition {number + 1} of {repeat}")
            self.repetition(number)
        self.server.drop_database("target")
        self.pipeline.remove()

    def empty_target(self):
        self.server.new_database("target")
        self.server.sql("target", orders.table_ddl())
        self.server.settle()

    def repetition(self, number):
        say("    COPY from the file")
        self.empty_target()
        measure = limits.copy_csv_in(
            self.server, self.source, "target", self.dir / "limit.log")
        measure.rows = self.rows
        self.group.add("copy_csv_in", measure)
        orders.check_count(self.server, "target", self.rows)
        self.pipeline.forget()
        self.empty_target()
        for item, books in (("first", orders.first_books(self.rows)),
                            ("quiet", orders.quiet_books(self.rows))):
            say(f"    {item} night")
            self.group.add(item, self.pipeline.night(books, self.server))
            orders.check_count(self.server, "target", self.rows)
            self.server.settle("target")
        if number == 0:
            orders.check_equal(self.server, self.equal, "target")
