"""The errors a user will make, and what the world does: each has its exit
code and one message that says what, where and what to do."""
import contextlib
import gzip
import sqlite3

import pytest

from lib import ends, mounts, orders
from lib.held import Held
from lib.postgres import GUARDED_ROLE
from lib.rows import assert_rows
from lib.small import FROM, TO, Small
from lib.wait import wait_until

CONFIG, UNREACHABLE, RUNNING = 2, 3, 8


@pytest.fixture
def small(site):
    return Small(site)


def fails(small, code, *patterns):
    """The night fails, and so does check where it can know; nothing has been
    written to the target."""
    result = small.site.verb("run", expect=code)
    result.assert_says(*patterns)
    assert len(result.messages()) <= 2, result
    return result


# --- the pipeline file

def test_every_problem_of_the_file_at_once(small):
    small.write(normalise="clean", batch_rows="many", key=["nr"])
    result = small.site.verb("check", expect=CONFIG)
    result.assert_says(r"pipeline\.yaml:\d+:", "normalise", "normalize")
    result.assert_says(r"pipeline\.yaml:\d+:", "batch_rows", "many")
    result.assert_says(r"pipeline\.yaml:\d+:", "key", r"\bnr\b")
    assert "normalise" in small.site.verb("run", expect=CONFIG).err


def test_no_pipeline_file(site):
    result = site.verb("run", expect=CONFIG)
    result.assert_says("pipeline.yaml", "syncline init")


# --- what the file names

def test_missing_table(small):
    small.write(source={"connection": "from", "table": "thigns"})
    fails(small, CONFIG, "thigns", "source.db|from", r"\?|check|does not")
    small.site.verb("check", expect=CONFIG).assert_says("thigns")


def test_missing_source_column(small):
    small.write(fields=[{"to": "id", "from": "id"},
                        {"to": "name", "from": "nmae"}])
    fails(small, CONFIG, "nmae", "things")
    small.site.verb("check", expect=CONFIG).assert_says("nmae")


def test_missing_target_column(small):
    small.target.script("CREATE TABLE things (id INTEGER PRIMARY KEY, "
                        "name TEXT)")
    small.write()
    fails(small, CONFIG, "things", '"?size"?')
    small.site.verb("check", expect=CONFIG).assert_says("size")


def test_missing_target_table(small):
    small.write(target={"connection": "to", "table": "elsewhere"})
    small.target.script("CREATE TABLE other (a)")
    fails(small, CONFIG, "elsewhere", "create")


@pytest.mark.parametrize("words", [("run",), ("run", "--now")])
def test_target_table_that_went(small, words):
    """Rows that the state takes for written are not there any more: an empty
    table made in its place would be said to be complete."""
    small.write()
    small.run()
    small.target.script("DROP TABLE things")
    result = small.site.verb(*words, expect=CONFIG)
    result.assert_says("things", "does not exist", "200",
                       str(small.site.store / "state"))
    assert small.target.rows("SELECT name FROM sqlite_master") == []
    (small.site.store / "state/things").rename(small.site.dir / "moved")
    small.run().books().assert_is(read=200, inserted=200)
    assert_rows(small.rows(), small.expected())


def test_target_table_that_was_emptied(small):
    small.write()
    small.run()
    assert "empty" not in small.run().err
    small.target.script("DELETE FROM things")
    log = small.run().err
    assert "level=warn" in log and "the target is empty" in log
    assert "rows=200" in log


def test_key_without_unique_constraint(small):
    small.target.script("CREATE TABLE things (id INTEGER, name TEXT, "
                        "size INTEGER)")
    small.write()
    fails(small, CONFIG, "things", '"?id"?', "CREATE UNIQUE INDEX")
    small.site.verb("check", expect=CONFIG).assert_says("UNIQUE")
    assert small.rows() == []


# --- who does not answer, or not to us

@pytest.mark.parametrize("dsn", ["host=/nowhere dbname=x",
                                 "host=127.0.0.1 port=9 dbname=x"])
