"""Numbers for those who watch: what they say is what the night did."""
import datetime
import json
import pathlib
import re
import signal
import subprocess

import pytest

from lib import ends, orders
from lib.clock import Clock
from lib.daemon import Daemon
from lib.held import HOLD
from lib.metrics import (assert_sound, counters, free_ports, get, parse,
                         total)
from lib.prometheus import Prometheus
from lib.small import Small
from lib.wait import wait_until

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
PORTS = 16
STAGES = ["extract", "normalize", "identity", "delta", "load"]
FATES = ["inserted", "updated", "deleted", "unchanged", "rejected"]
SLOW = """
CREATE TABLE slow (id int PRIMARY KEY, name text);
INSERT INTO slow SELECT n, 'thing ' || n FROM generate_series(1, 60000) n;
CREATE SCHEMA copy;
CREATE TABLE copy.slow (id int PRIMARY KEY, name text);
""" + HOLD + """
CREATE TRIGGER hold BEFORE INSERT ON copy.slow FOR EACH ROW
    EXECUTE FUNCTION hold_row();
"""


class Watched:
    """Two entities. `orders` is done in a moment, with one reject; then
    `slow` stands still in its first write, until it is released."""

    def __init__(self, site, database):
        self.site, self.database = site, database
        self.base = free_ports(PORTS)
        source = ends.SqliteSource(site.dir)
        target = ends.SqliteTarget(site.dir)
        self.source = source
        self.rows = orders.make(7, 3000)
        next(iter(self.rows.values()))["weight"] = "heavy"
        source.hold(self.rows)
        database.script(SLOW)
        self.connections = [
            source.connection, target.connection,
            {"name": "pg", "driver": "postgres", "dsn": database.dsn()}]
        self.entities = [
            {"name": "orders", "source": source.source,
             "target": target.target, "key": ["order_no", "site"],
             "normalize": "clean", "fields": orders.FIELDS},
            {"name": "slow", "key": ["id"],
             "source": {"connection": "pg", "table": "slow",
                        "chunk_rows": 5000},
             "target": {"connection": "pg", "table": "copy.slow"}}]
        self.write()
        self.lock = database.connect()
        self.lock.cursor().execute("SELECT pg_advisory_lock(42)")

    def write(self, **limits):
        # One batch is a transaction: the others wait in front of load.
        self.site.write(self.connections, self.entities,
                        limits={"load_group_rows": 1, **limits},
                        metrics=f"127.0.0.1:{self.base}")

    def start(self, *entities):
        self.process = self.site.start_run(*entities)
        wait_until(self.held, "slow stands still")

    def held(self):
        assert self.process.poll() is None, self.finish()
        return self.database.rows(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' "
            "AND NOT granted")

    def release(self):
        self.lock.close()

    def finish(self):
        return self.site.finish(self.process)

    def page(self):
        return parse(get(self.base)[2])

    def targets(self):
        """Where each worker that is up serves its own."""
        file = self.site.store / "targets.json"
        return {one["labels"]["worker"]: int(one["targets"][0].split(":")[1])
                for one in json.loads(file.read_text())}


@pytest.fixture
def watched(site, database):
    night = Watched(site, database)
    yield night
    night.release()


def books_of(entry):
    return {fate: entry[fate] for fate in FATES}


def test_pages(watched, site):
    watched.start()
    status, kind, text = get(watched.base)
    assert status == 200
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert_sound(text)
    targets = watched.targets()
    assert targets == {f"{stage}.0": watched.base + 1 + i
                       for i, stage in enumerate(STAGES)}
    for worker, port in targets.items():
        if worker == "load.0":  # waits for its database, and does not answer
            continue
        status, kind, text = get(port)
        assert status == 200
        assert_sound(text)
        stages = {dict(labels)["stage"] for name, labels in parse(text)
                  if name != "syncline_build_info"}
        assert stages == {worker.split(".")[0]}
        assert get(port, "/healthz")[0] == 404
    assert get(watched.base, "/healthz") == \
        (200, "text/plain; charset=utf-8", "loop: good\nstore: good\n")
    assert get(watched.base, "/readyz")[2] == \
        "loop: good\nstore: good\nstages: 5 of 5 up\n"
    assert get(watched.base, "/")[0] == 404
    # Another engine that only looks takes nobody's port.
    site.verb("check").assert_says("2 entities checked, no problems")
    # Nothing in it but names that the file and the code have.
    values = {v for _, labels in watched.page() for _, v in labels}
    assert "thing 1" not in str(values) and "heavy" not in str(values)
    watched.release()
    assert watched.finish().code == 4
    assert watched.targets() == {}


