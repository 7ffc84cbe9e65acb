"""A secret stays in the process that needs it (P7)."""
import threading

import pytest

from lib import ends, orders
from lib.postgres import GUARDED_ROLE
from lib.rows import assert_rows

CANARY = "canary-Xq7-tweet"
NEED_IT = {"extract", "load"}


@pytest.fixture
def guarded(database):
    database.script(f"""
        DROP ROLE IF EXISTS {GUARDED_ROLE};
        CREATE ROLE {GUARDED_ROLE} LOGIN SUPERUSER PASSWORD '{CANARY}'""")
    yield database
    database.script(f"DROP ROLE {GUARDED_ROLE}")


class Watcher(threading.Thread):
    """Reads argv, environ and memory maps' names of every process of the
    site for as long as there are any."""

    def __init__(self, site):
        super().__init__()
        self.site, self.over = site, threading.Event()
        self.names, self.leaks = set(), set()

    def run(self):
        while not self.over.is_set():
            for process in self.site.processes():
                name = process.name()
                self.names.add(name)
                if CANARY in " ".join(process.argv()):
                    self.leaks.add(f"argv of {name}")
                if CANARY.encode() in process.environ():
                    self.leaks.add(f"environ of {name}")

    def stop(self):
        self.over.set()
        self.join()


@pytest.fixture
def night(site, guarded):
    source, target = ends.PgSource(guarded), ends.PgTarget(guarded)
    for end in (source, target):
        end.connection["dsn"] = guarded.dsn(GUARDED_ROLE)

    def write(reference):
        for end in (source, target):
            end.connection["password"] = reference
        site.write([source.connection, target.connection],
                   [{"name": "orders", "source": source.source,
                     "target": target.target, "key": ["order_no", "site"],
                     "normalize": "clean", "fields": orders.FIELDS}])
        return source, target
    return write


def watched_run(site, **options):
    watcher = Watcher(site)
    watcher.start()
    try:
        result = site.verb("run", "--verbose", **options)
    finally:
        watcher.stop()
    assert NEED_IT <= watcher.names, "the watcher saw no stage"
    assert CANARY not in result.out + result.err
    return watcher.leaks


def assert_not_stored(site):
    for path in site.dir.rglob("*"):
        if path.is_file() and path.name != "secret":
            assert CANARY.encode() not in path.read_bytes(), path


def test_secret_file(site, night):
    (site.dir / "secret").write_text(CANARY + "\n")
    (site.dir / "secret").chmod(0o600)
    source, target = night("file:secret")
    rows = orders.make(9, 20_000)
    source.hold(rows)
    assert watched_run(site) == set()
    assert_rows(target.rows(), orders.wanted(rows))
    assert_not_stored(site)


def test_secret_variable(site, night):
    """A variable reaches only the stages that talk to the database."""
    source, target = night("${CANARY}")
    rows = orders.make(9, 20_000)
    source.hold(rows)
    leaks = watched_run(site, env={"CANARY": CANARY})
    allowed = {"environ of syncline"} | {f"environ of {n}" for n in NEED_IT}
    assert leaks <= allowed, leaks - allowed
    assert_rows(target.rows(), orders.wanted(rows))
    assert_not_stored(site)


def test_wrong_secret_is_not_shown(site, night):
    (site.dir / "secret").write_text(CANARY + "x")
    (site.dir / "secret").chmod(0o600)
    night("file:secret")
    for words in (("run",), ("check",)):
        result = site.verb(*words, "--verbose", expect=2)
        assert CANARY not in result.out + result.err


def test_secret_in_the_file_is_refused(site, night):
    """A password written out in the pipeline file is a problem, and the
    message does not repeat it."""
    night(CANARY)
    result = site.verb("check", expect=2)
    result.assert_says(r"pipeline\.yaml:\d+:", "password", r"file:")
    assert CANARY not in result.out + result.err