def test_unreachable_host(small, dsn):
    lost = {"name": "from", "driver": "postgres", "dsn": dsn}
    small.write([lost, TO], {"limits": {"tries": 1}})
    fails(small, UNREACHABLE, "from", "/nowhere|127.0.0.1",
          "Is the server running")


@pytest.mark.parametrize("password", ["wrong", None])
def test_wrong_password(small, database, password):
    database.script(
        f"DROP ROLE IF EXISTS {GUARDED_ROLE};"
        f"CREATE ROLE {GUARDED_ROLE} LOGIN PASSWORD 'right'")
    guarded = {"name": "from", "driver": "postgres",
               "dsn": database.dsn(GUARDED_ROLE)}
    if password:
        file = small.site.dir / "secret"
        file.write_text(password + "\n")
        file.chmod(0o600)
        guarded["password"] = "file:secret"
    small.write([guarded, TO])
    fails(small, CONFIG, "from", "password", "`password`")


def test_a_locked_target_is_named(small):
    """Who is waited for, when nothing moves."""
    small.write(others={"limits": {"tries": 1, "ack_timeout": "1s"}})
    small.run()
    small.source.script("UPDATE things SET name = 'new'")
    with contextlib.closing(sqlite3.connect(small.site.dir / "target.db",
                                            isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        fails(small, UNREACHABLE, "1 s", r"at work: load\.0\.", "locks")
    small.run().books().assert_is(read=200, updated=200)


# --- files and disks

def test_read_only_target(small):
    with mounts.tmpfs(small.site.dir / "disk", "4m") as disk:
        small.write([FROM, {**TO, "path": "disk/target.db"}])
        small.run()
        mounts.remount(disk, "ro")
        small.source.script("UPDATE things SET name = 'new'")
        fails(small, CONFIG, "disk/target.db", "(?i)read-only", "mode|mount")
        mounts.remount(disk, "rw")
        small.run().books().assert_is(read=200, updated=200)


def test_full_target_disk(site):
    small = Small(site, rows=40_000)
    with mounts.tmpfs(site.dir / "disk", "512k") as disk:
        small.write([FROM, {**TO, "path": "disk/target.db"}],
                    {"limits": {"tries": 1}})
        fails(small, UNREACHABLE, "full", "disk/target.db|to")
        mounts.remount(disk, "size=16m")
        small.run().books()
        small.target.path = str(disk / "target.db")
        assert_rows(small.rows(), small.expected())


def test_full_store_disk(site):
    small = Small(site, rows=20_000)
    with mounts.tmpfs(site.dir / "disk", "512k") as disk:
        small.write(others={"limits": {"tries": 1},
                            "store": {"dir": str(disk / "store")}})
        fails(small, UNREACHABLE, "full|No space")
        mounts.remount(disk, "size=16m")
        books = small.run().books()
        assert books.read == 20_000 and books.rejected == 0
        assert_rows(small.rows(), small.expected())
        small.run().books().assert_is(read=20_000, unchanged=20_000)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", [("syncline", "run"), ("synclined",)])
def test_closed_descriptors_are_not_files(small, closed, words):
    """What is printed never ends in a file that got the descriptor."""
    small.write()
    small.site.prefix = ["sh", "-c", f'exec "$@" {closed}', "sh"]
    program, *verb = words
    code = UNREACHABLE if verb and " >&-" in " " + closed else 0
    result = small.site.call(*verb, "-c", small.site.file, program=program,
                             expect=code)
    if code and "2>&-" not in closed:
        result.assert_says("standard output", "Bad file descriptor")
    small.site.prefix = []
    assert_rows(small.rows(), small.expected())
    for path in small.site.store.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        assert b"unchanged  rejected" not in held and b"level=" not in held, \
            path
    small.run().books().assert_is(read=200, unchanged=200)


@pytest.mark.parametrize("output", ["table", "json"])
def test_full_standard_output(small, output):
    small.write()
    small.site.prefix = ["sh", "-c", 'exec "$@" >/dev/full', "sh"]
    for verb in "run", "status", "runs":
        small.site.verb(verb, "-o", output, expect=UNREACHABLE).assert_says(
            "standard output", "No space left on device")
    small.site.prefix = []


# --- what dies on the way

@pytest.mark.parametrize("stage", ["extract", "load"])
def test_backend_dies_once(site, database, stage):
    """The night gets over it by itself."""
    night = Held(site, database, stage)
    night.terminate()
    night.release()
    result = night.finish()
    assert result.code == 0, result
    night.assert_converged()


@pytest.mark.parametrize("stage", ["extract", "load"])
def test_backend_dies_again_and_again(site, database, stage):
    night = Held(site, database, stage, tries=2)
    while night.process.poll() is None:
        night.terminate()
    result = night.finish()
    assert result.code == UNREACHABLE, result
    result.assert_says("from" if stage == "extract" else "to", "terminat")
    night.release()
    found = night.target.rows()
    if stage == "load":
        assert found == []
    site.run()
    night.assert_converged()


def test_compressed_file_cut_short(site, database):
    source, target = ends.CsvSource(site.dir, ".gz"), ends.PgTarget(database)
    rows = orders.make(6, 20_000)
    whole = gzip.compress(orders.csv_text(rows))
    site.write([source.connection, target.connection],
               [{"name": "orders", "source": source.source,
                 "target": target.target, "key": ["order_no", "site"],
                 "normalize": "clean", "fields": orders.FIELDS}],
               limits={"tries": 1})
    source.hold(rows)
    site.run()
    source.file.write_bytes(whole[:len(whole) // 2])
    result = site.verb("run", expect=UNREACHABLE)
    result.assert_says(r"orders\.csv\.gz", "ends in the middle")
    # Half a file is no reason to delete what the other half had.
    assert_rows(target.rows(), orders.wanted(rows))
    source.file.write_bytes(whole)
    site.run().books().assert_is(read=20_000, unchanged=20_000)


def test_two_runs_at_once(site, database):
    night = Held(site, database, "load")
    wait_until(night.waiter, "the first run is under way")
    second = site.verb("run", expect=RUNNING)
    second.assert_says("already|another", str(night.process.pid), "wait|end")
    assert night.process.poll() is None
    night.release()
    result = night.finish()
    assert result.code == 0, result
    night.assert_converged()


# --- keys that the target takes for the same

SAME = "the target takes some keys for the same that are not"


def named(small, to, *names):
    """Things with these names, which are their keys."""
    small.source.script("DELETE FROM things")
    small.source.change("INSERT INTO things VALUES (?, ?, '1')",
                        list(enumerate(names)))
    small.write([FROM, to], key=["name"],
                target={"connection": "to", "table": "named"},
                fields=[{"to": "name", "from": "name"}])
    return small.site.run()


def test_a_collation_of_sqlite_that_is_not_exact(small):
    small.target.script("CREATE TABLE named (name TEXT COLLATE NOCASE "
                        "PRIMARY KEY)")
    assert SAME in named(small, TO, "a", "A", "b").err
    assert len(small.target.rows("SELECT * FROM named")) == 2


@pytest.mark.parametrize("column, said", [
    ("text", False), ('text COLLATE "C"', False), ("text COLLATE loose", True)])
def test_a_collation_of_postgres_that_is_not_exact(small, database, column,
                                                   said):
    database.script("CREATE COLLATION loose (provider = icu, "
                    "locale = 'und-u-ks-level2', deterministic = false); "
                    f"CREATE TABLE named (name {column} PRIMARY KEY)")
    to = {"name": "to", "driver": "postgres", "dsn": database.dsn()}
    result = named(small, to, "a", "b")
    assert (SAME in result.err) is said
    assert database.rows("SELECT name FROM named ORDER BY 1") == [
        ("a",), ("b",)]