def test_prometheus_sees_the_books(watched, site, tmp_path):
    site.run("orders", expect=4)
    rows = orders.Day(watched.rows, 11).after
    watched.source.hold(rows)
    watched.start()
    with Prometheus(tmp_path / "prom", watched.base,
                    site.store / "targets.json") as prom:
        ours = '{job="syncline",entity="orders",'
        wait_until(lambda: prom.number(
            "sum(syncline_rows_total" + ours + 'stage="load"})'),
            "Prometheus has the rows of the night")
        seen = {}
        for fate in FATES:
            seen[fate] = prom.number(
                f'sum(syncline_rows_total{ours}outcome="{fate}"}}) or '
                "vector(0)")
        read = prom.number("sum(syncline_rows_total" + ours
                           + 'stage="extract"})')
        assert prom.number("syncline_run_last_success_timestamp_seconds"
                           '{job="syncline",entity="orders"}') > 0
        assert prom.number('syncline_rejects{job="syncline",'
                           'entity="orders"}') == 2
        assert prom.number('syncline_run_last_success_timestamp_seconds'
                           '{job="syncline",entity="slow"}') == 0
        # Each process is found by the file, and has its share of the sum.
        wait_until(lambda: prom.number(
            'count(up{job="syncline-stages"} == 1)') == len(STAGES) - 1,
            "Prometheus has found the stages")
        wait_until(lambda: prom.number(
            'syncline_batches_total{job="syncline-stages",stage="delta"} '
            '== on (stage) syncline_batches_total{job="syncline"}'),
            "supervisor and stage agree")
        wait_until(lambda: prom.number(
            'syncline_queue_depth{job="syncline",stage="load"} > 0.9'),
            "the queue in front of load is full")
        assert_rules_work(prom)
        assert_dashboard_works(prom)
    watched.release()
    result = watched.finish()
    books = result.books("orders")
    assert seen == books_of(books.entry)
    assert read == books.read
    assert books.deleted == 31 and books.rejected == 2


def assert_rules_work(prom):
    wait_until(lambda: all(
        rule["health"] == "ok" for group in prom.ask("rules")["groups"]
        for rule in group["rules"]), "every rule was evaluated")
    assert prom.ask("rules")["groups"][0]["rules"]


def assert_dashboard_works(prom):
    """Prometheus understands every query, and the numbers are ours."""
    board = json.loads((DEPLOY / "grafana/syncline.json").read_text())
    known = {name for name in prom.ask("label/__name__/values")
             if name.startswith("syncline_")}
    asked = [t["expr"] for p in board["panels"] for t in p["targets"]]
    assert len(asked) > 10
    for expression in asked:
        assert set(re.findall(r"syncline_\w+", expression)) <= known
        prom.query(expression.replace("$__rate_interval", "1m")
                   .replace("$entity", ".*"))


def test_what_the_store_knows(watched, site):
    """A supervisor that begins does not forget the nights before it."""
    site.run("orders", expect=4)
    (run,) = site.runs()
    ended = datetime.datetime.fromisoformat(
        run["finished"].replace("Z", "+00:00")).timestamp()
    watched.start("slow")
    page = watched.page()
    success = total(page, "syncline_run_last_success_timestamp_seconds",
                    entity="orders")
    assert int(success) == ended
    assert total(page, "syncline_rejects", entity="orders") == 1
    took = total(page, "syncline_run_duration_seconds", entity="orders")
    assert int(took * 1000) == round(run["seconds"] * 1000)
    # Its counters begin anew, its gauges do not.
    assert total(page, "syncline_rows_total", entity="orders") == 0
    assert total(page, "syncline_run_duration_seconds", entity="slow") > 0
    watched.release()
    assert watched.finish().code == 0


def test_killed_stage_takes_nothing_back(watched):
    watched.start("slow")
    pages = []

    def sample():
        status, _, text = get(watched.base)
        if status:
            pages.append(counters(parse(text), text))
        return pages[-1]

    def batches(page):
        return total(page, "syncline_batches_total", stage="normalize")

    def restarts(page):
        return total(page, "syncline_worker_restarts_total")

    wait_until(lambda: total(sample(), "syncline_rows_total", entity="slow",
                             stage="normalize") > 0,
               "normalize has told of its rows")
    assert restarts(pages[-1]) == 0
    before = batches(pages[-1])
    watched.site.process("normalize").kill()
    wait_until(lambda: restarts(sample()) == 1, "the death was counted")
    assert total(pages[-1], "syncline_worker_restarts_total",
                 stage="normalize") == 1
    watched.release()
    while watched.process.poll() is None:
        sample()
    assert watched.finish().code == 0
    assert batches(pages[-1]) >= before
    for earlier, later in zip(pages, pages[1:]):
        for key, value in earlier.items():
            assert later[key] >= value, key


