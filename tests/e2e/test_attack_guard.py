"""After a crash the guard on updates judges what changed, not what has to be
written once more."""
import signal

import pytest

from lib.wait import wait_until

HALTED = 6
ROWS = 3000
LOCK = 7


@pytest.fixture
def guarded(site, database):
    database.script(f"""
        CREATE TABLE things (k int PRIMARY KEY, name text);
        CREATE TABLE copy (k int PRIMARY KEY, name text);
        INSERT INTO things SELECT i, 'thing ' || i
            FROM generate_series(1, {ROWS}) i;
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NULL; END';
        CREATE TRIGGER wait BEFORE INSERT ON copy EXECUTE FUNCTION wait();
        """)
    site.write(
        [{"name": name, "driver": "postgres", "dsn": database.dsn()}
         for name in ("from", "to")],
        [{"name": "things", "key": ["k"],
          "source": {"connection": "from", "table": "things"},
          "target": {"connection": "to", "table": "copy"},
          "guards": {"max_update_percent": 20}}])
    return site


def die_while_loading(site, database):
    database.value(f"SELECT pg_advisory_lock({LOCK})::text")
    night = site.start_run()
    wait_until(lambda: database.value(
        "SELECT count(*) FROM pg_locks WHERE NOT granted "
        "AND locktype = 'advisory'"), "load waits")
    night.send_signal(signal.SIGKILL)
    site.finish(night)
    site.wait_for_silence()
    database.value(f"SELECT pg_advisory_unlock({LOCK})::text")


def test_first_night_dies_twice(guarded, database):
    die_while_loading(guarded, database)
    die_while_loading(guarded, database)
    guarded.run().books().assert_is(read=ROWS, updated=ROWS)
    guarded.run().books().assert_is(read=ROWS, unchanged=ROWS)
    database.script("UPDATE things SET name = 'all of them'")
    guarded.run(expect=HALTED)


def test_what_was_known_still_counts(guarded, database):
    guarded.run()
    database.script("UPDATE things SET name = 'all of them'")
    die_while_loading(guarded, database)
    guarded.run(expect=HALTED)
