"""CSV files as the world makes them."""
import pytest

from lib.sqlite import SqliteFile

CSV = {"name": "from", "driver": "csv", "path": "."}


def write(site, data, to):
    (site.dir / "x.csv").write_bytes(data)
    site.write([CSV, to], [{
        "name": "x", "key": ["id"],
        "source": {"connection": "from", "file": "x.csv"},
        "target": {"connection": "to", "table": "x", "create": True}}])


def test_lines_that_end_in_cr_alone(site):
    """Else the whole file is one header, and a night of no rows."""
    write(site, b"id,a\r1,x\r2,y\r",
          {"name": "to", "driver": "sqlite", "path": "target.db"})
    for verb in ("check", "run"):
        site.verb(verb, expect=2).assert_says("x.csv", "CR alone", "convert")


def test_another_delimiter(site):
    """What the columns are says it best."""
    write(site, b"id;a\n1;x\n",
          {"name": "to", "driver": "sqlite", "path": "target.db"})
    site.verb("check", expect=2).assert_says('"id" is not mapped', "id;a")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_as_many_columns_as_a_table_may_have(site, database, engine):
    count = 1500
    names = ["id"] + [f"c{n}" for n in range(1, count)]
    rows = [[str(n * row) for n in range(1, count + 1)] for row in range(1, 4)]
    to = {"name": "to", "driver": "sqlite", "path": "target.db"}
    if engine == "postgres":
        to = {"name": "to", "driver": "postgres", "dsn": database.dsn()}
    text = "\n".join(",".join(line) for line in [names, *rows])
    write(site, text.encode(), to)
    site.run().books().assert_is(read=3, inserted=3)
    rows[1][700] = "new"
    text = "\n".join(",".join(line) for line in [names, *rows])
    write(site, text.encode(), to)
    site.run().books().assert_is(read=3, updated=1, unchanged=2)
    end = database if engine == "postgres" else \
        SqliteFile(site.dir / "target.db")
    assert end.rows("SELECT * FROM x ORDER BY CAST(id AS integer)") == \
        [tuple(row) for row in rows]
