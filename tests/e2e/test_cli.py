"""The command line, verb by verb."""
import json
import shutil
import sqlite3

import pytest
import yaml

from lib.nobody import NobodySite
from lib.rows import assert_rows
from lib.small import Small

CONFIG = 2
VERBS = ("init", "check", "run", "status", "runs", "failed", "approve",
         "config", "migrate", "version")


@pytest.fixture
def small(site):
    small = Small(site)
    small.write()
    return small


def test_help_names_every_verb(site):
    text = site.call("--help").out
    for verb in VERBS:
        assert verb in text
        assert site.call(verb, "--help").out.startswith(f"usage: syncline "
                                                        f"{verb}")


def test_version(site):
    words = site.call("version").out.split()
    assert words[0] == "syncline" and words[1][0].isdigit()
    assert site.call("version", "-o", "json").json()["version"] == words[1]


@pytest.mark.parametrize("words", [
    ("rnu",), ("run", "--colour"), ("failed", "lsit"), ("approve",),
    ("failed", "show", "x"), ("-o", "xml", "status"), ()])
def test_usage_errors(small, words):
    result = small.site.call(*words, "-c", small.site.file, expect=CONFIG)
    assert result.messages() and result.out == ""


def test_unknown_entity(small):
    small.site.verb("run", "thigns", expect=CONFIG).assert_says(
        "thigns", "things")


@pytest.mark.parametrize("words", [
    ("runs", "thigns"), ("failed", "list", "--entity", "thigns")])
def test_unknown_entity_has_no_history(small, words):
    """What was never there is not said to be clean; what the file no longer
    has is still shown."""
    for _ in range(2):
        result = small.site.verb(*words, expect=CONFIG)
        result.assert_says("thigns", "did you mean things")
        assert result.out == ""
        small.run()
    small.source.script("UPDATE things SET size = 'x' WHERE id = 1")
    small.run(expect=4)
    small.write(name="others")
    known = [word.replace("thigns", "things") for word in words]
    assert "things" in small.site.verb(*known).out


def test_an_entity_without_runs_says_so(small):
    small.run()
    small.site.write_text(small.site.file.read_text().replace(
        "name: things\n", "name: others\n", 1))
    small.site.verb("runs", "others").assert_says("no runs")
    assert small.site.runs("others") == []


def test_init_writes_a_file_that_loads(site):
    path = site.dir / "new.yaml"
    site.call("init", path)
    assert yaml.safe_load(path.read_text())["version"] == 1
    before = path.read_text()
    site.call("init", path, expect=CONFIG).assert_says("new.yaml")
    assert path.read_text() == before
    # Its problems, if any, are databases that are not there.
    result = site.call("check", "-c", path, expect=None)
    assert ".yaml:" not in result.err


def test_check_finds_nothing_wrong_and_writes_nothing(small):
    small.site.verb("check")
    assert not (small.site.dir / "target.db").exists()
    small.run()
    before = small.target.fingerprint(), small.site.state_files()
    small.site.verb("check")
    assert (small.target.fingerprint(), small.site.state_files()) == before


def test_check_reports_all_entities(small):
    one = small.entity(fields=[{"to": "id", "from": "nr"}])
    two = small.entity(name="others", source={
        "connection": "from", "table": "nothing"}, target={
        "connection": "to", "table": "others", "create": True})
    small.site.write(
        [{"name": "from", "driver": "sqlite", "path": "source.db"},
         {"name": "to", "driver": "sqlite", "path": "target.db"}], [one, two])
    result = small.site.verb("check", expect=CONFIG)
    assert "nr" in result.err + result.out
    assert "nothing" in result.err + result.out


def test_run_prints_a_table_that_balances(small):
    out = small.site.verb("run").out
    line = next(x for x in out.splitlines() if x.startswith("things"))
    assert line.split()[3:5] == ["200", "200"]
    entry, = small.site.verb("run", "-o", "json").json()
    assert (entry["entity"], entry["read"], entry["unchanged"]) == (
        "things", 200, 200)


def test_run_only_what_is_named(small):
    other = small.entity(name="others", target={
        "connection": "to", "table": "others", "create": True})
    small.site.write(
        [{"name": "from", "driver": "sqlite", "path": "source.db"},
         {"name": "to", "driver": "sqlite", "path": "target.db"}],
        [small.entity(), other])
    small.run()
    small.source.script("UPDATE things SET name = 'x' WHERE id = 1")
    entry, = small.site.run("others").json()
    assert entry["entity"] == "others" and entry["updated"] == 1
    assert (1, "thing 1", 3) in small.rows()
    assert (1, "x", 3) in small.target.rows("SELECT * FROM others")


