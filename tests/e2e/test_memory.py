"""Memory is bounded by configuration, not by data (P6).

A stage's peak is what it holds when every queue is full, and whether that
happens in a short night is chance. So both nights are made to: the target is
locked until everything in front of it stands still."""
import itertools
import threading

import pytest

from lib.sqlite import SqliteFile
from lib.wait import wait_until

# Few are still more batches than all queues hold together.
FEW, MANY = 300_000, 3_000_000
# How an allocator's free lists lie differs from night to night.
NIGHTS = 3
STAGES = ("extract", "normalize", "identity", "delta", "load")
SLACK_KIB = 1024
STAGE_KIB = DELTA_KIB = 32 * 1024
DELTA_BYTES_PER_ROW = 96
# Rows of one width, so that only their number differs.
TABLE = """
CREATE TABLE orders (order_no INTEGER, site TEXT, part_no TEXT, descr TEXT,
    qty REAL, open BOOLEAN, due "TIMESTAMP TEXT", note TEXT,
    PRIMARY KEY (order_no, site)) WITHOUT ROWID;
"""
FILL = """
WITH RECURSIVE n(i) AS (SELECT 10000000 UNION ALL SELECT i + 1 FROM n
    WHERE i + 1 < 10000000 + {rows})
INSERT INTO orders SELECT i, 'S' || (i % 7), 'PART-' || i,
    CASE i % 3 WHEN 0 THEN '  قطعه شماره ' || i WHEN 1 THEN
    'Pump housing   ' || i END, i / 8.0, i % 2, '2024-01-01 10:20:30',
    'lorem ipsum dolor' FROM n;
"""
# CPU time of delta that only rows can have cost.
UNDER_WAY_NS = 15_000_000
STILL_LOOKS = 40


class Peaks(threading.Thread):
    """The peak RSS of every stage, as the kernel keeps it, looked at for as
    long as the night lasts."""

    def __init__(self, site):
        super().__init__()
        self.site, self.over = site, threading.Event()
        self.stages, self.kib = {}, {}

    def run(self):
        while not self.over.is_set() and len(self.stages) < len(STAGES):
            self.stages = {p.name(): p for p in self.site.processes()
                           if p.name() in STAGES}
        while not self.over.is_set():
            for name, process in self.stages.items():
                self.kib[name] = max(self.kib.get(name, 0),
                                     process.peak_rss_kib())
            self.over.wait(0.002)

    def cpu_ns(self):
        """Of all but load, which looks now and then whether it may."""
        return {name: process.cpu_ns()
                for name, process in self.stages.items() if name != "load"}

    def wait_until_all_stand_still(self):
        wait_until(lambda: len(self.stages) == len(STAGES),
                   "all stages are there")
        wait_until(lambda: self.cpu_ns()["delta"] > UNDER_WAY_NS,
                   "rows have come as far as delta")
        last, still = None, itertools.count(1)
        while next(still) < STILL_LOOKS:
            now = self.cpu_ns()
            if now != last:
                still = itertools.count(1)
            last = now
            self.over.wait(0.005)


def night(site, rows):
    """Peak RSS in KiB by stage of one first night."""
    SqliteFile(site.dir / "source.db").script(TABLE + FILL.format(rows=rows))
    target = SqliteFile(site.dir / "target.db")
    target.script(TABLE)
    site.write(
        [{"name": "from", "driver": "sqlite", "path": "source.db"},
         {"name": "to", "driver": "sqlite", "path": "target.db"}],
        [{"name": "orders", "key": ["order_no", "site"],
          "normalize": "clean",
          "source": {"connection": "from", "table": "orders"},
          "target": {"connection": "to", "table": "orders"}}])
    lock = target.connect()
    lock.execute("BEGIN IMMEDIATE")
    peaks = Peaks(site)
    peaks.start()
    try:
        process = site.start_run()
        peaks.wait_until_all_stand_still()
        lock.rollback()
        result = site.finish(process)
        assert result.code == 0, result
        result.books().assert_is(read=rows, inserted=rows)
    finally:
        lock.close()
        peaks.over.set()
        peaks.join()
    assert target.value("SELECT count(*) FROM orders") == rows
    return peaks.kib


def test_ten_times_the_rows(make_site):
    nights = [night(make_site(f"few{n}"), FEW) for n in range(NIGHTS)]
    small = {stage: max(kib[stage] for kib in nights) for stage in STAGES}
    large = night(make_site("many"), MANY)
    print(f"{small} KiB for {FEW} rows, {large} for {MANY}")
    for stage in STAGES:
        if stage == "delta":
            bound = DELTA_KIB + MANY * DELTA_BYTES_PER_ROW // 1024
        else:
            bound = min(small[stage] * 1.1 + SLACK_KIB, STAGE_KIB)
        assert large[stage] <= bound, stage
