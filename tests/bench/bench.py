"""The benchmark. usage: bench.py --bin DIR --work DIR [options]

Makes a PostgreSQL server of its own under the work folder, measures, and
leaves report.txt, report.json and chart.svg there."""
import argparse
import fcntl
import json
import os
import pathlib
import shutil
import signal
import sys

import chart
import machine
import nights_csv
import nights_sqlite
import orders
import report as reports
from ceiling import Ceiling
from latency import FirstRow, OneChange
from nights_postgres import PostgresNights
from peers import Peers
from results import Results
from say import BenchError, say
from server import Server
from shapes import SIZES, Shapes

PARTS = ("postgres", "sqlite", "csv", "null", "latency", "shapes")
REPORTS = ("report.json", "report.txt", "chart.svg")
FEWEST_ROWS = 1000
DISK_BYTES_PER_ROW = 1500  # three databases, WAL, and files
BUSY_LOAD = 0.5


def sizes(text):
    found = sorted({int(word.replace("_", "")) for word in text.split(",")})
    if any(n < FEWEST_ROWS or n % 1000 for n in found):
        raise argparse.ArgumentTypeError("thousands of rows, as 1000000")
    return found


def part_list(text):
    found = text.split(",")
    if not set(found) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"some of {','.join(PARTS)}")
    return found


def positive(text):
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--bin", type=pathlib.Path, required=True)
    p.add_argument("--work", type=pathlib.Path, required=True)
    p.add_argument("--rows", type=sizes, default=[1_000_000, 10_000_000],
                   help="sizes of the nights between PostgreSQLs")
    p.add_argument("--other-rows", type=sizes, default=[1_000_000],
                   help="size of everything else")
    p.add_argument("--peer-rows", type=int, default=1_000_000,
                   help="larger tables are not given to peers")
    p.add_argument("--repeat", type=positive, default=3)
    p.add_argument("--peers", choices=("yes", "no"), default="yes")
    p.add_argument("--parts", type=part_list, default=list(PARTS))
    p.add_argument("--shapes", choices=SIZES, default="full",
                   help="sizes of the part of this name")
    p.add_argument("--keep", action="store_true",
                   help="leave databases and files where they are")
    return p.parse_args()


class Bench:
    """What every part needs: where the programs and the server are, and
    where its measures go."""

    def __init__(self, options):
        self.options = options
        self.bin = options.bin.resolve()
        self.work = options.work.resolve()
        self.data = self.work / "data"
        self.server = Server(self.work / "pg")
        self.peers = Peers(options.peers == "yes")
        self.results = Results()
        self.load_before = os.getloadavg()[0]

    def check_disk(self):
        need = DISK_BYTES_PER_ROW * max(
            self.options.rows + self.options.other_rows)
        free = shutil.disk_usage(self.work).free
        if free < need:
            raise BenchError(f"{self.work} has {free / 1e9:.0f} GB left; "
                             f"about {need / 1e9:.0f} GB are needed")

    def run(self):
        options = self.options
        if "postgres" in options.parts:
            for rows in options.rows:
                PostgresNights(self, rows, rows <= options.peer_rows).run(
                    options.repeat)
        for rows in options.other_rows:
            self.others(rows, options.repeat)
        if "latency" in options.parts:
            FirstRow(self).run(2 * options.repeat + 1)
        if "shapes" in options.parts:
            Shapes(self, options.shapes).run(options.repeat)

    def others(self, rows, repeat):
        parts = self.options.parts
        if "null" in parts:
            Ceiling(self, rows).run(repeat)
        if not {"sqlite", "csv", "latency"} & set(parts):
            return
        self.data.mkdir(exist_ok=True)
        self.server.new_database("pristine")
        self.server.script("pristine", orders.SQL, n=rows)
        self.server.settle("pristine")
        if "latency" in parts:
            OneChange(self, rows, "pristine").run(2 * repeat + 1)
        if "sqlite" in parts:
            self.sqlite(rows, repeat)
        if "csv" in parts:
            file = self.data / "orders.csv"
            nights_csv.make_file(self.server, "pristine", file)
            nights_csv.CsvNights(self, rows, file, "pristine").run(repeat)
        self.server.drop_database("pristine")
        shutil.rmtree(self.data)

    def sqlite(self, rows, repeat):
        say(f"SQLite: making {rows} rows")
        file = self.data / "orders.db"
        nights_sqlite.make_file(self.server, "pristine", file)
        nights_sqlite.SqliteNights(self, rows, file).run(repeat)
        nights_sqlite.SqliteToPostgres(self, rows, file, "pristine").run(
            repeat)

    def write(self):
        options = self.options
        report = reports.tree(
            self,
            {"rows": options.rows, "other_rows": options.other_rows,
             "repeat": options.repeat, "peers": options.peers,
             "parts": options.parts, "shapes": options.shapes},
            "PostgreSQL " + self.server.value(
                "postgres", "SHOW server_version").split()[0],
            self.load_before)
        text = reports.text(report)
        (self.work / "report.json").write_text(
            json.dumps(report, indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8")
        (self.work / "report.txt").write_text(text, encoding="utf-8")
        (self.work / "chart.svg").write_text(
            chart.svg(report, f"{report['date']}, "
                      f"{machine.describe_text(report['machine'])}, "
                      f"{report['postgres']}"), encoding="utf-8")
        print(text, end="")

    def forget(self):
        """A benchmark that fails leaves no report, not an older one."""
        for name in REPORTS:
            (self.work / name).unlink(missing_ok=True)

    def clean(self):
        """Everything but the reports."""
        for name in ("postgres", "sqlite", "sqlite-postgres", "csv", "null",
                     "first-row", "rowversion", "shapes", "data"):
            shutil.rmtree(self.work / name, ignore_errors=True)
        self.server.remove()


def main():
    options = arguments()
    if not (options.bin / "syncline").exists():
        raise BenchError(f"no syncline in {options.bin}: run 'make'")
    bench = Bench(options)
    bench.work.mkdir(parents=True, exist_ok=True)
    with open(bench.work / "lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BenchError(
                f"another benchmark works in {bench.work}") from None
        try:
            bench.clean()
            bench.forget()
            bench.check_disk()
            if bench.load_before > BUSY_LOAD:
                say("this machine is busy: load average "
                    f"{bench.load_before:.2f}")
            say("starting a PostgreSQL server")
            bench.server.start()
            bench.run()
            bench.write()
        finally:
            if options.keep:
                bench.server.stop()
            else:
                bench.clean()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