def test_status_and_runs(small):
    before = small.site.verb("status", "-o", "json").json()
    assert before[0]["state"] == "never run"
    small.run()
    entry, = small.site.verb("status", "-o", "json").json()
    assert (entry["entity"], entry["state"], entry["read"]) == (
        "things", "completed", 200)
    run, = small.site.runs()
    assert (run["inserted"], run["state"]) == (200, "completed")
    shown = small.site.verb("runs", "show", run["run"], "-o", "json").json()
    assert sum(c["rows"] for c in shown["chunks"]) == 200
    assert "things" in small.site.verb("status").out
    assert "things" in small.site.verb("runs").out
    small.site.verb("runs", "show", "77", expect=CONFIG).assert_says("77")


def test_approve_what_cannot_be_approved(small):
    small.run()
    small.site.verb("approve", "1", expect=CONFIG).assert_says("1")
    small.site.verb("approve", "99", expect=CONFIG).assert_says("99")


def test_config_schema_describes_the_file(small):
    schema = small.site.call("config", "schema").json()
    assert schema["type"] == "object" or "properties" in schema
    properties = schema["properties"]
    assert {"version", "connections", "entities"} <= set(properties)
    text = json.dumps(schema)
    for key in ("max_delete_percent", "hash_exclude", "secret_fields"):
        assert key in text


def test_config_offers_what_is_documented(site):
    said = site.call("config", "keys", expect=CONFIG).assert_says("schema")
    assert "mdoc" not in said


def test_check_is_not_content_with_a_store_it_cannot_have(small):
    small.site.write_text(small.site.file.read_text() +
                          "store: {dir: pipeline.yaml}\n")
    result = small.site.verb("check", expect=CONFIG)
    result.assert_says("store", "pipeline.yaml")
    result.assert_says("no problems but that")


@pytest.mark.parametrize("words", ["status", "stop"])
def test_whoever_may_not_learns_who_may(bin_dir, words):
    site = NobodySite(bin_dir)
    try:
        Small(site).write()
        site.own_all()
        site.run()
        site.store.chmod(0)
        site.verb(words, expect=CONFIG).assert_says(
            str(site.store), "Permission denied", "the user that", "root")
    finally:
        site.destroy()


def test_migrate_down_and_up_keeps_the_ledger(small):
    small.source.script("UPDATE things SET size = 'x' WHERE id = 1")
    small.run(expect=4)
    runs = small.site.runs()
    status = small.site.verb("migrate", "status", "-o", "json").json()
    assert status
    small.site.verb("migrate", "up")
    assert small.site.runs() == runs

    copy = small.site.dir / "kept"
    shutil.copytree(small.site.store, copy)
    small.site.verb("migrate", "down", expect=None)
    small.site.verb("migrate", "up")
    after = small.site.runs()
    assert [(r["run"], r["read"], r["inserted"]) for r in after] == [
        (r["run"], r["read"], r["inserted"]) for r in runs]
    small.run(expect=4).books().assert_is(
        read=200, unchanged=199, rejected=1)
    assert_rows(small.target.rows("SELECT id FROM things"),
                [(n,) for n in range(2, 201)])


@pytest.mark.parametrize("words", ["migrate up", "migrate down 5", "run"])
def test_a_store_of_a_newer_program(small, words):
    small.write()
    small.run()
    with sqlite3.connect(small.site.store / "control.db") as store:
        (ours,), = store.execute("SELECT max(version) FROM schema_migrations")
        store.execute("INSERT INTO schema_migrations VALUES (?, 'x', 'x', 1)",
                      [ours + 1])
    small.site.verb(*words.split(), expect=CONFIG).assert_says(
        f"schema version {ours + 1}", f"knows {ours}", "newer syncline")
    with sqlite3.connect(small.site.store / "control.db") as store:
        store.execute("DELETE FROM schema_migrations WHERE name = 'x'")


def test_parents_run_first(site):
    small = Small(site)
    child = small.entity(name="child", target={
        "connection": "to", "table": "child", "create": True},
        parents=[{"name": "p", "entity": "things", "by": {"id": "id"}}])
    site.write([{"name": "from", "driver": "sqlite", "path": "source.db"},
                {"name": "to", "driver": "sqlite", "path": "target.db"}],
               [child, small.entity()])
    entries = site.run().json()
    assert [e["entity"] for e in entries] == ["things", "child"]
    assert_rows(small.target.rows("SELECT * FROM child"), small.expected())
