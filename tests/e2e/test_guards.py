"""A night must never destroy a target because a source misbehaved (P3)."""
import pytest

from lib import ends, orders
from lib.rows import assert_rows
from lib.small import Small
from lib.wait import wait_until

HALTED = 6


@pytest.fixture
def small(site):
    return Small(site)


def test_empty_source_deletes_nothing(small):
    small.write()
    small.run()
    small.source.script("DELETE FROM things")
    before = small.rows()
    result = small.site.verb("run", expect=HALTED)
    result.assert_says("things", "200", "syncline approve 2", "syncline run")
    assert_rows(small.rows(), before)
    assert small.site.runs()[0]["withheld"] == 200


def test_missing_fifth_waits_for_approval(small):
    """The inserts and updates of the night stand, the deletes wait; approved,
    they go, recomputed."""
    small.write()
    small.run()
    before = dict((row[0], row) for row in small.rows())
    small.source.script(
        "DELETE FROM things WHERE id % 5 = 0;"
        "UPDATE things SET name = 'changed' WHERE id = 1;"
        "INSERT INTO things VALUES (1000, 'new', '7')")
    books = small.run(expect=HALTED).books()
    books.assert_is(read=161, inserted=1, updated=1, unchanged=159)
    before[1] = (1, "changed", 3)
    before[1000] = (1000, "new", 7)
    assert_rows(small.rows(), before.values(), "with the deletes withheld")
    run = small.site.runs()[0]
    assert (run["state"], run["withheld"]) == ("halted", 40)

    result = small.run(expect=HALTED)
    result.books().assert_is(read=161, unchanged=161)
    entry, = result.json()
    assert "approve" in entry["error"] and entry["withheld_sample"]

    small.site.verb("approve", entry["run"])
    # Two came back meanwhile: only what is still missing goes.
    small.source.script("INSERT INTO things VALUES (5, 'thing 5', '15'), "
                        "(10, 'thing 10', '30')")
    small.run().books().assert_is(read=163, unchanged=163, deleted=38)
    assert_rows(small.rows(), small.expected())
    small.run().books().assert_is(read=163, unchanged=163)


def test_keys_do_not_speak_to_the_terminal(small):
    """What a source holds is shown as what it is, in talk as in tables."""
    small.write(key=["name"])
    small.source.script("UPDATE things SET name = char(27) || '[2J' "
                        "|| char(13) || id WHERE id < 50")
    small.run()
    small.source.script("DELETE FROM things WHERE id < 50")
    result = small.site.verb("run", expect=HALTED)
    result.assert_says("for example the keys", r"\\x1b\[2J\\r1")
    assert not set(result.err) & {"\x1b", "\r"}


def test_giving_up_is_for_what_is_withheld_last(small):
    """An older run has nothing to give up, and the approval of a newer one is
    not its own."""
    small.write()
    small.run()
    small.source.script("DELETE FROM things WHERE id % 5 = 0")
    small.run(expect=HALTED)
    small.run(expect=HALTED)
    small.site.verb("approve", 3)
    small.site.verb("cancel", 2, expect=2).assert_says("run 2", "by run 3")
    small.run().books().assert_is(read=160, unchanged=160, deleted=40)
    small.site.verb("cancel", 3, expect=2).assert_says("run 3", "by run 4")


@pytest.mark.parametrize("secret", [[], ["id"]])
def test_withheld_keys_are_shown_on_one_line(small, secret):
    """… but not those that nobody is to see."""
    small.write(secret_fields=secret)
    small.run()
    small.source.script("DELETE FROM things WHERE id > 140")
    said = small.site.verb("run", expect=HALTED)
    shown = ["for example the keys", r"\*\*\*"] if secret else [
        "for example the keys", r"id=\d+; id=\d+"]
    said.assert_says(*shown)
    assert not [m for m in said.messages() if m.startswith("id=")]
    entry, = small.run(expect=HALTED).json()
    assert ("id=1" in entry["withheld_sample"]) is not bool(secret)


