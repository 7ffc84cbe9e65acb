"""A row that is too large to be handled is rejected with what fits of it, and
its neighbours go in."""
import pytest

from lib.rows import assert_rows
from lib.sqlite import SqliteFile

REJECTS, HALTED = 4, 6
MIB = 1 << 20
# 64 MiB is the most of a value, 120 MiB of a row.
VALUE, PART = 65 * MIB, 31 * MIB
COLUMNS = "id, a, b, c, d"


class Postgres:
    def __init__(self, site, database):
        self.database = database
        self.connection = {"name": "from", "driver": "postgres",
                           "dsn": database.dsn()}
        database.script(
            "CREATE TABLE things (id int PRIMARY KEY, a text, b text, c text, "
            "d text); INSERT INTO things (id, a) SELECT n, 'thing ' || n "
            "FROM generate_series(1, 9) n;"
            f"UPDATE things SET b = repeat('x', {VALUE}) WHERE id = 5;"
            f"UPDATE things SET (a, b, c, d) = (SELECT r, r, r, r "
            f"FROM repeat('y', {PART}) r) WHERE id = 7")

    def rows(self, sql):
        return self.database.rows(sql)

    def change(self, sql):
        self.database.script(sql)


class Sqlite:
    def __init__(self, site, database):
        self.file = SqliteFile(site.dir / "source.db")
        self.connection = {"name": "from", "driver": "sqlite",
                           "path": "source.db"}
        self.file.script("CREATE TABLE things (id INTEGER PRIMARY KEY, "
                         "a TEXT, b TEXT, c TEXT, d TEXT)")
        self.file.change("INSERT INTO things (id, a) VALUES (?, ?)",
                         [(n, f"thing {n}") for n in range(1, 10)])
        self.file.change("UPDATE things SET b = ? WHERE id = 5",
                         [("x" * VALUE,)])
        part = "y" * PART
        self.file.change("UPDATE things SET a = ?, b = ?, c = ?, d = ? "
                         "WHERE id = 7", [(part,) * 4])

    def rows(self, sql):
        return self.file.rows(sql)

    def change(self, sql):
        self.file.script(sql)


@pytest.mark.parametrize("driver", [Postgres, Sqlite])
def test_neighbours_of_a_large_row_go_in(site, database, driver):
    source = driver(site, database)
    target = SqliteFile(site.dir / "target.db")
    site.write(
        [source.connection,
         {"name": "to", "driver": "sqlite", "path": "target.db"}],
        [{"name": "things", "key": ["id"],
          "source": {"connection": "from", "table": "things"},
          "target": {"connection": "to", "table": "things", "create": True},
          "limits": {"max_reject_percent": 50},
          "guards": {"max_delete_percent": 50}}])
    site.run(expect=REJECTS).books().assert_is(
        read=9, inserted=7, rejected=2)
    small = source.rows(f"SELECT {COLUMNS} FROM things "
                        "WHERE id NOT IN (5, 7)")
    assert_rows(target.rows(f"SELECT {COLUMNS} FROM things"), small)

    found = {r["code"]: r for r in
             site.verb("failed", "list", "-o", "json").json()}
    assert sorted(found) == ["row_too_large", "value_too_large"]
    assert found["value_too_large"]["field"] == "b"
    assert str(VALUE) in found["value_too_large"]["message"]
    shown = site.verb("failed", "show", found["value_too_large"]["id"]).out
    assert "thing 5" in shown and "xxx" in shown and len(shown) < 8000

    # What is left of it is not tried again in its place.
    site.verb("failed", "retry").assert_says("not stored whole.* 2\\.")
    assert_rows(target.rows(f"SELECT {COLUMNS} FROM things"), small)

    # Whose row it is nobody knows: nothing is deleted while it is there.
    source.change("DELETE FROM things WHERE id = 1")
    site.run(expect=HALTED)
    source.change("UPDATE things SET a = 'a', b = 'b', c = NULL, d = NULL "
                  "WHERE id IN (5, 7)")
    site.run().books().assert_is(read=8, inserted=2, unchanged=6, deleted=1)


