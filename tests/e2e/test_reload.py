"""SIGHUP: another pipeline file for a service that goes on."""
import re
import signal
import socket

import pytest

from lib.clock import Clock
from lib.daemon import Daemon
from lib.held import Held
from lib.small import FROM, TO, Small
from lib.wait import wait_until

NOON, SEVEN, EIGHT = (f"2026-06-10 {h}:00" for h in (12, 19, 20))


def schedule(start, **more):
    return {"window": {"start": start, "end": "07:00"}, **more}


@pytest.fixture
def small(site):
    small = Small(site)
    small.write(others={"schedule": schedule("19:00")})
    return small


@pytest.fixture
def daemon(site, small):
    daemon = Daemon(site, Clock(site.dir, NOON))
    daemon.wait_idle(SEVEN)
    yield daemon
    assert daemon.end() == 0


def logged(daemon, message):
    return [line for line in daemon.text().splitlines()
            if f'msg="{message}"' in line or f"msg={message}" in line]


def changes(daemon):
    return [tuple(re.findall(r"(?:key|change)=\"?([^ \"]+)", line))
            for line in logged(daemon, "configuration")]


def reload(daemon, until):
    daemon.reload()
    daemon.wait_idle(until)


def test_another_window(site, small, daemon):
    small.write(others={"schedule": schedule("20:00")}, priority=3)
    reload(daemon, EIGHT)
    assert sorted(changes(daemon)) == [
        ("entities[things].priority", "added"),
        ("schedule.window.start", "changed")]
    daemon.set_clock(SEVEN)
    daemon.wait_idle(EIGHT)
    daemon.set_clock(EIGHT)
    daemon.wait_idle("2026-06-11 20:00")
    assert small.rows() == small.expected()


def test_an_invalid_file_is_refused(site, small, daemon):
    site.write_text(site.file.read_text().replace("19:00", "25:00"))
    reload(daemon, SEVEN)
    [refusal] = logged(
        daemon, "the new configuration is refused, the old one holds")
    assert "schedule.window.start" in refusal and "25:00" in refusal
    site.file.unlink()
    reload(daemon, SEVEN)
    small.write(others={"schedule": schedule("20:00"),
                        "store": {"dir": "elsewhere"}})
    reload(daemon, SEVEN)
    assert "elsewhere" in daemon.text() and not changes(daemon)
    daemon.set_clock(SEVEN)
    daemon.wait_idle("2026-06-11 19:00")
    assert small.rows() == small.expected()


def test_the_same_file(site, small, daemon):
    site.write_text("# the same\n" + site.file.read_text())
    reload(daemon, SEVEN)
    assert logged(daemon, "the configuration is what it was")
    assert not changes(daemon)


def test_an_entity_more_in_mid_night(site, small, daemon):
    """Its mapping is what stages that are started afresh know."""
    daemon.set_clock(SEVEN)
    daemon.wait_idle("2026-06-11 19:00")
    fields = small.entity()["fields"]
    fields[1]["transform"] = ["upper"]
    other = small.entity(
        target={"connection": "to", "table": "others", "create": True},
        name="others", fields=fields)
    site.write([FROM, TO], [small.entity(), other],
               schedule=schedule("19:00"))
    reload(daemon, "2026-06-11 19:00")
    assert changes(daemon) == [("entities[others]", "added")]
    assert [r["entity"] for r in site.runs()] == ["others", "things"]
    assert small.target.rows("SELECT name FROM others WHERE id = 7") == [
        ("THING 7",)]


def test_a_live_run_ends_first(site, database):
    clock = Clock(site.dir, EIGHT)
    night = Held(site, database, "load", schedule=schedule("19:00"),
                 start=lambda s: Daemon(s, clock))
    wait_until(night.waiter, "load stands still")
    site.write_text(site.file.read_text().replace("19:00", "18:00"))
    night.process.process.send_signal(signal.SIGHUP)
    night.release()
    night.process.wait_idle("2026-06-11 18:00")
    text = night.process.text()
    assert text.index("entity done") < text.index("schedule.window.start")
    assert night.process.end() == 0
    night.assert_converged(env=clock.env)


def refused(daemon, *words):
    said = logged(daemon,
                  "the new configuration is refused, the old one holds")
    assert len(said) == 1 and all(word in said[0] for word in words), said


def test_an_address_that_another_one_has(site, small, daemon):
    """Numbers are not worth a night: it goes on without, and tries again."""
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    small.write(others={"schedule": schedule("20:00"),
                        "metrics": f"127.0.0.1:{port}"})
    reload(daemon, EIGHT)
    wait_until(lambda: f"cannot serve at 127.0.0.1:{port}" in daemon.text(),
               "it says so")
    other.close()
    daemon.set_clock(EIGHT)
    daemon.wait_idle("2026-06-11 20:00")
    assert small.rows() == small.expected()
    wait_until(lambda: serves(port), "it serves there")


def serves(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def test_no_room_for_the_copy(site, small, daemon):
    """The stages would read it. What they have had stays."""
    blocked = site.store / "pipeline.running.yaml.new"
    blocked.mkdir()
    before = (site.store / "pipeline.running.yaml").read_text()
    small.write(others={"schedule": schedule("20:00")})
    reload(daemon, SEVEN)
    refused(daemon, "pipeline.running.yaml")
    assert (site.store / "pipeline.running.yaml").read_text() == before
    daemon.set_clock(SEVEN)
    daemon.wait_idle("2026-06-11 19:00")
    assert small.rows() == small.expected()
    blocked.rmdir()
    reload(daemon, "2026-06-10 20:00")


def test_a_signal_before_it_listens(site):
    """It comes while the file is read for the first time."""
    Small(site).write()
    site.prefix = ["strace", "-o", "/dev/null", "-P", str(site.file),
                   "-e", "inject=openat:signal=SIGHUP:when=1"]
    result = site.verb(program="synclined")
    assert "the configuration is what it was" in result.err
    site.prefix = []
    assert [r["state"] for r in site.runs()] == ["completed"]
