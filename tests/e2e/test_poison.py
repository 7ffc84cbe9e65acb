"""A row that a stage dies of, every time: it becomes a reject, its neighbours
go in, and the books balance."""
import pathlib
import subprocess
import time

import pytest

from lib import ends
from lib.rows import assert_rows
from lib.small import Small

ROWS = 3000
MARK = "the bytes that kill"
QUICK = {"restart": "10ms", "restart_max": "20ms"}
FIELDS = [{"to": "id", "from": "id"},
          {"to": "name", "expr": "name || ''", "type": "text"},
          {"to": "size", "from": "size", "type": "int"}]


@pytest.fixture(scope="module")
def poison(tmp_path_factory):
    """The environment in which a program dies of MARK."""
    library = tmp_path_factory.mktemp("poison") / "poison.so"
    source = pathlib.Path(__file__).parent / "lib" / "poison.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library),
                    str(source), "-ldl"], check=True)
    return lambda stage: {"LD_PRELOAD": str(library), "POISON_MARK": MARK,
                          "POISON_STAGE": f"syncline-{stage}"}


class Bad(Small):
    """Things, some of which carry the mark."""

    def __init__(self, site, bad, **others):
        super().__init__(site, ROWS)
        self.bad = bad
        for row in bad:
            self.source.change(f"UPDATE things SET name = '{MARK} {row}' "
                               f"WHERE id = {row}")
        others = {"fields": FIELDS, "batch_rows": 512, **others}
        self.settings = others.pop("others", {"limits": QUICK})
        self.write(others=self.settings, **others)

    def good(self):
        return [row for row in self.expected() if row[0] not in self.bad]


def assert_books(result, rejected):
    """What was sent once and is sent again may count as an update."""
    books = result.books()
    assert (books.read, books.rejected) == (ROWS, rejected)
    assert books.inserted + books.updated == ROWS - rejected


def rejects(site):
    return site.verb("failed", "list", "-o", "json").json()


@pytest.mark.parametrize("stage", ["normalize", "identity", "delta", "load"])
def test_the_row_is_found(site, poison, stage):
    small = Bad(site, [1234])
    result = small.run(env=poison(stage), expect=4)
    assert_books(result, 1)
    assert_rows(small.rows(), small.good())
    assert site.runs()[0]["state"] == "completed_with_rejects"
    [reject] = rejects(site)
    assert reject["code"] == "poison"
    assert f"syncline-{stage} was killed by signal 6" in reject["message"]
    shown = site.verb("failed", "show", reject["id"]).out
    assert f"{MARK} 1234" in shown
    # It is mended in the source, or in the stage: then it goes in.
    books = site.run().books()
    assert (books.inserted + books.updated, books.unchanged) == (1, ROWS - 1)
    assert_rows(small.rows(), small.expected())


def test_several_rows_in_several_chunks_and_parts(site, poison, database):
    """PostgreSQL, where load has many batches in one transaction, with two
    of every worker."""
    bad = {7, 700, 701, 2999}
    source = f"""
        CREATE TABLE things (id int PRIMARY KEY, name text, size int);
        INSERT INTO things SELECT n, CASE WHEN n IN (7, 700, 701, 2999)
            THEN '{MARK} ' ELSE 'thing ' END || n, n * 3
            FROM generate_series(1, {ROWS}) n;
        CREATE TABLE copies (LIKE things INCLUDING ALL);
        ANALYZE things"""
    database.script(source)
    site.write(
        [{"name": n, "driver": "postgres", "dsn": database.dsn()}
         for n in ("from", "to")],
        [{"name": "things", "key": ["id"], "batch_rows": 200,
          "source": {"connection": "from", "table": "things",
                     "chunk_rows": 1000},
          "target": {"connection": "to", "table": "copies"}}],
        limits=QUICK, state={"partitions": 4},
        workers={"normalize": 2, "identity": 2, "delta": 2, "load": 2})
    assert_books(site.run(env=poison("load"), expect=4), len(bad))
    copied = {row[0] for row in database.rows("SELECT id FROM copies")}
    assert copied == set(range(1, ROWS + 1)) - bad
    assert {r["code"] for r in rejects(site)} == {"poison"}


