"""A state that does not fit in memory: delta puts rows aside and joins them
once all is read. Nothing may wait for ever on the way there."""
import signal

import pytest

from lib.wait import wait_until

RESUMABLE = 7
ROWS = 60_000
LOCK = 7
TABLES = f"""
CREATE TABLE things (k int PRIMARY KEY, name text);
CREATE TABLE copy (k int PRIMARY KEY, name text);
INSERT INTO things SELECT i, 'thing ' || i FROM generate_series(1, {ROWS}) i;
"""
# The first statement that writes is still at it when all else is put aside.
SLOW = """
CREATE SEQUENCE calls;
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('calls') = 1 THEN PERFORM pg_sleep(1.5); END IF;
    RETURN NULL; END $$;
CREATE TRIGGER slow BEFORE INSERT ON copy EXECUTE FUNCTION slow();
"""


@pytest.fixture
def large(site, database):
    database.script(TABLES)
    database.script("VACUUM ANALYZE things")

    def write(**source):
        site.write(
            [{"name": name, "driver": "postgres", "dsn": database.dsn()}
             for name in ("from", "to")],
            [{"name": "things", "key": ["k"],
              "source": {"connection": "from", "table": "things",
                         "split": "ctid", "chunk_rows": 2000, **source},
              "target": {"connection": "to", "table": "copy"}}],
            state={"memory": "1MiB"}, limits={"ack_timeout": "10s"})
    write()
    site.assert_same = lambda: [] == database.rows(
        "SELECT * FROM things EXCEPT SELECT * FROM copy") and \
        database.value("SELECT count(*) FROM copy") == ROWS
    site.configure = write
    return site


def test_what_was_written_first_is_acknowledged_last(large, database):
    database.script(SLOW)
    large.run().books().assert_is(read=ROWS, inserted=ROWS)
    assert large.assert_same()
    large.run().books().assert_is(read=ROWS, unchanged=ROWS)


def test_stop_while_rows_are_put_aside(large, database):
    """What is put aside cannot be finished without the rest: it is left."""
    large.configure(where=f"k < {ROWS - 10_000} OR (SELECT true FROM "
                          f"pg_advisory_lock_shared({LOCK}))")
    database.value(f"SELECT pg_advisory_lock({LOCK})::text")
    night = large.start_run()
    wait_until(lambda: database.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
        "AND NOT granted"), "extract waits")
    night.send_signal(signal.SIGINT)
    database.value(f"SELECT pg_advisory_unlock({LOCK})::text")
    result = large.finish(night)
    assert result.code == RESUMABLE, result
    large.configure()
    large.run().books()
    assert large.assert_same()
