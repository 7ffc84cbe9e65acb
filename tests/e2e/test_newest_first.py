"""A heap's end is a chunk of its own: what changed last stands there, so that a
night with something to compare with begins with it."""
import re

import pytest

from lib.rows import assert_rows

HALTED, REJECTS = 6, 4
ROWS = 120000


def chunks_read(result):
    """In the order in which they were."""
    return [int(n) for n in
            re.findall(r'msg="chunk read" chunk=(\d+)', result.err)]


class Heap:
    def __init__(self, site, database):
        self.site, self.database = site, database
        database.script(
            "CREATE TABLE source (id int PRIMARY KEY, size text, name text);"
            "CREATE TABLE target (id int PRIMARY KEY, size int, name text);"
            "INSERT INTO source SELECT n, n, 'thing ' || n "
            f"FROM generate_series(1, {ROWS}) n; ANALYZE source")

    def write(self, **entity):
        self.site.write(
            [{"name": "pg", "driver": "postgres",
              "dsn": self.database.dsn()}],
            [{"name": "things", "key": ["id"],
              "source": {"connection": "pg", "table": "source"},
              "target": {"connection": "pg", "table": "target"},
              **entity}])

    def run(self, **options):
        return self.site.verb("run", "-v", "-o", "json", **options)

    def rows(self, table, where="true"):
        return self.database.rows(
            f"SELECT id, size::int, name FROM {table} WHERE {where}")


@pytest.fixture
def heap(site, database):
    return Heap(site, database)


def test_the_end_comes_first(heap):
    """Once there is a state; and nothing is missed, seen twice or deleted."""
    heap.write()
    first = heap.run()
    first.books().assert_is(read=ROWS, inserted=ROWS)
    assert chunks_read(first) == [0, 1]
    heap.database.script(
        "UPDATE source SET size = '7' WHERE id % 50 = 3;"
        "DELETE FROM source WHERE id % 200 = 5;"
        "INSERT INTO source SELECT n, n, 'new' "
        f"FROM generate_series({ROWS + 1}, {ROWS + 500}) n")
    second = heap.run()
    second.books().assert_is(
        read=ROWS + 500 - ROWS // 200, inserted=500, updated=ROWS // 50,
        deleted=ROWS // 200,
        unchanged=ROWS - ROWS // 200 - ROWS // 50)
    assert chunks_read(second) == [1, 0]
    assert_rows(heap.rows("target"), heap.rows("source"))
    heap.run().books().assert_is(
        read=ROWS + 500 - ROWS // 200, unchanged=ROWS + 500 - ROWS // 200)


def refuse_newest(heap, rows):
    heap.database.script(
        "INSERT INTO source SELECT n, 'many', 'new' "
        f"FROM generate_series({ROWS + 1}, {ROWS + rows}) n; "
        "ANALYZE source")


def test_its_rejects_are_no_sample_of_the_rest(heap):
    """More of what is read first are refused than limits allow, of the whole
    fewer: the night is good."""
    heap.write(limits={"max_reject_percent": 5})
    heap.run()
    refuse_newest(heap, 4000)
    result = heap.run(expect=REJECTS)
    assert chunks_read(result) == [1, 0]
    result.books().assert_is(
        read=ROWS + 4000, unchanged=ROWS, rejected=4000)
    assert_rows(heap.rows("target"), heap.rows("source", f"id <= {ROWS}"))


def test_the_rest_is_judged_as_it_comes(heap):
    """Rows that were fine are refused, too: it ends where that shows."""
    heap.write(limits={"max_reject_percent": 5}, batch_rows=1000)
    heap.run()
    heap.database.script(
        "TRUNCATE source; INSERT INTO source SELECT n, "
        "CASE WHEN n < 20000 THEN 'many' ELSE n::text END, 'thing ' || n "
        f"FROM generate_series(1, {ROWS}) n")
    refuse_newest(heap, 4000)
    result = heap.run(expect=HALTED)
    assert "chunks=2" in result.err
    entry, = result.json()
    assert entry["error_code"] == "max_reject_percent"
    # All of the first, and of the rest what it takes to see it.
    assert 4000 + 1000 <= entry["rejected"] <= 4000 + 2000
