"""A source too large for one night: the pass goes on where the night before
ended, while the source lives on."""
import pathlib
import signal
import sqlite3

import pytest

from lib.clock import Clock
from lib.control import Service
from lib.processes import Process
from lib.rows import assert_rows
from lib.small import Small
from lib.sqlite import SqliteFile
from lib.wait import wait_until

UNREACHABLE, RESUMABLE = 3, 7
ROWS, CHUNK = 20_000, 2000
SCHEDULE = {"window": {"start": "19:00", "end": "07:00"}}
# A read comes to a stand before a row that is in holds, and goes on once
# nobody has the lock.
SOURCE = f"""
CREATE SEQUENCE versions;
CREATE TABLE things (id int PRIMARY KEY, name text,
                     version bigint DEFAULT nextval('versions'));
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, {ROWS}) n;
ANALYZE things;
CREATE TABLE holds (id int);
CREATE FUNCTION held(int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_query() LIKE 'COPY%'
        AND EXISTS (SELECT FROM public.holds WHERE holds.id = $1) THEN
        PERFORM pg_advisory_xact_lock_shared(42);
    END IF;
    RETURN true;
END $$;
"""


class Large:
    def __init__(self, site, database, dsn=None, **entity):
        self.site, self.database = site, database
        self.dsn = dsn or database.dsn()
        self.clock = Clock(site.dir, "2026-06-10 20:00")
        self.target = SqliteFile(site.dir / "target.db")
        self.day = 10
        database.script(SOURCE)
        self.write(**entity)

    def write(self, schedule=SCHEDULE, **entity):
        self.site.write(
            [{"name": "from", "driver": "postgres",
              "dsn": self.dsn},
             {"name": "to", "driver": "sqlite", "path": "target.db"}],
            [{"name": "things", "key": "id",
              "source": {"connection": "from", "table": "things",
                         "where": "held(id)", "chunk_rows": CHUNK},
              "target": {"connection": "to", "table": "things",
                         "create": True}, **entity}], schedule=schedule,
            limits={"restart": "10ms", "restart_max": "20ms"})

    def attempts(self):
        """Of the first run's chunks that are done."""
        with sqlite3.connect(self.site.store / "control.db") as db:
            return [r[0] for r in db.execute(
                "SELECT attempt FROM chunks WHERE run_id = 1 "
                "AND state = 'done' ORDER BY chunk")]

    def stands(self):
        return self.database.rows(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' "
            "AND NOT granted")

    def hold_at(self, row):
        """In the night that comes now, as long as the lock is held."""
        self.clock.set(f"2026-06-{self.day} 20:00")
        self.day += 1
        self.database.script(f"DELETE FROM holds; INSERT INTO holds "
                             f"VALUES ({row})")
        lock = self.database.connect()
        lock.cursor().execute("SELECT pg_advisory_lock(42)")
        return lock

    def night_until(self, row, chunks):
        """A night that ends while that row is read; so many chunks are done
        by then."""
        lock = self.hold_at(row)
        night = self.site.start("run", "-c", self.site.file,
                                env=self.clock.env)
        wait_until(self.stands, "the read stands still")
        wait_until(lambda: len(self.attempts()) == chunks, "it caught up")
        self.clock.set(f"2026-06-{self.day} 07:00")
        lock.close()
        result = self.site.finish(night)
        assert result.code == RESUMABLE, result

    def night(self, **options):
        self.clock.set(f"2026-06-{self.day} 20:00")
        self.day += 1
        self.database.script("DELETE FROM holds")
        return self.site.run(env=self.clock.env, **options)

    def assert_equal(self):
        assert_rows(
            self.target.rows("SELECT id, name, version FROM things"),
            self.database.rows("SELECT id, name, version FROM things"))


def test_three_nights(site, database):
    large = Large(site, database)
    large.night_until(5500, 2)
    assert large.attempts() == [1] * 3
    assert [r["state"] for r in site.runs()] == ["paused"]
    # Deletes anywhere, other changes in what was not read yet.
    database.script("""
        DELETE FROM things WHERE id IN (7, 5000, 6001, 15000);
        UPDATE things SET name = 'new' WHERE id % 100 = 50 AND id > 6000;
        INSERT INTO things VALUES (20001, 'more'), (20002, 'more')""")
    large.night_until(11500, 5)
    assert large.attempts() == [1] * 6
    database.script("""
        DELETE FROM things WHERE id IN (8, 5001, 11999, 20001);
        UPDATE things SET name = 'newer' WHERE id > 19000;
        INSERT INTO things VALUES (15000, 'again')""")
    books = large.night().books()
    assert books.deleted == 5  # of what was there when the pass came along
    large.assert_equal()
    # Every chunk was read once; one sweep found what was gone.
    assert large.attempts() == [1] * 10
    assert [(r["mode"], r["state"]) for r in site.runs()] == [
        ("sweep", "completed"), ("sync", "completed")]
    # Behind its back something changed: the next pass finds it.
    database.script("UPDATE things SET name = 'late' WHERE id = 3")
    assert large.night().books().updated == 1
    large.assert_equal()


