"""What synclined tells the service manager, and what its silence means."""
import os
import signal
import time

import pytest

from lib.control import Service
from lib.held import Held
from lib.listener import Listener
from lib.small import Small
from lib.wait import wait_until

# Two seconds without a sign of life would be a hang: one comes every half.
WATCHDOG = {"WATCHDOG_USEC": "2000000"}
DAILY = {"schedule": {"window": {"start": "00:00", "end": "00:00"}}}


@pytest.fixture
def manager(tmp_path):
    """At a path, as systemd has it."""
    listener = Listener(str(tmp_path / "notify"))
    yield listener
    listener.close()


@pytest.fixture
def abstract_manager():
    listener = Listener(f"@syncline-test-{os.getpid()}")
    yield listener
    listener.close()


def test_a_night_in_order(site, database, manager):
    """Ready before the first row, alive all the time, a drain that takes its
    time, and the end."""
    services = []

    def start(site):
        services.append(Service(site, NOTIFY_SOCKET=manager.name, **WATCHDOG))
        return services[0].process

    held = Held(site, database, "load", start=start)
    manager.wait_for("READY=1")
    manager.wait_for("STATUS=")
    assert any("orders" in s for s in manager.said if s.startswith("STATUS="))
    manager.wait_for("WATCHDOG=1", more_than=1)
    assert manager.count("STOPPING=1") == 0
    wait_until(held.waiter, "the night stands still")
    held.process.send_signal(signal.SIGTERM)
    manager.wait_for("STOPPING=1")
    manager.wait_for("EXTEND_TIMEOUT_USEC=")
    beats = manager.count("WATCHDOG=1")
    manager.wait_for("WATCHDOG=1", more_than=beats)
    held.release()
    held.finish()
    words = ("READY=1", "STATUS=", "STOPPING=1", "EXTEND_TIMEOUT_USEC=")
    order = manager.firsts(*words)
    assert set(order) == set(words)
    assert order.index("READY=1") < order.index("STOPPING=1")
    assert order.index("STOPPING=1") < order.index("EXTEND_TIMEOUT_USEC=")
    assert manager.count("READY=1") == manager.count("STOPPING=1") == 1
    for words in manager.said:
        assert words.partition("=")[0] in {
            "READY", "STATUS", "WATCHDOG", "STOPPING", "EXTEND_TIMEOUT_USEC"}


def test_a_wait_gives_signs_of_life_and_a_hang_does_not(
        site, abstract_manager):
    manager = abstract_manager
    small = Small(site)
    small.write(others=DAILY)
    service = Service(site, NOTIFY_SOCKET=manager.name, **WATCHDOG)
    manager.wait_for("STATUS=waiting")
    assert small.rows() == small.expected()
    beats = manager.count("WATCHDOG=1")
    manager.wait_for("WATCHDOG=1", more_than=beats + 1)
    service.kill(signal.SIGSTOP)
    wait_until(lambda: stopped(service.process.pid), "it is stopped")
    # Whatever it said before it was stopped has been heard now.
    mark(manager)
    beats = manager.count("WATCHDOG=1")
    wait_turns(6)
    assert manager.count("WATCHDOG=1") == beats
    service.kill(signal.SIGCONT)
    manager.wait_for("WATCHDOG=1", more_than=beats)
    service.stop(0)


def test_without_a_watchdog_there_is_no_beat(site, manager):
    Small(site).write(others=DAILY)
    # Its sockets are where the manager says; see RuntimeDirectory=.
    service = Service(site, NOTIFY_SOCKET=manager.name,
                      RUNTIME_DIRECTORY=site.runtime, XDG_RUNTIME_DIR="/var")
    manager.wait_for("STATUS=waiting")
    assert (site.store / "runtime").read_text().startswith(site.runtime)
    service.stop(0)
    assert manager.count("READY=1") == 1
    assert manager.count("WATCHDOG=") == 0


def test_wrong_configuration_is_never_ready(site, manager):
    site.write_text("version: 1\nentities: []\n")
    site.verb(program="synclined", expect=2,
              env={"NOTIFY_SOCKET": manager.name})
    mark(manager)
    assert manager.said == ["STATUS=mark"]


def stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def mark(manager):
    manager.send("STATUS=mark")
    manager.wait_for("STATUS=mark")


def wait_turns(n):
    """As long as so many signs of life would have taken, by our own clock:
    the silence of a stopped process cannot be waited for."""
    time.sleep(n * 0.5)


def test_a_reload_has_its_time(site, manager):
    """Words with the time at which it was begun, and ready again; also when
    the new file is refused."""
    small = Small(site)
    small.write(others=DAILY)
    service = Service(site, NOTIFY_SOCKET=manager.name)
    manager.wait_for("STATUS=waiting")
    for turn, text in enumerate([site.file.read_text() + "# new\n", "no"]):
        site.write_text(text)
        before = time.monotonic_ns() // 1000
        service.kill(signal.SIGHUP)
        manager.wait_for("RELOADING=1", more_than=turn)
        manager.wait_for("READY=1", more_than=turn + 1)
        words = [s for s in manager.said if s.startswith("RELOADING=1")]
        name, _, usec = words[-1].partition("\n")[2].partition("=")
        assert name == "MONOTONIC_USEC"
        assert before <= int(usec) <= time.monotonic_ns() // 1000
    small.write(others=DAILY)
    service.stop(0)
