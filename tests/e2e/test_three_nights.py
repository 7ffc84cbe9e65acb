"""Three nights, the main job: load all, apply exactly the day's edits, write
nothing. From every kind of source, into every kind of target."""
import pytest

from lib import ends, orders
from lib.rows import assert_rows

ROWS = 3000


def pg_to_pg(site, database):
    return ends.PgSource(database), ends.PgTarget(database)


def csv_to_pg(suffix):
    def make(site, database):
        return ends.CsvSource(site.dir, suffix), ends.PgTarget(database)
    return make


def sqlite_to_sqlite(site, database):
    return ends.SqliteSource(site.dir), ends.SqliteTarget(site.dir)


def pg_to_sqlite(site, database):
    return ends.PgSource(database), ends.SqliteTarget(site.dir)


def sqlite_to_pg(site, database):
    return ends.SqliteSource(site.dir), ends.PgTarget(database)


WAYS = {
    "pg-pg": pg_to_pg,
    "csv-pg": csv_to_pg(""),
    "csv.gz-pg": csv_to_pg(".gz"),
    "csv.zst-pg": csv_to_pg(".zst"),
    "sqlite-sqlite": sqlite_to_sqlite,
    "pg-sqlite": pg_to_sqlite,
    "sqlite-pg": sqlite_to_pg,
}
WORKERS = {"extract": 2, "normalize": 2, "identity": 2, "delta": 2, "load": 2}


@pytest.mark.parametrize("workers", ["one of each", "two of each"])
@pytest.mark.parametrize("way", WAYS)
def test_three_nights(site, database, way, workers):
    source, target = WAYS[way](site, database)
    several = workers == "two of each"
    site.write(
        [source.connection, target.connection],
        [{"name": "orders", "source": source.source, "target": target.target,
          "key": ["order_no", "site"], "normalize": "clean",
          "batch_rows": 500, "fields": orders.FIELDS,
          "track": {"run": "run"}}],
        **({"workers": WORKERS, "state": {"partitions": 4}}
           if several else {}))
    rows = orders.make(1, ROWS)
    day = orders.Day(rows, 2)

    source.hold(rows)
    books = site.run().books("orders")
    books.assert_is(read=ROWS, inserted=ROWS)
    assert_rows(target.rows(), orders.wanted(rows), "after night one")
    first, = target.runs()

    source.hold(day.after)
    books = site.run(expect=4).books("orders")
    books.assert_is(**day.books)
    assert_rows(target.rows(), day.wanted(), "after night two")
    written = target.runs()
    second, = set(written) - {first}
    assert written[second] == day.books["inserted"] + day.books["updated"]

    before = target.fingerprint(), site.state_files()
    books = site.run(expect=4).books("orders")
    books.assert_is(read=len(day.after), unchanged=len(day.after) - 1,
                    rejected=1)
    assert (target.fingerprint(), site.state_files()) == before
    assert_rows(target.rows(), day.wanted(), "after night three")
