"""A bad row never holds back its neighbours, is never lost, and never costs
the target the row it had."""
import pytest

from lib import ends, orders
from lib.rows import assert_rows
from lib.small import Small

REJECTS, HALTED = 4, 6
ID_TEXT = "CREATE TABLE things (id INTEGER, name TEXT, size TEXT);"


@pytest.fixture
def small(site):
    return Small(site)


def rejects(site, *words):
    return site.verb("failed", "list", *words, "-o", "json").json()


def show(site, number):
    """The stored row: column to text."""
    shown = site.verb("failed", "show", number, "-o", "json").json()
    return {v["column"]: v["value"] for v in shown["row"]}


def key_of(small, number):
    return next(row for row in small.expected() if row[0] == number)


# --- in every stage

def test_values_that_do_not_convert(small):
    """One bad row per kind, all in one batch with good ones."""
    small.source.script("""
        ALTER TABLE things ADD due TEXT; ALTER TABLE things ADD flag TEXT;
        UPDATE things SET size = 'huge' WHERE id = 10;
        UPDATE things SET due = '2025-02-31' WHERE id = 20;
        UPDATE things SET flag = 'perhaps' WHERE id = 30;
        UPDATE things SET name = NULL WHERE id = 40;
        UPDATE things SET size = '-1' WHERE id = 50;
        UPDATE things SET size = '99999999999999999999' WHERE id = 60;
        UPDATE things SET name = CAST(x'ff41' AS TEXT) WHERE id = 70;
        UPDATE things SET name = 'much too long' WHERE id = 80;""")
    small.write(fields=[
        {"to": "id", "from": "id"},
        {"to": "name", "from": "name", "required": True, "max_length": 12},
        {"to": "size", "from": "size", "type": "int", "min": 0},
        {"to": "due", "from": "due", "type": "date"},
        {"to": "flag", "from": "flag", "type": "bool"}])
    small.run(expect=REJECTS).books().assert_is(
        read=200, inserted=192, rejected=8)
    codes = {int(r["key"].strip("[](){}").split("=")[-1]) if r["key"] else
             int(show(small.site, r["id"])["id"]): (r["field"], r["code"])
             for r in rejects(small.site)}
    assert codes == {
        10: ("size", "bad_number"), 20: ("due", "bad_datetime"),
        30: ("flag", "bad_bool"), 40: ("name", "missing_required"),
        50: ("size", "check_failed"), 60: ("size", "out_of_range"),
        70: ("name", "bad_text"), 80: ("name", "too_long")}
    assert_rows(small.target.rows("SELECT id FROM things"),
                [(n,) for n in range(1, 201) if n not in codes])
    assert {r["stage"] for r in rejects(small.site)} == {"normalize"}


def test_null_key_and_duplicate_key(site):
    small = Small(site)
    small.source.script("DROP TABLE things;" + ID_TEXT)
    small.source.change("INSERT INTO things VALUES (?, ?, ?)", [
        (None if n == 7 else 8 if n == 9 else n, f"thing {n}", str(n))
        for n in range(1, 101)])
    small.write()
    small.run(expect=REJECTS).books().assert_is(
        read=100, inserted=98, rejected=2)
    by_code = {r["code"]: r for r in rejects(site)}
    assert set(by_code) == {"null_business_key", "duplicate_business_key"}
    assert by_code["null_business_key"]["stage"] == "identity"
    assert "id" in by_code["null_business_key"]["message"]
    second = by_code["duplicate_business_key"]
    assert second["stage"] == "delta" and "8" in second["key"]
    assert show(site, second["id"]) == {
        "id": "8", "name": "thing 9", "size": "9"}
    assert_rows(small.rows(), [
        (n, f"thing {n}", n) for n in range(1, 101) if n not in (7, 9)])
    before = small.target.fingerprint(), site.state_files()
    small.run(expect=REJECTS).books().assert_is(
        read=100, unchanged=98, rejected=2)
    assert (small.target.fingerprint(), site.state_files()) == before
    assert len(rejects(site)) == 2, "the same two, not two more"


