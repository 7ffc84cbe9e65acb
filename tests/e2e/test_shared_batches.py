"""Large batches pass from stage to stage in memory that the two share; what
was handed over is known by the target it leaves."""
import pytest

from lib.sqlite import SqliteFile

ROWS = 30_000
TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT, n INTEGER);"
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
INSERT INTO t SELECT i, 'word ' || i * 7919 % 10007, i * 31 FROM n;
"""
SAYS = "batches come through shared memory"


@pytest.mark.parametrize("workers, takers", [
    # Whoever feeds two workers over one socket cannot know which one it will
    # be.
    ({}, {"normalize", "identity", "delta", "load"}),
    ({"identity": 2}, {"normalize", "delta", "load"}),
])
def test_who_takes_batches_in_shared_memory(site, workers, takers):
    SqliteFile(site.dir / "from.db").script(TABLE + FILL.format(ROWS))
    target = SqliteFile(site.dir / "to.db")
    target.script(TABLE)
    site.write(
        [{"name": "from", "driver": "sqlite", "path": "from.db"},
         {"name": "to", "driver": "sqlite", "path": "to.db"}],
        [{"name": "t", "key": ["id"],
          "source": {"connection": "from", "table": "t"},
          "target": {"connection": "to", "table": "t"}}],
        workers=workers)
    result = site.run("-v")
    result.books().assert_is(read=ROWS, inserted=ROWS)
    assert takers == {
        line.split("stage=syncline-")[1].split()[0]
        for line in result.err.splitlines() if SAYS in line}
    want = SqliteFile(site.dir / "from.db").rows("SELECT * FROM t ORDER BY 1")
    assert target.rows("SELECT * FROM t ORDER BY 1") == want
