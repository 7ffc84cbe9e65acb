"""Two supervisors on one store when the lock does not keep the second one
out; and whoever else comes to the control socket of one."""
import resource
import signal
import socket
import sqlite3
import subprocess

import pytest

from lib import control
from lib.control import HeldService, Service
from lib.wait import wait_until

RUNNING = 8


@pytest.fixture
def held(site, database):
    return HeldService(site, database)


def lose_the_lock(site):
    (site.store / "lock").unlink()


def test_a_lease_keeps_the_second_one_out(site, held):
    lose_the_lock(site)
    for program, words in (("synclined", ()), ("syncline", ("run",))):
        result = site.verb(*words, program=program, expect=RUNNING)
        assert f"process {held.process.pid}" in result.err
        assert "lease" in result.err and "run 1 of orders" in result.err
    assert held.status()["run"]["entity"] == "orders"
    held.night.release()
    assert held.finish().code == 0
    held.night.assert_converged()


def successor(site):
    """One that gets in; as long as the lease is good, none does."""
    service = Service(site)
    wait_until(lambda: service.process.poll() is not None or
               (service.status() or {}).get("pid") == service.process.pid,
               "it is in, or kept out")
    if service.process.poll() is None:
        return service
    assert service.finish().code == RUNNING
    return None


def test_whoever_slept_writes_nothing_any_more(site, database):
    first = HeldService(site, database, limits={"lease": "1s"})
    first.kill(signal.SIGSTOP)
    lose_the_lock(site)
    second = wait_until(lambda: successor(site), "the lease is over")
    second.wait_for("it has a run of its own", run_run=2)
    # The stages of the first are gone: nothing of it can still come.
    assert first.process.pid not in [p.ppid() for p in site.processes()]
    first.kill(signal.SIGCONT)
    result = first.finish()
    assert result.code == RUNNING, result
    assert f"process {second.process.pid}" in result.err
    assert "has taken over with run 2" in result.err
    # … and has left alone what is the second one's.
    assert second.status()["pid"] == second.process.pid
    assert (site.store / "pipeline.running.yaml").exists()
    first.night.release()
    assert second.finish().code == 0
    newest, oldest = site.runs()
    assert (newest["run"], newest["state"]) == (2, "completed")
    assert (oldest["state"], oldest["error_code"]) == ("failed", "interrupted")
    with sqlite3.connect(site.store / "control.db") as db:
        assert db.execute("SELECT token, run_id, expires_at "
                          "FROM leases").fetchall() == [(2, 2, 0)]
    first.night.assert_converged()


# --- whoever comes to the socket

def hostile(site):
    """Connections that stay open, and what each of them said."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    said = [b"", b"{", b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff" * 3000,
            b'{"version":1,"order":"watch"}\n',
            b'{"version":1,"order":"status"}\n' * 500,
            b'{"version":1,"order":"sta']
    clients = []
    for n in range(1000):
        client = control.connect(site)
        client.setblocking(False)
        try:
            client.send(said[n % len(said)])
        except (BlockingIOError, ConnectionError):
            pass  # it was let go, which is its good right
        clients.append(client)
    return clients, soft, hard


def test_nobody_keeps_it_from_its_work(site, held):
    clients, soft, hard = hostile(site)
    try:
        assert control.ask(site, "status")["status"]["state"] == "working"
        held.order("pause")
        held.order("resume")
        held.night.release()
        assert held.finish().code == 0
    finally:
        for client in clients:
            client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    held.night.assert_converged()


def test_half_a_request_then_gone(site, held):
    for text in (b"", b"{", b'{"version":1,"order":"stop"}', b"\n" * 3):
        client = control.connect(site)
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        client.close()
    assert held.status()["state"] == "working"
    held.night.release()
    assert held.finish().code == 0


def test_a_number_that_was_given_again_holds_nothing(site, held):
    """After a reboot another process may have the number of the supervisor
    that went with the host."""
    held.process.kill()
    held.process.wait()
    site.wait_for_silence()
    held.night.release()
    later = subprocess.Popen(["sleep", "100"])
    with sqlite3.connect(site.store / "control.db") as store:
        store.execute("UPDATE leases SET pid = ?", [later.pid])
        store.execute("UPDATE runs SET started_at = started_at - ?", [10 ** 7])
    try:
        site.run().books()
    finally:
        later.kill()
        later.wait()
    held.night.assert_converged()
