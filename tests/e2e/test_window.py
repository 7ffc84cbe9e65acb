"""The window: what runs inside of it, what waits for it, and what is not
done twice."""
import signal
import sqlite3

import pytest

from lib.clock import Clock
from lib.daemon import Daemon
from lib.held import Held
from lib.small import TO, Small
from lib.wait import wait_until

RESUMABLE = 7
NIGHT = {"window": {"start": "19:00", "end": "07:00"}}
DAY = "2026-06-"


@pytest.fixture
def small(site):
    small = Small(site)
    small.write(others={"schedule": NIGHT})
    return small


def audit(site):
    with sqlite3.connect(site.store / "control.db") as db:
        return [r[0] for r in db.execute("SELECT detail FROM audit")]


def test_outside_it_refuses(site, small):
    clock = Clock(site.dir, DAY + "10 12:00")
    result = site.verb("run", env=clock.env, expect=RESUMABLE)
    result.assert_says("closed until 2026-06-10 19:00:00 UTC", "--now")
    assert not site.store.exists()
    site.verb("run", "--now", env=clock.env)
    assert small.rows() == small.expected()
    assert audit(site) == ["all entities, --now: the window was closed"]
    clock.set(DAY + "10 19:00")
    site.verb("run", "--now", env=clock.env)
    assert audit(site)[1:] == ["all entities"]


def test_maintenance_is_named(site, small):
    small.write(others={"schedule": NIGHT | {"maintenance": [
        {"from": "2026-06-10 19:00", "to": "2026-06-10 21:00",
         "reason": "disks"}]}})
    clock = Clock(site.dir, DAY + "10 20:00")
    site.verb("run", env=clock.env, expect=RESUMABLE).assert_says(
        r"maintenance \(disks\) until 2026-06-10 21:00:00 UTC")
    clock.set(DAY + "10 21:00")
    site.verb("run", env=clock.env)


def test_each_night_once(site, small):
    clock = Clock(site.dir, DAY + "10 12:00")
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "10 19:00")
    assert daemon.process.poll() is None and not site.runs()
    daemon.set_clock(DAY + "10 19:00")
    daemon.wait_idle(DAY + "11 19:00")
    assert small.rows() == small.expected()
    assert len(site.runs()) == 1
    daemon.set_clock(DAY + "11 03:00")
    daemon.wait_idle(DAY + "11 19:00")
    # Neither a restart nor a run by hand makes the night's work due again.
    assert daemon.end() == 0
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "11 19:00")
    assert len(site.runs()) == 1
    small.source.script("DELETE FROM things WHERE id = 7")
    daemon.set_clock(DAY + "11 19:00")
    daemon.wait_idle(DAY + "12 19:00")
    assert small.rows() == small.expected()
    assert daemon.end() == 0
    assert len(site.runs()) == 2
    clock.set(DAY + "12 19:00")
    site.verb("run", env=clock.env)
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "13 19:00")
    assert daemon.end() == 0
    assert len(site.runs()) == 3


def test_missed_nights_come_once(site, small):
    clock = Clock(site.dir, DAY + "10 19:00")
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "11 19:00")
    daemon.end()
    small.source.script("DELETE FROM things WHERE id = 7")
    clock.set(DAY + "15 12:00")
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "15 19:00")
    daemon.set_clock(DAY + "15 19:00")
    daemon.wait_idle(DAY + "16 19:00")
    daemon.end()
    assert small.rows() == small.expected()
    assert len(site.runs()) == 2


def test_a_source_that_was_away_comes_again(site, database, small):
    """Its server is where a link leads that is not there yet."""
    database.script("CREATE TABLE things AS SELECT n AS id, 'x' AS name, "
                    "'3' AS size FROM generate_series(1, 3) n")
    door = site.dir / "door"
    dsn = database.dsn().replace(f"host={database.server.dir}",
                                 f"host={door}")
    small.write([{"name": "from", "driver": "postgres", "dsn": dsn}, TO],
                {"schedule": NIGHT, "limits": {"tries": 1}})
    clock = Clock(site.dir, DAY + "10 19:00")
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "10 19:10")
    door.symlink_to(database.server.dir)
    daemon.set_clock(DAY + "10 19:15")
    daemon.wait_idle(DAY + "11 19:00")
    daemon.end()
    assert [r[0] for r in small.rows()] == [1, 2, 3]