def test_what_a_sqlite_target_refuses(small):
    small.target.script(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, size INTEGER "
        "CONSTRAINT small_enough CHECK (size < 300 OR size % 7 > 0))")
    small.write()
    bad = {n for n in range(100, 201) if n * 3 % 7 == 0}
    small.run(expect=REJECTS).books().assert_is(
        read=200, inserted=200 - len(bad), rejected=len(bad))
    assert_rows(small.rows(),
                [r for r in small.expected() if r[0] not in bad])
    for reject in rejects(small.site):
        assert (reject["stage"], reject["code"]) == ("load",
                                                     "target_rejected")
        assert "small_enough" in reject["message"]
    # Not taken for delivered: the next night tries them again.
    small.run(expect=REJECTS).books().assert_is(
        read=200, unchanged=200 - len(bad), rejected=len(bad))
    small.target.script(
        "CREATE TABLE t2 (id INTEGER PRIMARY KEY, name TEXT, size INTEGER);"
        "INSERT INTO t2 SELECT * FROM things; DROP TABLE things;"
        "ALTER TABLE t2 RENAME TO things")
    small.run().books().assert_is(
        read=200, inserted=len(bad), unchanged=200 - len(bad))
    assert_rows(small.rows(), small.expected())
    assert rejects(small.site) == []


def test_what_a_postgres_target_refuses(site, database):
    source, target = ends.SqliteSource(site.dir), ends.PgTarget(database)
    database.script(
        f"ALTER TABLE {target.table} ADD CONSTRAINT light_enough "
        "CHECK (weight < 100 OR weight % 11 > 0);"
        f"CREATE UNIQUE INDEX one_heavy ON {target.table} ((weight / "
        "weight)) WHERE weight = 5000001")
    site.write([source.connection, target.connection],
               [{"name": "orders", "source": source.source,
                 "target": target.target, "key": ["order_no", "site"],
                 "normalize": "clean", "fields": orders.FIELDS,
                 "batch_rows": 100, "limits": {"max_reject_percent": 50}}])
    rows = orders.make(10, 2000)
    bad = {k for k, r in rows.items() if r["weight"] and
           int(r["weight"]) >= 100 and int(r["weight"]) % 11 == 0}
    assert bad
    source.hold(rows)
    site.run(expect=REJECTS).books().assert_is(
        read=2000, inserted=2000 - len(bad), rejected=len(bad))
    good = {k: r for k, r in rows.items() if k not in bad}
    assert_rows(target.rows(), orders.wanted(good))
    for reject in rejects(site):
        assert reject["stage"] == "load"
        assert "23514" in reject["message"] + reject["code"]
        assert "light_enough" in reject["message"]
    assert len(rejects(site)) == min(100, len(bad))

    # An update the target refuses leaves the row as it was.
    spoilt = {k: dict(r) for k, r in good.items()}
    key = next(k for k, r in good.items() if r["weight"])
    spoilt[key]["weight"] = "1100"
    source.hold(spoilt)
    site.run(expect=REJECTS).books().assert_is(
        read=len(good), unchanged=len(good) - 1, rejected=1)
    assert_rows(target.rows(), orders.wanted(good))


# --- what the target has stays

def test_known_row_that_goes_bad(small):
    """The target keeps the row as it was; when the source mends it, the next
    night delivers it and closes the reject."""
    small.write()
    small.run()
    before = small.rows()
    small.source.script("UPDATE things SET size = 'broken', name = 'new' "
                        "WHERE id = 5")
    for night in (2, 3):
        small.run(expect=REJECTS).books().assert_is(
            read=200, unchanged=199, rejected=1)
        assert_rows(small.rows(), before, f"after night {night}")
        reject, = rejects(small.site)
        assert reject["attempts"] == night - 1
    assert show(small.site, reject["id"])["size"] == "broken"
    small.source.script("UPDATE things SET size = '51' WHERE id = 5")
    small.run().books().assert_is(read=200, unchanged=199, updated=1)
    assert (5, "new", 51) in small.rows()
    assert rejects(small.site) == []
    closed, = rejects(small.site, "--closed")
    assert closed["closed"] and "deliver" in closed["closed_how"]


def test_bad_row_that_is_removed(small):
    """The source drops the bad row: it goes from the target, too, and its
    reject has nothing left to wait for."""
    small.write()
    small.run()
    small.source.script("UPDATE things SET size = 'broken' WHERE id = 5")
    small.run(expect=REJECTS)
    small.source.script("DELETE FROM things WHERE id = 5")
    small.run().books().assert_is(read=199, unchanged=199, deleted=1)
    assert_rows(small.rows(), small.expected())


# --- what people do about it