def test_ready_is_no_constant(site, database):
    """A source that is not there makes the night unready, but not unwell."""
    watched = Watched(site, database)
    watched.connections.append(
        {"name": "gone", "driver": "postgres",
         "dsn": "host=127.0.0.1 port=1 dbname=x connect_timeout=5"})
    watched.entities.insert(0, {
        "name": "lost", "key": ["id"],
        "source": {"connection": "gone", "table": "x"},
        "target": {"connection": "to", "table": "lost", "create": True}})
    watched.write(tries=1)
    watched.start()
    status, _, text = get(watched.base, "/readyz")
    assert (status, text) == (
        503, "loop: good\nstore: good\nstages: 5 of 5 up\n"
        "lost: source, target or store was not reached\n")
    assert get(watched.base, "/healthz")[0] == 200
    watched.release()
    assert watched.finish().code == 3


def promtool(*words):
    done = subprocess.run(["promtool", *map(str, words)],
                          capture_output=True, text=True,
                          cwd=DEPLOY / "prometheus")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_rules():
    promtool("check", "rules", "syncline.rules.yml")
    promtool("test", "rules", "syncline.rules.test.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")
    rules = (DEPLOY / "prometheus/syncline.rules.yml").read_text()
    tests = (DEPLOY / "prometheus/syncline.rules.test.yml").read_text()
    guide = (DEPLOY / "alerts.md").read_text()
    names = re.findall(r"- alert: (\w+)", rules)
    assert len(names) == 10
    for name in names:
        assert f"#{name.lower()}" in rules
        assert f"\n## {name}\n" in guide
        assert re.search(rf"alertname: {name}\n\s+exp_alerts", tests)


def test_names_are_those_of_the_manual(bin_dir):
    """Rules and dashboard ask for nothing that is not measured."""
    table = subprocess.run([bin_dir / "synclined", "--metrics-mdoc"],
                           capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^\.It Ic (syncline_\w+)", table, re.M))
    assert len(known) == 16
    for file in ("prometheus/syncline.rules.yml", "grafana/syncline.json",
                 "alerts.md"):
        text = (DEPLOY / file).read_text()
        asked = {re.sub("_bucket$", "", name)
                 for name in re.findall(r"\bsyncline_\w+", text)}
        assert asked and asked <= known, asked - known


def test_service_between_nights(site):
    """What a service says while it waits, and that a reload keeps it."""
    small = Small(site)
    base = free_ports(2 * PORTS)

    def write(port, **entity):
        small.write(others={"metrics": f"127.0.0.1:{port}",
                            "schedule": {"window": {
                                "start": "19:00", "end": "07:00"}}}, **entity)

    write(base)
    daemon = Daemon(site, Clock(site.dir, "2026-06-10 12:00"))
    daemon.wait_idle("2026-06-10 19:00")
    page = parse(get(base)[2])
    assert total(page, "syncline_window_open") == 0
    assert total(page, "syncline_window_remaining_seconds") == 0
    assert get(base, "/readyz") == (
        200, "text/plain; charset=utf-8", "loop: good\nstore: good\n"
        "stages: 0 of 5 up, no run needs them\n")
    daemon.set_clock("2026-06-10 19:00")
    daemon.wait_idle("2026-06-11 19:00")
    text = get(base)[2]
    assert_sound(text)
    page = parse(text)
    (run,) = site.runs()
    # Every report had come when the run ended: the books to the row.
    assert {f: total(page, "syncline_rows_total", outcome=f)
            for f in FATES} == books_of(run)
    assert 0 < total(page, "syncline_window_remaining_seconds") <= 12 * 3600
    assert total(page, "syncline_window_open") == 1
    wait_until(lambda: json.loads(
        (site.store / "targets.json").read_text()) == [],
        "its stages are at rest")
    write(base + PORTS, batch_rows=100)
    daemon.reload()
    daemon.wait_idle("2026-06-11 19:00")
    assert get(base)[0] == 0
    text = get(base + PORTS)[2]
    assert counters(parse(text), text) == counters(page, text)
    assert daemon.end() == 0
