"""A target that is not empty while the state is: never guess."""
import shutil
import signal

import pytest

from lib.processes import Process
from lib.rows import assert_rows
from lib.small import FROM, Small
from lib.wait import wait_until

CONFIG, HALTED, RESUMABLE = 2, 6, 7


@pytest.fixture
def small(site):
    """A target that has what the source has but for five rows: two differ,
    two are missing, and one the source does not have."""
    small = Small(site)
    small.target.script(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, "
        "size INTEGER)")
    small.target.change("INSERT INTO things VALUES (?, ?, ?)",
                        small.expected())
    small.target.script(
        "UPDATE things SET name = 'stale' WHERE id IN (10, 11);"
        "DELETE FROM things WHERE id IN (20, 21);"
        "INSERT INTO things VALUES (999, 'only here', 1)")
    return small


def test_ask(small):
    small.write()
    before = small.target.fingerprint()
    result = small.site.verb("run", expect=CONFIG)
    result.assert_says("things", "199", "adopt: target", "adopt: none")
    assert small.target.fingerprint() == before


def test_none(small):
    small.write(adopt="none")
    books = small.run().books()
    assert (books.read, books.deleted, books.rejected) == (200, 0, 0)
    assert_rows(small.rows(), small.expected() + [(999, "only here", 1)])
    before = small.target.fingerprint()
    small.run().books().assert_is(read=200, unchanged=200)
    assert small.target.fingerprint() == before


def test_target(small):
    small.write(adopt="target")
    small.run().books().assert_is(read=200, inserted=2, updated=2, deleted=1,
                                  unchanged=196)
    assert_rows(small.rows(), small.expected())
    small.run().books().assert_is(read=200, unchanged=200)


def test_target_under_the_guard(small):
    small.target.change("INSERT INTO things VALUES (?, 'strange', 0)",
                        [(n,) for n in range(2000, 2100)])
    small.write(adopt="target")
    small.run(expect=HALTED).books().assert_is(
        read=200, inserted=2, updated=2, unchanged=196)
    assert_rows(small.rows(), small.expected() + [(999, "only here", 1)] + [
        (n, "strange", 0) for n in range(2000, 2100)])


def test_lost_state(small):
    """The state is gone, the target is not: nothing is loaded blindly."""
    small.write(adopt="target")
    small.run()
    shutil.rmtree(small.site.store / "state")
    before = small.target.fingerprint()
    small.run().books().assert_is(read=200, unchanged=200)
    assert small.target.fingerprint() == before


def test_stop_at_the_end_of_the_adoption(site, database):
    """What is in flight is all that there is to adopt, and it is finished;
    the run that would write is not begun."""
    Small(site).write([FROM, {"name": "to", "driver": "postgres",
                              "dsn": database.dsn("adopter")}],
                      adopt="target")
    database.script("""
        CREATE TABLE things (id int PRIMARY KEY, name text, size int);
        INSERT INTO things VALUES (1, 'stale', 0);
        CREATE ROLE adopter LOGIN;
        GRANT ALL ON things TO adopter;
        ALTER TABLE things ENABLE ROW LEVEL SECURITY;
        CREATE FUNCTION held() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
            IF current_query() LIKE 'COPY%' THEN
                PERFORM pg_advisory_xact_lock_shared(42);
            END IF;
            RETURN true; END $$;
        CREATE POLICY held ON things USING (held());""")
    lock = database.connect()
    lock.cursor().execute("SELECT pg_advisory_lock(42)")
    night = site.start_run()
    wait_until(lambda: database.rows(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"),
        "the read stands still")
    night.send_signal(signal.SIGTERM)
    wait_until(lambda: not Process(night.pid).has_pending(signal.SIGTERM),
               "it heard")
    lock.close()
    result = site.finish(night)
    assert result.code == RESUMABLE, result
    assert [(r["mode"], r["state"]) for r in site.runs()] == [
        ("adopt", "completed"), ("sync", "cancelled")]
    site.run().books().assert_is(read=200, inserted=199, updated=1)
    database.script("DROP OWNED BY adopter; DROP ROLE adopter")
