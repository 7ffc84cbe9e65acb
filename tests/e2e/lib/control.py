"""A running synclined, and its control socket as a plain client has it."""
import json
import os
import signal
import socket

from lib.held import Held
from lib.wait import PATIENCE_SECONDS, wait_until


def connect(site):
    """However long the store's path is: by the folder's descriptor."""
    folder = os.open(site.store / "control", os.O_RDONLY)
    try:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Blocking: while many come at once, one waits for one's turn.
        client.connect(f"/proc/self/fd/{folder}/socket")
        client.settimeout(PATIENCE_SECONDS)
        return client
    finally:
        os.close(folder)


def read_line(client):
    line = b""
    while not line.endswith(b"\n"):
        more = client.recv(65536)
        if not more:
            break
        line += more
    return line


def ask(site, order, patience=PATIENCE_SECONDS, **others):
    """The answer to one request; None if nobody is there (yet)."""
    try:
        with connect(site) as client:
            client.settimeout(patience)
            client.sendall(json.dumps(
                {"version": 1, "order": order, **others}).encode() + b"\n")
            line = read_line(client)
            return json.loads(line) if line else None
    except (FileNotFoundError, ConnectionError, TimeoutError):
        return None


class Service:
    """synclined on a site."""

    def __init__(self, site, **env):
        self.site = site
        self.process = site.start("-c", site.file, program="synclined",
                                  env=env)

    def status(self):
        """None while it does not answer, which a stopped one does not."""
        answer = ask(self.site, "status", patience=1)
        return answer["status"] if answer else None

    def wait_for(self, what, **wanted):
        """A status in which all of this is so; run_X is about its run."""
        def fits():
            assert self.process.poll() is None, self.finish()
            status = self.status()
            if status is None:
                return None
            facts = {**status, **{f"run_{key}": value for key, value
                                  in status.get("run", {}).items()}}
            if all(facts.get(key) == value for key, value in wanted.items()):
                return status
            return None
        return wait_until(fits, what)

    def order(self, verb, *words, **options):
        return self.site.verb(verb, *words, **options)

    def kill(self, sig=signal.SIGKILL):
        self.process.send_signal(sig)

    def finish(self):
        return self.site.finish(self.process)

    def stop(self, code=None):
        self.order("stop")
        result = self.finish()
        assert code is None or result.code == code, result
        return result


class HeldService(Service):
    """One that stands still in the middle of a run of many chunks, until it
    is released."""

    def __init__(self, site, database, **others):
        super_init = super().__init__

        def start(at):
            super_init(at)
            return self.process
        self.night = Held(site, database, "load", chunk_rows=2000,
                          start=start, **others)
        wait_until(self.night.waiter, "load stands still")

    def pause_in_mid_run(self):
        self.order("pause")
        self.wait_for("it is about to pause", run_state="pausing")
        self.night.release()
        status = self.wait_for("the run waits", run_state="paused")
        assert status["state"] == "paused" and status["paused_by"]
        return status["run"]

    def second_night(self):
        """Of a service that has much to delete, and stands still before."""
        self.night.release()
        assert self.finish().code == 0
        self.night.database.script(
            "DELETE FROM orders WHERE order_no % 100 = 7;"
            "INSERT INTO orders SELECT order_no + 1000000, site, descr, qty, "
            "due, open, weight FROM orders ORDER BY order_no, site LIMIT 1")
        self.night.hold_again()
        service = Service(self.site)
        wait_until(self.night.waiter, "load stands still")
        wait_until(lambda: self.one_chunk_left(service),
                   "the rest was read meanwhile")
        return service

    @staticmethod
    def one_chunk_left(service):
        run = (service.status() or {}).get("run", {})
        return run and run["chunks_done"] == run["chunks"] - 1

    def pause_before_the_deletes(self, service):
        """All is read, and what is gone from the source is about to be
        deleted: that is handed out like a chunk, and waits like one."""
        service.order("pause", "orders")
        self.night.release()
        run = service.wait_for("the run waits", run_state="paused")["run"]
        assert (run["phase"], run["chunks_done"]) == ("sweep", run["chunks"])

    def assert_deleted(self):
        left = self.night.database.value("SELECT count(*) FROM orders")
        assert len(self.night.target.rows()) == left < len(self.night.rows)
        return left