def test_approval_covers_no_more_than_was_approved(small):
    small.write()
    small.run()
    small.source.script("DELETE FROM things WHERE id % 5 = 0")
    run, = small.run(expect=HALTED).json()
    small.site.verb("approve", run["run"])
    small.source.script("DELETE FROM things WHERE id % 5 = 1")
    before = small.rows()
    small.run(expect=HALTED)
    assert_rows(small.rows(), before)


def test_row_whose_key_is_unreadable_stops_deletes(small):
    """It is in the source, and nobody can say that it is not the very row
    that seems to be gone. A NULL is no known row's key and stops nothing."""
    small.write()
    small.run()
    small.source.script(
        "CREATE TABLE loose AS SELECT CAST(id AS TEXT) AS id, name, size "
        "FROM things; DROP TABLE things; ALTER TABLE loose RENAME TO things;"
        "UPDATE things SET id = 'seven' WHERE id = '7';"
        "UPDATE things SET name = 'changed' WHERE id = '1'")
    before = dict((row[0], row) for row in small.rows())
    result = small.run(expect=HALTED)
    result.books().assert_is(read=200, updated=1, unchanged=198, rejected=1)
    entry, = result.json()
    assert "key was known" in entry["error"] and "approve" in entry["error"]
    before[1] = (1, "changed", 3)
    assert_rows(small.rows(), before.values(), "with the deletes withheld")
    small.source.script("UPDATE things SET id = NULL WHERE id = 'seven'")
    small.run(expect=4).books().assert_is(
        read=200, unchanged=199, rejected=1, deleted=1)
    del before[7]
    assert_rows(small.rows(), before.values())


def test_min_source_rows(small):
    small.write(guards={"min_source_rows": 195, "max_delete_percent": 100})
    small.run()
    small.source.script("DELETE FROM things WHERE id <= 6")
    result = small.site.verb("run", expect=HALTED)
    result.assert_says("194", "195", "min_source_rows", "approve")
    assert len(small.rows()) == 200
    small.source.script("INSERT INTO things VALUES (6, 'thing 6', '18')")
    small.run().books().assert_is(read=195, unchanged=195, deleted=5)
    assert_rows(small.rows(), small.expected())


def test_max_update_percent(small):
    small.write(guards={"max_update_percent": 10}, batch_rows=10)
    small.run()
    small.source.script("UPDATE things SET name = name || '!'")
    result = small.site.verb("run", expect=HALTED)
    result.assert_says("things", "max_update_percent")
    small.write(guards={"max_update_percent": 100})
    books = small.run().books()
    assert (books.read, books.inserted, books.deleted) == (200, 0, 0)
    assert_rows(small.rows(), small.expected())


def test_max_reject_percent(small):
    small.write(limits={"max_reject_percent": 5})
    small.run()
    small.source.script("UPDATE things SET size = 'huge' WHERE id % 10 = 0; "
                        "DELETE FROM things WHERE id = 1")
    before = small.rows()
    result = small.site.verb("run", expect=HALTED)
    result.assert_says("20", "max_reject_percent", "syncline failed list")
    assert_rows(small.rows(), before)


def test_failing_chunk_deletes_nothing(site, database):
    """The source goes away in the middle of the read: what was not read is
    not gone."""
    source, target = ends.PgSource(database, 500), ends.PgTarget(database)
    site.write([source.connection, target.connection],
               [{"name": "orders", "source": {
                   "connection": "from", "query":
                   "SELECT * FROM orders WHERE 1 / (CASE WHEN order_no = "
                   "12345 AND weight = '666' THEN 0 ELSE 1 END) = 1"},
                 "target": target.target, "key": ["order_no", "site"],
                 "normalize": "clean", "fields": orders.FIELDS}],
               limits={"tries": 1})
    rows = orders.make(7, 3000)
    source.hold(rows)
    site.run()
    key = next(k for k in rows if k[0] == "12345")
    day = dict(rows)
    day[key] = {**rows[key], "weight": "666"}
    for gone in sorted(rows)[:10]:
        del day[gone]
    source.hold(day)
    result = site.verb("run", expect=None)
    assert result.code in (2, 3), result
    result.assert_says("from", "division by zero")
    found = {row[0] for row in target.rows()}
    assert found == {int(k[0]) for k in rows}


