"""Memory is bounded by configuration, not by data (P6)."""
import threading

import pytest

from lib.sqlite import SqliteFile

FEW, MANY = 200_000, 2_000_000
STAGES = ("extract", "normalize", "identity", "delta", "load")
SLACK_KIB = 1024
DELTA_KIB = 32 * 1024
DELTA_BYTES_PER_ROW = 96
FIELDS = [{"to": n, "from": n} for n in (
    "order_no", "site", "part_no", "descr", "qty", "price", "status", "due",
    "created", "released", "note")]


class Peaks(threading.Thread):
    """The peak RSS of every stage, as the kernel keeps it, looked at for as
    long as the night lasts."""

    def __init__(self, site):
        super().__init__()
        self.site, self.over, self.kib = site, threading.Event(), {}
        self.known = {}

    def run(self):
        while not self.over.is_set():
            if len(self.known) < len(STAGES):
                for process in self.site.processes():
                    if process.name() in STAGES:
                        self.known[process.name()] = process
            for name, process in self.known.items():
                self.kib[name] = max(self.kib.get(name, 0),
                                     process.peak_rss_kib())
            self.over.wait(0.002)


def night(site, rows, target):
    """Peak RSS in KiB by stage of one first night."""
    site.write(
        [{"name": "from", "driver": "null"},
         {"name": "to", **target}],
        [{"name": "orders", "key": ["order_no", "site"],
          "normalize": "clean", "fields": FIELDS,
          "source": {"connection": "from", "rows": rows},
          "target": {"connection": "to"} if target["driver"] == "null" else
          {"connection": "to", "table": "orders", "create": True}}])
    peaks = Peaks(site)
    peaks.start()
    try:
        site.run().books().assert_is(read=rows, inserted=rows)
    finally:
        peaks.over.set()
        peaks.join()
    assert set(peaks.kib) == set(STAGES)
    return peaks.kib


@pytest.mark.parametrize("driver", ["null", "sqlite"])
def test_ten_times_the_rows(make_site, driver):
    few, many = make_site("few"), make_site("many")
    target = {"driver": driver}
    if driver == "sqlite":
        target["path"] = "target.db"
    small, large = night(few, FEW, target), night(many, MANY, target)
    for stage in STAGES:
        bound = small[stage] * 1.1 + SLACK_KIB
        if stage == "delta":
            bound = DELTA_KIB + MANY * DELTA_BYTES_PER_ROW // 1024
        assert large[stage] <= bound, \
            f"{stage}: {small[stage]} KiB for {FEW} rows, {large[stage]} " \
            f"for {MANY}"
    if driver == "sqlite":
        for site, rows in ((few, FEW), (many, MANY)):
            assert SqliteFile(site.dir / "target.db").value(
                "SELECT count(*) FROM orders") == rows
