"""Other shapes than the orders: many small tables, a wide one, long texts,
and how the pipeline alone grows."""
import json
import shutil

import orders
from pipeline import Pipeline
from say import BenchError, say

EACH = 10  # rows of a small table
COLUMNS = 200
TEXT_BYTES = 2**20
GROWTH_DISK = 400  # bytes per row that must be free
# So much that no state is joined part by part through the disk.
STATE = {"state": {"memory": "8GiB"}}
SIZES = {  # small tables, wide rows, texts, rows out of nothing
    "full": (2000, 50_000, 500, (1_000_000, 10_000_000, 40_000_000)),
    "quick": (100, 2000, 20, (100_000, 200_000)),
    "tiny": (5, 100, 2, (2000, 4000)),
}
TYPES = (("int", "g + {0}"), ("text", "'value ' || g + {0}"),
         ("numeric(12,2)", "g + {0} / 100.0"),
         ("timestamp", "timestamp '2024-01-01' + g * interval '1 s'"),
         ("boolean", "g % 2 = 0"))
WIDE = [(f"c{i}", *TYPES[i % len(TYPES)]) for i in range(1, COLUMNS)]
# By value: a table that load made shows numerics without a scale.
SUM = "SELECT count(*), sum(hash_record_extended(t, 0)) FROM {} t"


class SmallPipeline(Pipeline):
    """Many entities in one file."""

    def entities(self, count, create):
        tree = json.loads(self.file.read_text("utf-8"))
        tree["entities"] = [
            {"name": f"t{i}", "key": ["id"], "normalize": "clean",
             "source": {"connection": "a", "table": f"t{i}"},
             "target": {"connection": "b", "table": f"t{i}",
                        "create": create}} for i in range(count)]
        self.file.write_text(json.dumps(tree), "utf-8")
        self.count = count

    def check(self, wanted):
        found = json.loads(self.out.read_text("utf-8"))
        if len(found) != self.count:
            raise BenchError(f"{len(found)} entities, not {self.count}")
        for one in found:
            if one["result"] != "completed" or any(
                    one[k] != v for k, v in wanted.items()):
                raise BenchError(f"the work was not done: {one}")
        return sum(one["read"] for one in found)

    def stages(self):
        """They are too many, and too short, to be told apart."""
        return {}


class Shapes:
    def __init__(self, bench, sizes):
        self.bench, self.server = bench, bench.server
        self.dir = bench.work / "shapes"
        self.sizes = SIZES[sizes]
        self.ends = [{"name": n, "driver": "postgres",
                      "dsn": self.server.dsn(d)}
                     for n, d in (("a", "source"), ("b", "target"))]

    def run(self, repeat):
        small, wide, texts, growth = self.sizes
        self.small(small, repeat)
        columns = ", ".join(f"{n} {t}" for n, t, _ in WIDE)
        values = ", ".join(v.format(i) for i, (_, _, v) in enumerate(WIDE))
        self.one("wide", f"{COLUMNS} columns", wide, repeat, (
            f"id int PRIMARY KEY, {columns}", f"g, {values}"))
        self.one("texts", "texts of 1 MiB", texts, repeat, (
            "id int PRIMARY KEY, body text",
            f"g, repeat(md5(g::text), {TEXT_BYTES // 32})"))
        for database in ("source", "target"):
            self.server.drop_database(database)
        for rows in growth:
            self.growth(rows, repeat)

    def databases(self):
        for database in ("source", "target"):
            self.server.new_database(database)

    def each(self, database, statement, count):
        """Fifty in one transaction: locks are limited."""
        for i in range(0, count, 50):
            self.server.sql(database, ";".join(
                statement.format(n) for n in range(i, min(i + 50, count))))

    def small(self, count, repeat):
        say(f"{count} tables of {EACH} rows")
        group = self.bench.results.group(
            "small", f"{count} tables of {EACH} rows", count * EACH)
        ddl = ("CREATE TABLE t{0} (id int PRIMARY KEY, a text, "
               "b numeric(10,2), c timestamp)")
        rows = (f"INSERT INTO t{{0}} SELECT g, 'x' || g, g, now() "
                f"FROM generate_series(1, {EACH}) g")
        for _ in range(repeat):
            self.databases()
            self.each("source", f"{ddl};{rows}", count)
            pipeline = SmallPipeline(self.bench.bin, self.dir, self.ends,
                                     {}, {})
            for item in ("first_create", "first"):
                pipeline.entities(count, item == "first_create")
                pipeline.forget()
                if item == "first":
                    self.server.new_database("target")
                    self.each("target", ddl, count)
                self.server.settle()
                group.add(item, pipeline.night(
                    orders.first_books(EACH), self.server))
                self.check_small(count)
            group.add("quiet", pipeline.night(
                orders.quiet_books(EACH), self.server))
            self.check_small(count)
            pipeline.remove()

    def check_small(self, count):
        for i in range(0, count, 100):
            query = " UNION ALL ".join(
                SUM.format(f"t{n}") for n in range(i, min(i + 100, count)))
            self.same(query, EACH)

    def same(self, query, rows):
        wanted, found = (sorted(self.server.sql(d, query))
                         for d in ("source", "target"))
        if wanted != found or any(n != rows for n, _ in found):
            raise BenchError("the target is not equal to the source")

    def one(self, name, title, rows, repeat, table):
        say(f"{title}, {rows} rows")
        group = self.bench.results.group(name, title, rows)
        ddl = f"CREATE TABLE shape ({table[0]})"
        for _ in range(repeat):
            self.databases()
            for database in ("source", "target"):
                self.server.sql(database, ddl)
            if name == "texts":  # as long on disk as they are
                self.server.sql("source", "ALTER TABLE shape ALTER body "
                                "SET STORAGE external")
            self.server.sql("source", f"INSERT INTO shape SELECT {table[1]} "
                            f"FROM generate_series(1, {rows}) g")
            self.server.settle("source")
            pipeline = Pipeline(
                self.bench.bin, self.dir, self.ends,
                {"connection": "a", "table": "shape"},
                {"connection": "b", "table": "shape"}, key=["id"])
            pipeline.forget()
            for item, books in (("first", orders.first_books(rows)),
                                ("quiet", orders.quiet_books(rows))):
                group.add(item, pipeline.night(books, self.server))
                self.same(SUM.format("shape"), rows)
            pipeline.remove()

    def growth(self, rows, repeat):
        name = f"null to null, growth, {rows:,} rows"
        free = shutil.disk_usage(self.bench.work).free
        if free < GROWTH_DISK * rows:
            self.bench.peers.missing[name] = (
                f"not run: {free / 1e9:.0f} GB of disk are free")
            return
        say(name)
        group = self.bench.results.group("growth", "null to null, growth",
                                         rows)
        pipeline = Pipeline(
            self.bench.bin, self.dir,
            [{"name": "a", "driver": "null"}, {"name": "b", "driver": "null"}],
            {"connection": "a", "rows": rows},
            {"connection": "b", "table": "orders"}, others=STATE)
        pipeline.forget()
        group.add("first", pipeline.night(orders.first_books(rows)))
        for _ in range(repeat):
            group.add("quiet", pipeline.night(orders.quiet_books(rows)))
        pipeline.remove()