# --- what a delete is, by policy

def delete_some(small, **policy):
    small.write(guards={"max_delete_percent": 50}, **policy)
    small.run()
    small.source.script("DELETE FROM things WHERE id <= 20")


def test_propagate(small):
    delete_some(small, deletes={"policy": "propagate"})
    small.run().books().assert_is(read=180, unchanged=180, deleted=20)
    assert_rows(small.rows(), small.expected())


def test_ignore(small):
    delete_some(small, deletes={"policy": "ignore"})
    before = small.rows()
    small.run().books().assert_is(read=180, unchanged=180)
    assert_rows(small.rows(), before)
    small.source.script("INSERT INTO things VALUES (1, 'other', '1')")
    books = small.run().books()
    assert (books.read, books.unchanged, books.rejected) == (181, 180, 0)
    assert (1, "other", 1) in small.rows()
    assert len(small.rows()) == 200


SOFT_TARGET = """
CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, size INTEGER,
    gone {type});
"""


@pytest.mark.parametrize("declared, is_mark", [
    ("BOOLEAN", lambda mark: mark == 1),
    ("TIMESTAMPTZ TEXT", lambda mark: mark is not None and mark[10] == "T"),
])
def test_soft(small, declared, is_mark):
    """A row that went is marked, stays marked, and comes back clean."""
    small.target.script(SOFT_TARGET.format(type=f'"{declared}"'))
    delete_some(small, deletes={"policy": "soft", "column": "gone"})
    small.run().books().assert_is(read=180, unchanged=180, deleted=20)
    marks = dict(small.target.rows("SELECT id, gone FROM things"))
    assert len(marks) == 200
    for key, mark in marks.items():
        assert is_mark(mark) if key <= 20 else not mark, (key, mark)

    before = small.target.fingerprint()
    small.run().books().assert_is(read=180, unchanged=180)
    assert small.target.fingerprint() == before

    small.source.script("INSERT INTO things VALUES (3, 'thing 3', '9'), "
                        "(4, 'changed', '1')")
    books = small.run().books()
    assert (books.read, books.unchanged, books.deleted) == (182, 180, 0)
    assert books.inserted + books.updated == 2
    rows = small.target.rows(
        "SELECT id, name, size, gone FROM things WHERE id IN (3, 4)")
    assert [row[:3] for row in rows] == [(3, "thing 3", 9), (4, "changed", 1)]
    assert not any(row[3] for row in rows)
    assert_rows(small.target.rows(
        "SELECT id, name, size FROM things WHERE id > 20"),
        [row for row in small.expected() if row[0] > 20])


def test_soft_in_postgres(site, database):
    source, target = ends.SqliteSource(site.dir), ends.PgTarget(database)
    database.script(f"ALTER TABLE {target.table} ADD gone timestamptz")
    site.write([source.connection, target.connection],
               [{"name": "orders", "source": source.source,
                 "target": target.target, "key": ["order_no", "site"],
                 "normalize": "clean", "fields": orders.FIELDS,
                 "deletes": {"policy": "soft", "column": "gone"}}])
    rows = orders.make(8, 500)
    source.hold(rows)
    site.run()
    key = sorted(rows)[3]
    source.hold({k: r for k, r in rows.items() if k != key})
    site.run().books().assert_is(read=499, unchanged=499, deleted=1)
    marked = database.rows(
        f"SELECT order_no, site FROM {target.table} WHERE gone IS NOT NULL")
    assert_rows(marked, [(int(key[0]), key[1])])
    source.hold(rows)
    books = site.run().books()
    assert books.inserted + books.updated == 1
    assert_rows(target.rows(), orders.wanted(rows))
    assert database.value(
        f"SELECT count(*) FROM {target.table} WHERE gone IS NOT NULL") == 0
    wait_until(lambda: not database.strangers(), "the backends have gone")
