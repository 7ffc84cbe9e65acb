"""Source, target and state answer side by side; how a run ends does not
depend on who was faster."""
import shutil

import pytest

from lib.sqlite import SqliteFile

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


def write(site, database, source="things", dsn=None, **more):
    site.write(
        [LITE, {"name": "pg", "driver": "postgres",
                "dsn": dsn or database.dsn()}],
        [{"name": "things", "key": ["id"],
          "source": {"connection": "lite", "table": source},
          "target": {"connection": "pg", "table": "things"}} | more])


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
    """It is described and mapped again, the source is planned once."""
    database.script("DROP TABLE things")
    write(site, database, target={"connection": "pg", "table": "things",
                                  "create": True})
    result = site.run("-v")
    result.books().assert_is(read=20, inserted=20)
    log = result.err.splitlines()
    assert sum("syncline-extract" in line and "msg=planned" in line
               for line in log) == 1
    assert sum("msg=phase phase=map" in line for line in log) == 2
    site.run().books().assert_is(read=20, unchanged=20)
    assert len(site.runs()) == 2
