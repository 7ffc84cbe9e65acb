"""PostgreSQL to PostgreSQL: the three nights, their limits and peers, all of
them in turn in every repetition."""
import limits
import orders
import peers
from pipeline import Pipeline
from say import BenchError, say

PRISTINE, SOURCE, TARGET, PEER = "pristine", "source", "target", "peer"


class ProbedPipeline(Pipeline):
    """The same entity, whose source is asked for a checksum first."""
    FILE = "probed.yaml"


class PostgresNights:
    def __init__(self, bench, rows, with_peers):
        self.server, self.peers = bench.server, bench.peers
        self.rows, self.with_peers = rows, with_peers
        self.dir = bench.work / "postgres"
        self.log = self.dir / "limit.log"
        self.group = bench.results.group(
            "postgres", "PostgreSQL to PostgreSQL", rows)
        ends = [{"name": "a", "driver": "postgres",
                 "dsn": self.server.dsn(SOURCE)},
                {"name": "b", "driver": "postgres",
                 "dsn": self.server.dsn(TARGET)}]
        source = {"connection": "a", "table": "orders"}
        target = {"connection": "b", "table": "orders"}
        self.pipeline = Pipeline(bench.bin, self.dir, ends, source, target)
        self.probed = ProbedPipeline(
            bench.bin, self.dir, ends, {**source, "probe": "checksum"},
            target)

    def run(self, repeat):
        say(f"PostgreSQL: making {self.rows} rows")
        self.server.new_database(PRISTINE)
        self.server.script(PRISTINE, orders.SQL, n=self.rows)
        self.server.settle(PRISTINE)
        self.warm_up()
        for number in range(repeat):
            say(f"PostgreSQL, {self.rows} rows: "
                f"repetition {number + 1} of {repeat}")
            self.repetition(number)
        for database in (SOURCE, TARGET, PEER, PRISTINE):
            self.server.drop_database(database)
        self.pipeline.remove()

    def warm_up(self):
        """Nobody is the first to write into new WAL files."""
        self.empty_target()
        limits.copy_out_in(self.server, PRISTINE, TARGET, self.log)

    def repetition(self, number):
        self.server.new_database(SOURCE, PRISTINE)
        limits.copy_out(self.server, SOURCE, self.log)  # warms up, not kept
        self.copy_there()
        if self.with_peers:
            self.compare_peers()
        self.first(number)
        self.quiet(number)
        self.quiet_probed()
        self.usual(number)
        if self.with_peers:
            self.copy_peers()

    def empty_target(self):
        self.server.new_database(TARGET)
        self.server.sql(TARGET, orders.table_ddl())
        self.server.settle()

    def add(self, item, measure, rows=None):
        measure.rows = rows or measure.rows
        self.group.add(item, measure)

    def copy_there(self):
        say("    COPY out | in")
        self.empty_target()
        self.add("copy_out_in", limits.copy_out_in(
            self.server, SOURCE, TARGET, self.log), self.rows)
        orders.check_count(self.server, TARGET, self.rows)

    def compare_peers(self):
        """The target is an exact copy: there is nothing to find."""
        self.server.settle(TARGET)
        peers.fdw_prepare(self.server, SOURCE, TARGET)
        for name, how in (("fdw_compare", peers.WHOLE_ROW),
                          ("fdw_compare_md5", peers.BY_MD5)):
            self.group.add(name, self.peers.measure(
                name, lambda how=how: peers.fdw_compare(
                    self.server, TARGET, how, self.dir), self.rows))

    def copy_peers(self):
        """They read PRISTINE, which has what the first night read."""
        self.group.add("pgcopydb", self.peers.measure(
            "pgcopydb", lambda: peers.pgcopydb(
                self.server, PRISTINE, PEER, self.dir), self.rows))
        self.group.add("pgloader", self.peers.measure(
            "pgloader", lambda: peers.pgloader(
                self.server, peers.pgloader_uri(self.server, PRISTINE), PEER,
                self.dir, self.rows), self.rows))

    def night(self, item, books, number):
        """Counted every time, compared in full the first time."""
        say(f"    {item} night")
        self.add(item, self.pipeline.night(books, self.server))
        orders.check_count(self.server, TARGET, books["read"])
        if number == 0:
            orders.check_equal(self.server, SOURCE, TARGET)

    def first(self, number):
        self.pipeline.forget()
        self.empty_target()
        self.night("first", orders.first_books(self.rows), number)

    def quiet(self, number):
        self.server.settle(TARGET)
        say("    COPY out")
        self.add("copy_out", limits.copy_out(
            self.server, SOURCE, self.log), self.rows)
        self.night("quiet", orders.quiet_books(self.rows), number)

    def quiet_probed(self):
        """The first such night reads, and keeps the checksum; the second one
        finds it again."""
        say("    quiet night with `probe: checksum`")
        books = orders.quiet_books(self.rows)
        self.probed.night(books)
        self.add("quiet_probed", self.probed.night(books, self.server))
        if self.probed.chunks_read():
            raise BenchError("the probe found no unchanged source")

    def usual(self, number):
        self.server.sql(SOURCE, *orders.Day(number).statements())
        self.server.settle(SOURCE)
        books = orders.Day.books(self.rows)
        say("    COPY out, after a day's changes")
        self.add("copy_out_usual", limits.copy_out(
            self.server, SOURCE, self.log), books["read"])
        self.night("usual", books, number)
