"""Source, target and state answer side by side; how a run ends does not
depend on who was faster."""
import shutil

import pytest

from lib.sqlite import SqliteFile
from lib.wait import wait_until

CONFIG, UNREACHABLE = 2, 3
LITE = {"name": "lite", "driver": "sqlite", "path": "source.db"}


@pytest.fixture
def things(site, database):
    """A source that answers at once, a target that takes a moment."""
    source = SqliteFile(site.dir / "source.db")
    source.script("CREATE TABLE things (id INTEGER PRIMARY KEY, size INT, "
                  "version INT)")
    source.change("INSERT INTO things VALUES (?, ?, ?)",
                  [(n, n * 2, n) for n in range(1, 21)])
    database.script(
        "CREATE TABLE things (id int PRIMARY KEY, size int, version int)")
    return source


def write(site, database, source="things", dsn=None, workers=1, **more):
    site.write(
        [LITE, {"name": "pg", "driver": "postgres",
                "dsn": dsn or database.dsn()}],
        [{"name": "things", "key": ["id"],
          "source": {"connection": "lite", "table": source},
          "target": {"connection": "pg", "table": "things"}} | more],
        workers={"load": workers}, state={"partitions": workers})


def test_the_target_is_judged_first(site, database, things):
    """Of two wrong ends the target is named, however late it answers."""
    write(site, database, source="missing")
    site.run(expect=CONFIG)
    assert "missing" in site.runs()[0]["error"]
    database.script("DROP TABLE things")
    site.run(expect=CONFIG)
    assert site.runs()[0]["error_code"] == "no_table"


def test_unknown_rows_are_judged_first(site, database, things):
    database.script("INSERT INTO things VALUES (1, 1, 1)")
    write(site, database, source="missing")
    site.verb("run", expect=CONFIG).assert_says("adopt: target")
    # A source that is away is no reason to try again, either.
    (site.dir / "source.db").unlink()
    site.verb("run", expect=CONFIG).assert_says("adopt: target")
    assert len(site.runs()) == 2


def test_the_source_has_its_say(site, database, things):
    """Once target and state are fine, and known ones at that."""
    write(site, database)
    site.run().books().assert_is(read=20, inserted=20)
    things.script("ALTER TABLE things RENAME TO missing")
    site.run(expect=CONFIG)
    assert "things" in site.runs()[0]["error"]
    things.script("ALTER TABLE missing RENAME TO things")
    site.run().books().assert_is(read=20, unchanged=20)


@pytest.mark.parametrize("lost", [False, True])
def test_a_plan_for_a_state_that_is_lost(site, database, things, lost):
    """A plan above the watermark is made anew when the state is empty."""
    write(site, database, rowversion="version", sweep="never", adopt="none",
          overlap=0)
    site.run().books().assert_is(read=20, inserted=20)
    things.script("UPDATE things SET size = 0, version = 21 WHERE id = 7;"
                  "UPDATE things SET size = 1 WHERE id = 8")
    if lost:
        shutil.rmtree(site.store / "state")
    books = site.run().books()
    assert books.read == (20 if lost else 2)
    assert database.value("SELECT size FROM things WHERE id = 7") == 0
    assert database.value("SELECT size FROM things WHERE id = 8") == (
        1 if lost else 16)
    assert site.runs()[0]["strategy"] == ("hash" if lost else "rowversion")
    assert len(site.runs()) == 2


def test_a_table_that_is_made(site, database, things):
    """It is mapped again; the source is planned and all is opened once."""
    database.script("DROP TABLE things")
    write(site, database, target={"connection": "pg", "table": "things",
                                  "create": True})
    result = site.run("-v")
    result.books().assert_is(read=20, inserted=20)
    assert said(result, "syncline-extract", "msg=planned") == 1
    assert said(result, "msg=phase phase=map") == 2
    assert said(result, "msg=phase phase=open") == 1
    site.run().books().assert_is(read=20, unchanged=20)
    assert len(site.runs()) == 2


def said(result, *words):
    return sum(all(word in line for word in words)
               for line in result.err.splitlines())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_table_of_other_types(site, database, workers):
    """Load makes an interval of an interval(0): all open for that."""
    database.script("CREATE TABLE spans AS SELECT n AS id, "
                    "(n * interval '1 day')::interval(0) AS span "
                    "FROM generate_series(1, 20) n")
    site.write(
        [{"name": "pg", "driver": "postgres", "dsn": database.dsn()}],
        [{"name": "spans", "key": ["id"],
          "source": {"connection": "pg", "table": "spans"},
          "target": {"connection": "pg", "table": "made",
                     "create": True}}],
        workers={"load": workers}, state={"partitions": workers})
    result = site.run("-v")
    result.books().assert_is(read=20, inserted=20)
    assert said(result, "msg=phase phase=open") == 2
    assert database.rows("TABLE made ORDER BY id") == database.rows(
        "TABLE spans ORDER BY id")
    site.run().books().assert_is(read=20, unchanged=20)


def test_two_that_make_a_table(site, database, things):
    database.script("DROP TABLE things")
    write(site, database, workers=2, target={
        "connection": "pg", "table": "things", "create": True})
    site.run().books().assert_is(read=20, inserted=20)
    site.run().books().assert_is(read=20, unchanged=20)


SLOW_TO_MAKE = """
CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(42); END $$;
CREATE EVENT TRIGGER wait ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION wait()
"""
WAITING = ("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
           "AND objid = 42 AND NOT granted")


@pytest.mark.parametrize("victim", ["load", "syncline"])
def test_killed_while_the_table_is_made(site, database, things, victim):
    """The server makes it all the same, and nobody is told that it has."""
    database.script("DROP TABLE things;" + SLOW_TO_MAKE)
    write(site, database, target={"connection": "pg", "table": "things",
                                  "create": True})
    database.value("SELECT 1 FROM pg_advisory_lock(42)")
    night = site.start_run()
    wait_until(lambda: database.value(WAITING) == 1, "the table is made")
    process = site.process(victim)
    process.kill()
    wait_until(lambda: not process.alive(), "it is dead")
    database.value("SELECT 1 FROM pg_advisory_unlock(42)")
    site.finish(night)
    site.wait_for_silence()
    site.run()
    assert database.value("SELECT count(*) FROM things") == 20
    site.run().books().assert_is(read=20, unchanged=20)
    site.assert_tidy()