def test_with_versions_nothing_waits_for_the_next_pass(site, database):
    large = Large(site, database, rowversion="version", overlap=0)
    for row, chunks in ((5500, 2), (11500, 5)):
        large.night_until(row, chunks)
        database.script(f"""
            DELETE FROM things WHERE id % 1000 = {chunks};
            UPDATE things SET name = 'new', version = nextval('versions')
                WHERE id % 50 = {chunks};
            INSERT INTO things SELECT n, 'more'
                FROM generate_series({-chunks * 10}, {-chunks * 5}) n""")
    large.night()
    large.assert_equal()
    assert [(r["mode"], r["strategy"]) for r in site.runs()] == [
        ("sweep", "hash"), ("sync", "rowversion"), ("sync", "hash")]
    large.night().books().assert_is(read=1, unchanged=1)


def test_a_sweep_that_did_not_fit_comes_first(site, database):
    large = Large(site, database)
    large.night_until(5500, 2)
    database.script("DELETE FROM things WHERE id = 7")
    # The night ends with the last chunk.
    large.night_until(19500, 9)
    assert [r["state"] for r in site.runs()] == ["completed"]
    assert large.target.rows("SELECT id FROM things WHERE id = 7")
    large.night()
    large.assert_equal()
    assert [(r["mode"], r["state"]) for r in site.runs()] == [
        ("sync", "completed"), ("sweep", "completed"), ("sync", "completed")]


def test_a_sweep_that_is_cancelled_ends_the_turn(site, database):
    """Whoever cancels it does not want the entity to be read again at once."""
    large = Large(site, database)
    large.night_until(5500, 2)
    large.night_until(19500, 9)
    lock = large.hold_at(100)
    service = Service(site, **large.clock.env)
    wait_until(large.stands, "the sweep stands still")
    service.order("cancel", "things")
    service.wait_for("the turn is over", state="waiting")
    lock.close()
    assert [(r["mode"], r["state"]) for r in site.runs()] == [
        ("sweep", "cancelled"), ("sync", "completed")]
    service.stop(0)
    large.night()
    large.assert_equal()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_cut_off_it_goes_on(site, database, how):
    large = Large(site, database)
    lock = database.connect()
    lock.cursor().execute("SELECT pg_advisory_lock(42)")
    database.script("INSERT INTO holds VALUES (5500)")
    night = site.start("run", "-c", site.file, env=large.clock.env)
    wait_until(large.stands, "the read stands still")
    wait_until(lambda: len(large.attempts()) == 2, "two are done")
    night.send_signal(how)
    if how == signal.SIGKILL:
        site.wait_for_silence()
    else:
        wait_until(lambda: not Process(night.pid).has_pending(how),
                   "it heard")
    lock.close()
    night.communicate()
    large.night().books().assert_is(read=ROWS, inserted=ROWS)
    large.assert_equal()
    assert large.attempts() == [
        1, 1, 1 + (how == signal.SIGKILL)] + [1] * 7


def test_a_night_without_the_source_costs_nothing(site, database):
    way = pathlib.Path(site.runtime, "postgres")
    way.symlink_to(database.server.dir)
    large = Large(site, database, dsn=f"host={way} dbname={database.name} "
                  "user=postgres")
    large.night_until(5500, 2)
    way.unlink()
    large.night(expect=UNREACHABLE)
    row, = site.runs()
    assert row["state"] == "paused"
    way.symlink_to(database.server.dir)
    large.night().books().assert_is(read=ROWS, inserted=ROWS)
    large.assert_equal()
    assert large.attempts() == [1] * 10
    way.unlink()


@pytest.mark.parametrize("change", ["file", "state"])
def test_what_it_cannot_go_on_with(site, database, change):
    """Another pipeline file, or a state that is gone: from the beginning."""
    large = Large(site, database)
    large.night_until(5500, 2)
    if change == "file":
        large.write(priority=1)
        large.night().books().assert_is(read=ROWS, inserted=14_000,
                                        unchanged=6000)
        assert [r["state"] for r in site.runs()] == ["completed", "cancelled"]
    else:
        for file in (site.store / "state").rglob("*"):
            if file.is_file():
                file.unlink()
        large.target.script("DELETE FROM things")
        large.night().books().assert_is(read=ROWS, inserted=ROWS)
        assert [r["state"] for r in site.runs()] == ["completed", "failed"]
    large.assert_equal()


def test_a_large_file_is_read_in_ranges(site):
    """SQLite holds no snapshot over several chunks: a sweep follows."""
    small = Small(site, rows=50)
    entity = small.entity()
    small.write(others={"schedule": SCHEDULE},
                source=entity["source"] | {"chunk_rows": 8})
    clock = Clock(site.dir, "2026-06-10 20:00")
    site.run(env=clock.env).books().assert_is(read=50, inserted=50)
    assert small.rows() == small.expected()
    small.source.script("""
        DELETE FROM things WHERE id IN (1, 25, 50);
        INSERT INTO things VALUES (-7, 'low', '1'), (9000, 'high', '2')""")
    clock.set("2026-06-11 20:00")
    site.run(env=clock.env).books().assert_is(
        read=49, inserted=2, unchanged=47, deleted=3)
    assert small.rows() == small.expected()
    assert [r["mode"] for r in site.runs()] == ["sweep", "sync"] * 2