def spoil(small, *ids):
    small.source.script("".join(
        f"UPDATE things SET size = '{n} kg' WHERE id = {n};" for n in ids))
    small.write()
    small.run(expect=REJECTS)
    return {show(small.site, r["id"])["id"]: r["id"]
            for r in rejects(small.site)}


def test_retry_under_a_mended_mapping(small):
    numbers = spoil(small, 5, 6)
    still = small.site.verb("failed", "retry", "-o", "json", expect=REJECTS)
    assert still.out
    assert {r["attempts"] for r in rejects(small.site)} == {2}

    small.write(fields=[
        {"to": "id", "from": "id"}, {"to": "name", "from": "name"},
        {"to": "size", "type": "int",
         "expr": "CAST(replace(size, ' kg', '') AS INTEGER)"}])
    small.site.verb("failed", "retry", numbers["5"])
    assert (5, "thing 5", 5) in small.rows()
    assert [r["id"] for r in rejects(small.site)] == [numbers["6"]]
    small.site.verb("failed", "retry")
    assert rejects(small.site) == []
    assert_rows(small.rows(), [
        (n, f"thing {n}", n if n in (5, 6) else n * 3)
        for n in range(1, 201)])
    small.run().books().assert_is(read=200, unchanged=200)


def test_a_row_that_was_mended_is_settled_by_a_rowversion_night(small):
    """Else the watermark stays before it for ever."""
    small.source.script("ALTER TABLE things ADD rv INTEGER;"
                        "UPDATE things SET rv = id")
    small.write(rowversion="rv", sweep="never", overlap=0,
                limits={"max_reject_percent": 100})
    small.run()
    small.source.script(
        "UPDATE things SET size = 'bad', rv = 300 WHERE id = 5;"
        "UPDATE things SET size = 'bad', rv = 301 WHERE id = 6;"
        "UPDATE things SET name = 'new', rv = 302 WHERE id = 7")
    small.run(expect=REJECTS).books().assert_is(
        read=4, updated=1, unchanged=1, rejected=2)
    small.source.script("UPDATE things SET size = 55, rv = 303 WHERE id = 5")
    small.run(expect=REJECTS).books().assert_is(
        read=3, updated=1, unchanged=1, rejected=1)
    assert [r["key"] for r in rejects(small.site)] == ["6"]
    small.source.script("UPDATE things SET size = 66, rv = 304 WHERE id = 6")
    small.run().books().assert_is(read=3, updated=1, unchanged=2)
    assert rejects(small.site) == []
    small.run().books().assert_is(read=1, unchanged=1)
    assert_rows(small.rows(), small.expected())


def key_3(small):
    return small.target.rows("SELECT name, size FROM things WHERE id = 3")


def test_rows_of_one_key_are_retried_one_after_the_other(site):
    """Two in one run would leave it to chance which one the target has."""
    small = Small(site)
    small.source.script("DROP TABLE things;" + ID_TEXT)
    small.source.change("INSERT INTO things VALUES (?, ?, ?)", [
        (max(n, 3), f"thing {n}", str(n)) for n in range(1, 101)])
    small.write()
    small.run(expect=REJECTS).books().assert_is(
        read=100, inserted=98, rejected=2)
    site.verb("failed", "retry", expect=REJECTS)
    assert key_3(small) == [("thing 2", 2)]
    [left] = rejects(site)
    assert show(site, left["id"])["name"] == "thing 3"
    assert "the next 'syncline failed retry'" in left["message"]
    site.verb("failed", "retry")
    assert key_3(small) == [("thing 3", 3)]
    assert rejects(site) == []


def test_what_is_told_late_withholds_deletes_too(site):
    """Rows by the thousand are rejected in one batch, so that load is done
    with it long before the supervisor has heard of the last one."""
    small = Small(site, 0)
    small.source.script("DROP TABLE things; CREATE TABLE things "
                        "(id TEXT, name TEXT, size TEXT);")
    small.source.change("INSERT INTO things VALUES (?, ?, ?)", [
        (str(n), f"thing {n}", str(n)) for n in range(1, 50001)])
    small.write(batch_rows=65536, limits={"max_reject_percent": 100}, fields=[
        {"to": "id", "from": "id", "type": "int"},
        {"to": "name", "from": "name"},
        {"to": "size", "from": "size", "type": "int"}])
    small.run()
    small.source.script("UPDATE things SET size = 'bad' WHERE rowid < 49995;"
                        "UPDATE things SET id = 'lost' WHERE rowid = 50000")
    small.run(expect=HALTED).books().assert_is(
        read=50000, unchanged=5, rejected=49995)
    assert small.target.value("SELECT count(*) FROM things") == 50000
    assert len(rejects(site, "-n", "50000")) == 49995


