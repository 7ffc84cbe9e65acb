"""A heap's end is a chunk of its own: what changed last stands there, so that a
night with something to compare with reads it right after its first rows."""
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
    assert chunks_read(first) == [0, 1, 2]
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
    assert chunks_read(second) == [0, 2, 1]
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
    assert chunks_read(result) == [0, 2, 1]
    result.books().assert_is(
        read=ROWS + 4000, unchanged=ROWS, rejected=4000)
    assert_rows(heap.rows("target"), heap.rows("source", f"id <= {ROWS}"))


def test_a_mapping_that_fits_no_row_is_found_out_at_once(heap):
    """The beginning goes before the newest rows."""
    heap.write(limits={"max_reject_percent": 5}, batch_rows=1000)
    heap.run()
    heap.database.script("TRUNCATE source; INSERT INTO source SELECT n, "
                         "'many', '' FROM generate_series(1, "
                         f"{ROWS}) n; ANALYZE source")
    result = heap.run(expect=HALTED)
    assert "chunks=3" in result.err
    entry, = result.json()
    assert entry["error_code"] == "max_reject_percent"
    assert "1000 of 1000" in entry["error"]
    assert entry["rejected"] < ROWS / 4
