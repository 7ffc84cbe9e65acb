"""Each end's password is known to the stage that opens that end, and to
nobody else (P7): through a night with errors and one that crashes."""
import signal
import threading

import pytest

from lib import ends, orders
from lib.postgres import GUARDED_ROLE, OTHER_GUARDED_ROLE
from lib.probe import Probe, build, only
from lib.processes import STAGES
from lib.rows import assert_rows
from lib.wait import wait_until

CANARIES = {"source": "canary-Zw3-source", "target": "canary-Kp8-target"}
KNOWS = {"source": "extract", "target": "load"}
ROLES = {"source": GUARDED_ROLE, "target": OTHER_GUARDED_ROLE}


@pytest.fixture
def guarded(database):
    for end, role in ROLES.items():
        database.script(f"""
            DROP ROLE IF EXISTS {role};
            CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{CANARIES[end]}'""")
    yield database
    for role in ROLES.values():
        database.script(f"DROP ROLE {role}")


class Night:
    def __init__(self, site, database, references):
        self.site = site
        self.source, self.target = \
            ends.PgSource(database), ends.PgTarget(database)
        for end, role in ROLES.items():
            connection = getattr(self, end).connection
            connection["dsn"] = database.dsn(role)
            connection["password"] = references[end]
        site.write([self.source.connection, self.target.connection],
                   [{"name": "orders", "source": self.source.source,
                     "target": self.target.target,
                     "key": ["order_no", "site"], "normalize": "clean",
                     "fields": orders.FIELDS}])
        self.rows = orders.make(9, 20_000)
        self.source.hold(self.rows)

    def assert_equal(self):
        assert_rows(self.target.rows(), orders.wanted(self.rows))


class Watcher(threading.Thread):
    """Which canary is seen in argv and environ of which process."""

    def __init__(self, site):
        super().__init__()
        self.site, self.over = site, threading.Event()
        self.names, self.argv, self.environ = set(), set(), set()

    def run(self):
        while not self.over.is_set():
            for process in self.site.processes():
                name = process.name()
                self.names.add(name)
                for end, canary in CANARIES.items():
                    if canary.encode() in process.cmdline():
                        self.argv.add((name, end))
                    if canary.encode() in process.environ():
                        self.environ.add((name, end))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def credentials(site, wrong=()):
    """As systemd makes them."""
    folder = site.dir / "credentials"
    folder.mkdir(exist_ok=True)
    for end, canary in CANARIES.items():
        file = folder / f"db_{end}"
        file.unlink(missing_ok=True)
        file.write_text(canary + ("x" if end in wrong else "") + "\n")
        file.chmod(0o400)
    return {"CREDENTIALS_DIRECTORY": str(folder)}


CRED = {end: f"cred:db_{end}" for end in CANARIES}


def assert_silent(result):
    for canary in CANARIES.values():
        assert canary not in result.out + result.err


def assert_not_stored(site):
    """Nor shown by who looks at what is stored."""
    for words in (["status"], ["runs"], ["runs", "show", "1"]):
        for output in ("table", "json"):
            assert_silent(site.verb(*words, "-o", output, expect=None))
    for path in site.dir.rglob("*"):
        if path.is_file() and path.parent.name != "credentials":
            for canary in CANARIES.values():
                assert canary.encode() not in path.read_bytes(), path


def test_variables_reach_one_stage_each(site, guarded):
    night = Night(site, guarded, {"source": "${FROM_PW}",
                                  "target": "${TO_PW}"})
    with Watcher(site) as watcher:
        result = site.verb("run", "--verbose", env={
            "FROM_PW": CANARIES["source"], "TO_PW": CANARIES["target"]})
    night.assert_equal()
    assert {"syncline", *STAGES} - {"resolver"} <= watcher.names
    assert watcher.argv == set()
    assert watcher.environ - {("syncline", end) for end in CANARIES} == \
        {(KNOWS[end], end) for end in CANARIES}
    assert_silent(result)
    assert_not_stored(site)


def test_credentials_can_be_read_by_one_stage_each(site, guarded, tmp_path):
    env = credentials(site)
    night = Night(site, guarded, CRED)
    probe = Probe(build(tmp_path), *(
        f"r:{site.dir}/credentials/db_{end}" for end in CANARIES))
    with Watcher(site) as watcher:
        result = site.verb("run", "--verbose", env={**env, **probe.env})
    night.assert_equal()
    assert watcher.argv == watcher.environ == set()
    for end in CANARIES:
        word = f"r:{site.dir}/credentials/db_{end}"
        assert probe.outcomes(result.err)[word] == only(KNOWS[end])
    assert_silent(result)
    assert_not_stored(site)


@pytest.mark.parametrize("end", CANARIES)
def test_a_wrong_one_is_not_shown(site, guarded, end):
    Night(site, guarded, CRED)
    env = credentials(site, wrong=[end])
    for words in (["run"], ["check"]):
        result = site.verb(*words, "--verbose", env=env, expect=2)
        assert ROLES[end] in result.err
        assert_silent(result)
    assert_not_stored(site)


def test_a_night_that_crashes(site, guarded):
    night = Night(site, guarded, CRED)
    env = credentials(site)
    site.prefix = ["prlimit", "--core=unlimited"]
    process = site.start("run", "--verbose", "-c", site.file, env=env)
    stage = wait_until(lambda: guarded.backend("load") and
                       site.process("load"), "load is at work")
    stage.kill(signal.SIGSEGV)
    assert_silent(site.finish(process))
    # A core would be here, or where the kernel is told to put it: none is.
    assert not list(site.dir.glob("core*"))
    assert_silent(site.verb("run", "--verbose", env=env))
    night.assert_equal()
    assert_not_stored(site)