def test_a_known_row_is_not_taken_for_a_deleted_one(site, poison):
    """It is in the target since last night. Its key is not known to who holds
    it back, so that nothing is deleted tonight."""
    small = Bad(site, [1234])
    small.run()
    small.source.change("DELETE FROM things WHERE id = 5")
    small.source.change("UPDATE things SET size = '1' WHERE id = 6")
    result = small.run(env=poison("normalize"), expect=6)
    result.books().assert_is(read=ROWS - 1, updated=1, rejected=1,
                             unchanged=ROWS - 3)
    assert len(small.rows()) == ROWS


def test_delta_s_row_is_known_by_its_key(site, poison):
    """Delta's death ends a run, and the next one reads another source: rows
    come in front of it, and what is missing is deleted all the same, but for
    the row that is held back."""
    small = Bad(site, [])
    small.run()
    small.source.change(f"UPDATE things SET name = '{MARK}' WHERE id = 2000")
    small.source.change("DELETE FROM things WHERE id = 5")
    process = site.start("run", "-o", "json", "-c", site.file,
                         env=poison("delta"))
    first = ROWS + 1
    while process.poll() is None:
        small.source.change("INSERT INTO things VALUES (?, 'late', '1')",
                            [(-first,)])
        first += 1
        time.sleep(0.02)
    result = site.finish(process)
    assert result.code == 4, result
    [reject] = rejects(site)
    assert reject["code"] == "poison"
    assert "syncline-delta was killed by signal 6" in reject["message"]
    kept = {row[0] for row in small.rows()}
    assert 2000 in kept and 5 not in kept
    site.run()
    assert_rows(small.rows(), small.expected())


def test_several_rows_that_delta_dies_of(site, poison):
    """More than there are tries, some side by side."""
    bad = {7, 8, 700, 701, 1500, 2999}
    small = Bad(site, bad)
    result = small.run(env=poison("delta"), expect=4)
    assert_books(result, len(bad))
    assert_rows(small.rows(), small.good())
    assert {r["code"] for r in rejects(site)} == {"poison"}


GROWS = {"to": "name", "type": "text", "expr": " || ".join(6 * ["name"])}


def big_value(small, mib):
    small.source.change("UPDATE things SET name = replace(hex(zeroblob("
                        f"{mib << 19})), '00', 'xy') WHERE id = 77")


def test_a_row_that_takes_too_much_memory(site):
    """Normalize makes 12 MiB of a value of 2, and is not allowed to."""
    small = Small(site)
    big_value(small, 2)
    small.write(others={"limits": {**QUICK, "memory": "64MiB"}},
                fields=[FIELDS[0], GROWS, FIELDS[2]])
    books = site.run(expect=4).books()
    assert (books.read, books.rejected) == (200, 1)
    assert {row[0] for row in small.rows()} == set(range(1, 201)) - {77}
    [reject] = rejects(site)
    assert "normalize" in reject["message"]
    assert "out of memory" in reject["message"]
    assert "64 MiB that limits.memory allows" in reject["message"]


def test_a_source_that_takes_too_much_memory_says_so(site):
    small = Small(site)
    big_value(small, 24)
    small.write(others={"limits": {**QUICK, "memory": "64MiB", "tries": 2}})
    error = site.run(expect=1).json()[0]["error"]
    assert "syncline-extract was killed by signal 6" in error
    assert "64 MiB that limits.memory allows" in error
    small.write()
    site.run().books().assert_is(read=200, inserted=200)


def test_too_many_such_rows_are_the_stage_s_fault(site, poison):
    small = Bad(site, [100, 200],
                others={"limits": {**QUICK, "poison_rows": 1}})
    result = small.run(env=poison("load"), expect=1)
    assert "limits.poison_rows" in result.json()[0]["error"]
    assert site.runs()[0]["state"] == "failed"
    assert small.run().books().read == ROWS
    assert_rows(small.rows(), small.expected())
