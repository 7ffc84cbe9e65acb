"""The benchmark's code, on so few rows that its times mean nothing: that it
measures everything it promises, and notices when the work was not done."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import xml.dom.minidom

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[1] / "bench"
ROWS = 2000
STAGES = ["extract.0", "normalize.0", "identity.0", "delta.0", "load.0"]
GROUPS = {
    "postgres": {"copy_out_in", "first", "copy_out", "quiet",
                 "quiet_probed", "copy_out_usual", "usual"},
    "null": {"first", "quiet", "middle_quiet"},
    "rowversion": {"one_change"},
    "sqlite": {"insert_select", "first", "scan", "quiet", "usual"},
    "sqlite_postgres": {"first", "quiet"},
    "csv": {"copy_csv_in", "first", "quiet"},
    "first_row": {"first_visible", "first_run", "later_visible",
                  "later_run"},
    "small": {"first_create", "first", "quiet"},
    "wide": {"first", "quiet"},
    "texts": {"first", "quiet"},
    "growth": {"first", "quiet"},
}


@pytest.fixture
def modules(monkeypatch):
    """The benchmark's modules can be imported."""
    monkeypatch.syspath_prepend(str(BENCH))


@pytest.fixture
def work():
    """A folder that the server's user can reach, too."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="slbench-", dir="/tmp"))
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


def call(*words):
    return subprocess.run(
        [sys.executable, *map(str, words)], text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


def test_a_tiny_benchmark_measures_everything(bin_dir, work):
    done = call(BENCH / "bench.py", "--bin", bin_dir, "--work", work,
                "--rows", ROWS, "--other-rows", ROWS, "--repeat", 1,
                "--peers", "no", "--shapes", "tiny")
    assert done.returncode == 0, done.stderr
    report = json.loads((work / "report.json").read_text("utf-8"))
    groups = {g["name"]: g for g in report["groups"]}
    assert {n: {i["name"] for i in g["items"]}
            for n, g in groups.items()} == GROUPS
    check_nights(groups)
    assert {m["name"] for m in report["missing"]} == {
        "fdw_compare", "fdw_compare_md5", "pgcopydb", "pgloader",
        "pgloader from SQLite"}
    unmeasured = [b["what"] for b in report["bars"] if b["value"] is None]
    assert len(unmeasured) == 3, unmeasured  # two peers, and the growth
    assert (work / "report.txt").read_text("utf-8") == done.stdout
    xml.dom.minidom.parse(str(work / "chart.svg"))
    assert sorted(p.name for p in work.iterdir()) == [
        "chart.svg", "lock", "report.json", "report.txt"]
    check_readme(work)


def check_nights(groups):
    for name in ("postgres", "null", "sqlite", "csv", "sqlite_postgres"):
        for item in groups[name]["items"]:
            if item["name"] not in ("first", "quiet", "usual"):
                continue
            assert [s["worker"] for s in item["stages"]] == STAGES
            assert item["slowest_stage"] in STAGES
            assert all(s["peak_rss_kib"] > 0 for s in item["stages"])
            assert item["rows"] == ROWS + (
                6 if item["name"] == "usual" else 0)


def check_readme(work):
    """The table goes between the markers, and replaces itself."""
    readme = work / "README.md"
    readme.write_text("above\n<!-- bench: begin -->\nold\n"
                      "<!-- bench: end -->\nbelow\n", "utf-8")
    for _ in range(2):
        done = call(BENCH / "readme.py", work / "report.json", readme)
        assert done.returncode == 0, done.stderr
    text = readme.read_text("utf-8")
    assert text.startswith("above\n<!-- bench: begin -->\n")
    assert text.endswith("<!-- bench: end -->\nbelow\n")
    assert "old" not in text
    assert text.count("start to first row, later run |") == 1


@pytest.mark.parametrize("number", [0, 1, 49, 50, 117])
def test_a_day_changes_what_its_books_say(modules, number):
    import nights_sqlite  # pylint: disable=import-outside-toplevel
    import orders  # pylint: disable=import-outside-toplevel
    day, books = orders.Day(number), orders.Day.books(ROWS)
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute(nights_sqlite.table_ddl())
        db.executemany(
            "INSERT INTO orders VALUES (?,'S','P','',1,1,'',0,0,0,'',1)",
            [(n,) for n in range(1, ROWS + 1)])
        before = set(db.execute("SELECT * FROM orders"))
        for statement in day.statements():
            db.execute(statement)
        after = set(db.execute("SELECT * FROM orders"))
    keys = [{row[:2] for row in rows} for rows in (before, after)]
    inserted, deleted = keys[1] - keys[0], keys[0] - keys[1]
    assert {"read": len(after), "inserted": len(inserted),
            "deleted": len(deleted), "unchanged": len(before & after),
            "updated": len(after - before) - len(inserted)} == books


def test_a_night_that_did_less_is_refused(modules, tmp_path):
    # pylint: disable=import-outside-toplevel
    import orders
    from pipeline import Pipeline
    from say import BenchError
    pipeline = Pipeline(tmp_path, tmp_path / "site", [], {}, {})
    found = {"result": "completed", **orders.quiet_books(ROWS)}
    pipeline.out.write_text(json.dumps([found]), "utf-8")
    assert pipeline.check(orders.quiet_books(ROWS)) == ROWS
    with pytest.raises(BenchError, match="inserted 0, not 2000"):
        pipeline.check(orders.first_books(ROWS))
    pipeline.log.write_text("", "utf-8")
    with pytest.raises(BenchError, match="what every stage cost"):
        pipeline.stages()


def test_a_peer_that_fails_is_reported(modules):
    # pylint: disable=import-outside-toplevel
    import peers
    tried = []

    def absent():
        tried.append(1)
        peers.need("no-such-program")

    kept = peers.Peers("yes")
    assert kept.measure("absent", absent, ROWS) is None
    assert kept.measure("absent", absent, ROWS) is None
    assert len(tried) == 1  # it will not come by asking again
    assert kept.missing == {"absent": "no-such-program is not installed"}


def test_a_target_that_differs_is_refused(modules, database):
    # pylint: disable=import-outside-toplevel
    import orders
    from say import BenchError

    class OneServer:
        """Source and target are two schemas of one database."""

        def sql(self, schema, statement):
            database.script(f"SET search_path = {schema}")
            return database.rows(statement)

    for schema, text in (("a", "E'  Cafe\\u0301 '"), ("b", "E'Caf\\u00e9'")):
        database.script(f"CREATE SCHEMA {schema}; SET search_path = {schema};"
                        + orders.table_ddl())
        database.script("INSERT INTO orders VALUES (1, 'S', 'P', "
                        f"{text}, 1, 1, NULL, NULL, now(), true, NULL, 1)")
    database.script("UPDATE a.orders SET note = '', created = 'today'; "
                    "UPDATE b.orders SET created = 'today'")
    orders.check_equal(OneServer(), "a", "b")
    database.script("UPDATE b.orders SET qty = 1.001")
    with pytest.raises(BenchError, match="b is not equal to a"):
        orders.check_equal(OneServer(), "a", "b")
