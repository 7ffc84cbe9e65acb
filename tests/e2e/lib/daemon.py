"""synclined as a service manager sees it: what it says over the notify
socket, its log, and the signals it is sent."""
import os
import signal
import socket
import subprocess

from lib.wait import wait_until


class Daemon:
    def __init__(self, site, clock):
        self.site, self.clock = site, clock
        self.path = os.path.join(site.runtime, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.said = []
        self.log = site.dir / "synclined.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(site.bin_dir / "synclined"), "-c", str(site.file)],
                cwd=site.dir, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=site.environ(
                    NOTIFY_SOCKET=self.path, **clock.env))

    def hear(self):
        while True:
            try:
                self.said.append(self.socket.recv(65536).decode())
            except BlockingIOError:
                return self.said

    def wait_idle(self, until):
        """Until it says that it waits, and until when."""
        self.wait_said("STATUS=waiting until " + until)
        self.said.clear()

    def wait_said(self, what):
        wait_until(lambda: self.gone() or any(
            s.startswith(what) for s in self.hear()), f"it says {what}")
        assert not self.gone(), self.text()

    def reload(self):
        """What it says after this, it says of what is true by now: while it
        waits it may say so more than once."""
        self.process.send_signal(signal.SIGHUP)
        self.wait_said("RELOADING")
        while not self.said.pop(0).startswith("RELOADING"):
            pass

    def gone(self):
        return self.process.poll() is not None

    def text(self):
        return self.log.read_text()

    def set_clock(self, when):
        """A real clock that is set wakes it up; this one needs a signal."""
        self.clock.set(when)
        self.reload()

    def end(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        code = self.process.wait(timeout=60)
        self.site.wait_for_silence()
        self.socket.close()
        os.unlink(self.path)
        return code
