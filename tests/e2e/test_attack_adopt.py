"""An adoption that dies half way is no adoption: the state then knows some of
the target's rows, and must not be taken for one that knows all."""
import shutil
import signal

import pytest

from lib.wait import wait_until

CONFIG = 2
ROWS = 40_000


def pipeline(site, database, adopt, **deletes):
    site.write(
        [{"name": name, "driver": "postgres", "dsn": database.dsn()}
         for name in ("from", "to")],
        [{"name": "things", "key": ["k"], "adopt": adopt,
          "source": {"connection": "from", "table": "things",
                     "chunk_rows": 1000},
          "target": {"connection": "to", "table": "copy"},
          "guards": {"max_delete_percent": 100},
          "deletes": {"policy": "propagate", **deletes}}])


def adopted(site):
    """How many rows the newest run took, if it is an adoption."""
    result = site.verb("runs", "-o", "json", expect=None)
    runs = result.json() if result.code == 0 else []
    return runs and runs[0]["mode"] == "adopt" and runs[0]["unchanged"]


@pytest.fixture
def half_adopted(site, database):
    database.script(f"""
        CREATE TABLE things (k int PRIMARY KEY, name text);
        CREATE TABLE copy (k int PRIMARY KEY, name text);
        INSERT INTO copy SELECT i, 'thing ' || i
            FROM generate_series(1, {ROWS}) i;
        INSERT INTO things SELECT * FROM copy WHERE k % 2 = 0;""")
    database.script("VACUUM ANALYZE copy")
    pipeline(site, database, "target")
    night = site.start_run()
    wait_until(lambda: adopted(site), "a part of the target is known")
    night.send_signal(signal.SIGKILL)
    site.finish(night)
    site.wait_for_silence()
    assert 0 < adopted(site) < ROWS
    return site


def test_the_next_night_adopts_again(half_adopted, database):
    site = half_adopted
    site.run().books().assert_is(read=ROWS // 2, unchanged=ROWS // 2,
                                 deleted=ROWS // 2)
    assert database.rows("SELECT count(*), sum(k % 2) FROM copy") == [
        (ROWS // 2, 0)]
    modes = [run["mode"] for run in site.runs()]
    assert modes[0] == "sync" and modes.count("adopt") == 2, modes
    site.run().books().assert_is(read=ROWS // 2, unchanged=ROWS // 2)
    assert [run["mode"] for run in site.runs()][0:2] == ["sync", "sync"]


def test_nothing_is_guessed_without_adopt(half_adopted, database):
    site = half_adopted
    pipeline(site, database, "ask")
    site.verb("run", expect=CONFIG).assert_says("adopt: target")
    assert database.value("SELECT count(*) FROM copy") == ROWS


@pytest.mark.parametrize("mark", ["timestamptz", "boolean", "integer"])
def test_marked_rows_are_nobody_s(site, database, mark):
    """All is marked deleted, the state is empty: there is nothing to adopt,
    and what comes back loses its mark."""
    database.script(f"""
        CREATE TABLE things (k int PRIMARY KEY, name text);
        CREATE TABLE copy (k int PRIMARY KEY, name text, gone {mark});
        INSERT INTO things VALUES (1, 'one'), (2, 'two');""")
    for adopt in "ask", "target":
        pipeline(site, database, adopt, policy="soft", column="gone")
        site.run()
        database.script("DELETE FROM things")
        site.run().books().assert_is(deleted=2)
        site.run().books().assert_is()
        database.script("INSERT INTO things VALUES (1, 'one'), (2, 'two')")
        site.run().books().assert_is(read=2, inserted=2)
    # The mark they lost is none: a lost state finds them alive.
    shutil.rmtree(site.store / "state")
    site.run().books().assert_is(read=2, unchanged=2)
