"""A service that is never restarted: after a hundred nights it has the memory,
the files and the state that it had after ten. SYNCLINE_NIGHTS=1000 for more.

Most nights change little; now and then everything changes, which makes a
segment of the state, and sooner or later a merge of it."""
import datetime
import os

from lib.clock import Clock
from lib.daemon import Daemon
from lib.processes import Process
from lib.small import Small

NIGHTS = int(os.environ.get("SYNCLINE_NIGHTS", "30"))
WARM = 10
ROWS, EVERYTHING_EVERY = 20_000, 3
LITTLE = 300
SCHEDULE = {"window": {"start": "19:00", "end": "07:00"}}
FIRST = datetime.date(2026, 6, 10)
# An allocator's free lists; 10 KiB lost a night would be more.
RSS_SLACK_KIB = 10 * 90
# delta merges when this many records are superseded, and so many as live ones;
# a record of this table has no more than so many bytes, in pages that are at
# worst half empty.
SPARE, RECORD_BYTES = 100_000, 80
STATE_BYTES = 2 * RECORD_BYTES * (SPARE + 2 * ROWS)
# SQLite empties the ledger's log at a thousand pages, and begins it again.
LOG_BYTES = 1100 * 4096
# What a night leaves in the ledger: its run, a chunk, what is due next.
LEDGER_BYTES = 2048


def day(number):
    return str(FIRST + datetime.timedelta(days=number))


def edit(small, number):
    if number % EVERYTHING_EVERY == 0:
        small.source.script(f"UPDATE things SET name = 'all of {number}'")
    small.source.script(
        f"UPDATE things SET name = 'night {number}' "
        f"WHERE id % {ROWS // LITTLE} = {number % (ROWS // LITTLE)}")


def files(folder):
    return {str(f.relative_to(folder)): f.stat().st_size
            for f in folder.rglob("*") if f.is_file()}


class Sizes:
    def __init__(self, site, daemon):
        self.rss_kib = Process(daemon.process.pid).rss_kib()
        self.open = len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
        self.children = len(site.processes())
        self.sockets = len(site.sockets())
        inside = files(site.store)
        self.state = sum(n for name, n in inside.items()
                         if name.startswith("state/"))
        self.ledger = inside["control.db"]
        self.log = inside.get("control.db-wal", 0)
        self.names = {name for name in inside if not
                      name.endswith(".segment")}
        self.segments = len(inside) - len(self.names)

    def __str__(self):
        return str({k: v for k, v in vars(self).items() if k != "names"})


def test_hundred_nights(site):
    small = Small(site, ROWS)
    small.write(others={"schedule": SCHEDULE})
    clock = Clock(site.dir, day(0) + " 19:00")
    daemon = Daemon(site, clock)
    sizes = []
    for number in range(1, NIGHTS + 1):
        daemon.wait_idle(day(number) + " 19:00")
        sizes.append(Sizes(site, daemon))
        edit(small, number)
        daemon.set_clock(day(number) + " 19:00")
    daemon.wait_idle(day(NIGHTS + 1) + " 19:00")
    print(*sizes[::WARM], sep="\n")
    assert small.rows() == small.expected()
    assert daemon.end() == 0
    assert [r["state"] for r in site.runs("--limit", NIGHTS + 2)] == [
        "completed"] * (NIGHTS + 1)
    warm, last = sizes[WARM], sizes[-1]
    assert max(s.rss_kib for s in sizes[WARM:]) <= \
        warm.rss_kib + RSS_SLACK_KIB
    assert {s.open for s in sizes[WARM:]} == {warm.open}
    assert {s.children for s in sizes[WARM:]} == {warm.children}
    assert {s.sockets for s in sizes[WARM:]} == {warm.sockets}
    assert last.names == warm.names
    assert max(s.state for s in sizes) <= STATE_BYTES
    segments = [s.segments for s in sizes[WARM:]]
    assert max(segments) > 0 and 0 in segments, "it never merged"
    assert max(s.log for s in sizes) <= LOG_BYTES
    assert last.ledger - warm.ledger <= LEDGER_BYTES * (NIGHTS - WARM)