def test_retry_deletes_nothing(small):
    """A retry reads a few stored rows: the others are not gone."""
    spoil(small, 5)
    small.source.script("DELETE FROM things WHERE id = 100")
    small.site.verb("failed", "retry", expect=REJECTS)
    assert small.target.value("SELECT count(*) FROM things") == 199


def test_drop(small):
    numbers = spoil(small, 5, 6)
    small.site.verb("failed", "drop", numbers["5"], expect=2).assert_says(
        "--yes")
    small.site.verb("failed", "drop", numbers["5"], "--yes")
    assert [r["id"] for r in rejects(small.site)] == [numbers["6"]]
    small.site.verb("failed", "drop", numbers["5"], "--yes", expect=2)
    # The source sends it again: it is a reject again.
    small.run(expect=REJECTS).books().assert_is(
        read=200, unchanged=198, rejected=2)
    assert len(rejects(small.site)) == 2


def test_filters(small):
    small.source.script("UPDATE things SET name = NULL WHERE id = 9")
    small.write(fields=[
        {"to": "id", "from": "id"},
        {"to": "name", "from": "name", "required": True},
        {"to": "size", "from": "size", "type": "int"}])
    small.source.script("UPDATE things SET size = 'x' WHERE id IN (5, 6)")
    small.run(expect=REJECTS)
    assert len(rejects(small.site)) == 3
    assert len(rejects(small.site, "--code", "bad_number")) == 2
    assert len(rejects(small.site, "--field", "name")) == 1
    assert len(rejects(small.site, "--entity", "things", "-n", "1")) == 1
    assert rejects(small.site, "--run", "99") == []
    # What a filter leaves out is not said to be nowhere.
    for words in ("list", "--run", "99"), ("retry", "--code", "bad_nubmer"):
        small.site.verb("failed", *words).assert_says(
            "no rejected rows", "these options", "without them there are 3")
    nothing = small.site.verb("failed", "retry", "--run", "99", "-o", "json")
    assert nothing.json() == []


@pytest.mark.parametrize("words, idle", [
    ("drop 1 --yes --code no_such", "--code"),
    ("drop 1 --yes --entity things", "--entity"),
    ("retry 1 --entity things", "not both"),
    ("retry 1 --limit 1", "not both"),
    ("retry --closed", "--closed"), ("retry 1 --yes", "--yes"),
    ("show 1 --run 2", "--run"), ("list --yes", "--yes")])
def test_options_that_would_be_ignored(small, words, idle):
    small.write()
    small.source.script("UPDATE things SET size = 'x' WHERE id = 5")
    small.run(expect=REJECTS)
    small.site.verb("failed", *words.split(), expect=2).assert_says(idle)
    assert len(rejects(small.site)) == 1


@pytest.mark.parametrize("field", [
    {"expr": "id + 1"}, {"from": "id", "check": "name <> 'hush-4711'"}])
def test_secret_columns_that_no_field_makes_are_masked(small, field):
    """An expression has every column of the source read and kept."""
    small.source.script("UPDATE things SET size = 'x', name = 'hush-4711' "
                        "WHERE id = 5")
    small.write(secret_fields=["name"], fields=[
        {"to": "id", "from": "id"}, {"to": "next", **field, "type": "int"},
        {"to": "size", "from": "size", "type": "int"}])
    small.run(expect=REJECTS)
    row = show(small.site, rejects(small.site)[0]["id"])
    assert row["name"] == "***" and row["size"] == "x"


@pytest.mark.parametrize("secret", ["size", "name"])
def test_secret_fields_are_masked(small, secret):
    small.source.script("UPDATE things SET size = 'hush-4711', "
                        "name = 'hush-4711' WHERE id = 5")
    small.write(secret_fields=[secret])
    small.run(expect=REJECTS)
    reject, = rejects(small.site)
    row = show(small.site, reject["id"])
    assert "hush" not in row[secret]
    assert "hush-4711" in row[{"size": "name", "name": "size"}[secret]]
    if secret == "size":
        said = [small.site.verb("failed", "list").out, reject["message"],
                small.site.verb("run", "--verbose", expect=REJECTS).err]
        assert not [text for text in said if "hush" in text]