def held(site, database, clock, **options):
    night = Held(site, database, "load", schedule=NIGHT, env=clock.env,
                 split="ctid", **options)
    wait_until(night.waiter, "load stands still")
    return night


def test_at_its_end_a_run_comes_to_rest(site, database):
    clock = Clock(site.dir, DAY + "11 06:30")
    night = held(site, database, clock, chunk_rows=2000)
    clock.set(DAY + "11 07:00")
    night.release()
    result = night.finish()
    assert result.code == RESUMABLE, result
    result.assert_says("orders", "the window closed")
    assert [r["state"] for r in site.runs()] == ["paused"]
    rows = len(night.target.rows())
    assert 0 < rows < len(night.rows)
    clock.set(DAY + "11 19:00")
    books = site.run(env=clock.env).books()
    assert (books.read, books.unchanged) == (len(night.rows), rows)
    night.assert_converged(env=clock.env)


def test_now_runs_beyond_its_end(site, database):
    clock = Clock(site.dir, DAY + "11 06:30")
    night = held(site, database, clock, chunk_rows=2000, words=["--now"])
    clock.set(DAY + "11 08:00")
    night.release()
    assert night.finish().code == 0
    clock.set(DAY + "11 20:00")
    night.assert_converged(env=clock.env)


def test_killed_in_mid_night_it_goes_on(site, database):
    clock = Clock(site.dir, DAY + "10 20:00")
    night = held(site, database, clock, chunk_rows=2000,
                 start=lambda s: Daemon(s, clock))
    night.process.end(signal.SIGKILL)
    night.release()
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "11 19:00")
    daemon.end()
    night.assert_converged(env=clock.env)
    assert [r["state"] for r in site.runs()][1:] == ["completed", "failed"]


def status(site, clock):
    [entry] = site.verb("status", "-o", "json", env=clock.env).json()
    return entry


def logged(daemon, message):
    return [line for line in daemon.text().splitlines() if message in line]


def test_the_window_is_a_budget(site, small):
    """The last night took thirteen hours, as far as the ledger goes."""
    clock = Clock(site.dir, DAY + "10 19:00")
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "11 19:00")
    entry = status(site, clock)
    assert entry["begins"].startswith("2026-06-11T19:00:00")
    assert entry["forecast"].startswith("2026-06-11T19:0")
    assert not entry["late"] and not entry["stale_since"]
    with sqlite3.connect(site.store / "control.db") as db:
        db.execute("UPDATE runs SET started_at = started_at - "
                   "13 * 3600 * 1000000")
    entry = status(site, clock)
    assert entry["forecast"].startswith("2026-06-12T08:0")
    assert entry["late"]
    daemon.set_clock(DAY + "11 12:00")
    # What it says while it waits it also says after every question.
    wait_until(lambda: logged(daemon, "the window is closed"), "the morning")
    daemon.set_clock(DAY + "11 19:00")
    daemon.wait_idle(DAY + "12 19:00")
    [warning] = logged(daemon, "the night will not be long enough")
    assert "entity=things" in warning and "2026-06-12 08:0" in warning
    assert not logged(daemon, "stale")
    daemon.end()


def test_in_the_morning_it_says_what_is_stale(site, small):
    clock = Clock(site.dir, DAY + "10 19:00")
    daemon = Daemon(site, clock)
    daemon.wait_idle(DAY + "11 19:00")
    small.source.script("ALTER TABLE things RENAME TO gone")
    daemon.set_clock(DAY + "11 19:00")
    daemon.wait_idle(DAY + "12 19:00")
    daemon.set_clock(DAY + "12 08:00")
    daemon.wait_idle(DAY + "12 19:00")
    [warning] = logged(daemon, "stale")
    assert "entity=things" in warning and "2026-06-10 19:0" in warning
    entry = status(site, clock)
    assert entry["stale_since"].startswith("2026-06-10T19:0")
    assert entry["completed"] == entry["stale_since"]
    small.source.script("ALTER TABLE gone RENAME TO things")
    site.verb("run", "--now", env=clock.env)
    wait_until(lambda: not status(site, clock)["stale_since"],
               "it is up to date")
    daemon.end()