def write(site, **entity):
    site.write(
        [{"name": n, "driver": "sqlite", "path": f"{n}.db"}
         for n in ("source", "target")],
        [{"name": "things", "key": ["id"],
          "source": {"connection": "source", "table": "things"},
          "target": {"connection": "target", "table": "things",
                     "create": True}, **entity}],
        limits={"ack_timeout": "60s"})


def test_a_row_that_no_reject_can_hold(site):
    """Each of its values can be handled, and one is refused: that is said, and
    its neighbours go in."""
    source = SqliteFile(site.dir / "source.db")
    target = SqliteFile(site.dir / "target.db")
    source.script("CREATE TABLE things (id INTEGER PRIMARY KEY, size TEXT, "
                  "a TEXT, b TEXT)")
    source.change("INSERT INTO things VALUES (?, ?, ?, ?)", [
        (1, "1", "a", "b"), (2, "many", "a" * 40 * MIB, "b" * 40 * MIB),
        (3, "3", "a", "b")])
    write(site, limits={"max_reject_percent": 50}, fields=[
        {"to": "id", "from": "id"},
        {"to": "size", "from": "size", "type": "int"},
        {"to": "a", "from": "a"}, {"to": "b", "from": "b"}])
    site.run(expect=REJECTS).books().assert_is(read=3, inserted=2, rejected=1)
    assert_rows(target.rows("SELECT id, size FROM things"), [(1, 1), (3, 3)])
    [reject] = site.verb("failed", "list", "-o", "json").json()
    assert reject["field"] == "size"
    site.verb("failed", "show", reject["id"])
    site.verb("failed", "retry").assert_says("not stored whole.* 1\\.")
    source.change("UPDATE things SET size = '2' WHERE id = 2")
    site.run().books().assert_is(read=3, inserted=1, unchanged=2)


def large_texts(site, texts, **entity):
    """From SQLite to SQLite: a row for each of them."""
    source = SqliteFile(site.dir / "source.db")
    source.script("CREATE TABLE things (id INTEGER PRIMARY KEY, a TEXT, "
                  "b TEXT, c TEXT, d TEXT, e TEXT, f TEXT)")
    for number, row in enumerate(texts):
        source.change("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)",
                      [(number, *row, *[None] * (6 - len(row)))])
    write(site, **entity)


def test_large_rows_do_not_share_a_batch(site):
    large_texts(site, [("a",), ("b" * 60 * MIB,), ("c" * 50 * MIB,) * 2,
                       ("d" * 30 * MIB,) * 3, ("e",)],
                batch_bytes="64MiB")
    site.run().books().assert_is(read=5, inserted=5)
    sizes = SqliteFile(site.dir / "target.db").rows(
        "SELECT id, length(a) + coalesce(length(b), 0) + "
        "coalesce(length(c), 0) FROM things")
    assert_rows(sizes, [(0, 1), (1, 60 * MIB), (2, 100 * MIB), (3, 90 * MIB),
                        (4, 1)])


def test_a_row_that_grows_within_bounds(site):
    """What is trimmed goes on beside what it was."""
    large_texts(site, [("a",), (" " + "b" * 37 * MIB,) * 3, ("c",)],
                normalize="clean")
    site.run().books().assert_is(read=3, inserted=3)


def test_a_mapping_that_makes_too_much_of_a_row_says_so(site):
    large_texts(site, [("a",), ("b" * 60 * MIB,), ("c",)], fields=[
        {"to": "id", "from": "id"},
        *({"to": to, "from": "a"} for to in "abcdef")])
    entry, = site.run(expect=2).json()
    assert entry["error_code"] == "batch_too_large"
    assert "2 rows of chunk 0, from row 0 on" in entry["error"]
