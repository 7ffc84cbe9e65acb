"""What can happen to a night, and at which point of it."""
import signal
import time

from lib import mounts
from lib.clock import Clock
from lib.processes import Process
from lib.proxy import Proxy
from lib.scene import SUPERVISOR
from lib.site import HANGS_SECONDS
from lib.strace import Point, Rig
from lib.wait import wait_until

TRIES, TRIES_PATIENT = 2, 5
CLOCK = "2026-06-10 20:00"
STILL_SECONDS = 0.3


class Fault:
    """One thing that happens. healed: the night gets over it by itself;
    after disturb, hit says whether it happened at all."""

    again, healed, tries = False, False, TRIES

    def __init__(self, point):
        self.point, self.hit = point, False

    def __str__(self):
        return f"{self.name}: {self.point}"

    def disturb(self, night):
        """Runs the night; its result."""
        night.write(limits={"tries": self.tries})
        rig = Rig(night.site.bin_dir, night.site.dir / "rig")
        rig.arm(self.point, self.deed, self.again)
        night.site.bin_dir, real = rig.dir, night.site.bin_dir
        process = night.site.start_run()
        self.meanwhile(night, rig, process)
        result = night.site.finish(process)
        night.site.wait_for_silence()
        night.site.bin_dir = real
        self.hit = rig.hit(self.point)
        return result

    def meanwhile(self, night, rig, process):
        pass


class Kill(Fault):
    name, deed = "kill -9", "signal=KILL"

    def __init__(self, point):
        super().__init__(point)
        self.healed = point.process != SUPERVISOR


class Error(Fault):
    """The kernel says no, once or from there on."""

    def __init__(self, point, code, again=False):
        super().__init__(point)
        self.name = code + (" from there on" if again else "")
        self.deed, self.again = f"error={code}", again


class Stop(Fault):
    """It stands still there; something happens; it goes on."""

    name, deed, healed = "kill -STOP, -CONT", "signal=STOP", True

    def meanwhile(self, night, rig, process):
        wait_until(lambda: process.poll() is not None or rig.hit(self.point),
                   f"{self}, or the night is over")
        if process.poll() is None:
            self.act(night, process)
        # Every thread stops at its own Nth call.
        wait_until(lambda: self.go_on(night, process), f"{self} is over",
                   HANGS_SECONDS)

    def go_on(self, night, process):
        for victim in night.site.processes():
            if victim.name() == self.point.process:
                victim.kill(signal.SIGCONT)
        time.sleep(STILL_SECONDS)
        return process.poll() is not None

    def act(self, night, process):
        # Its neighbours have the time to fill and to drain every queue.
        time.sleep(STILL_SECONDS)


class Orphan(Stop):
    """While a stage stands still its supervisor is killed."""

    name, healed = "kill -9 of the supervisor of a stopped stage", False

    def act(self, night, process):
        Process(process.pid).kill()


class ServerRestart(Stop):
    healed, tries = False, TRIES_PATIENT

    def __init__(self, point, side):
        super().__init__(point)
        self.side = side
        self.name = f"immediate stop and start of the {side}'s server"

    def act(self, night, process):
        night.close_links()
        server = getattr(night, self.side).database.server
        server.halt()
        server.go_on()


class ClockJump(Stop):
    def __init__(self, point, to):
        super().__init__(point)
        self.to, self.name = to, f"the clock jumps to {to}"

    def disturb(self, night):
        self.clock = Clock(night.site.dir, CLOCK)
        night.site.surroundings = self.clock.env
        return super().disturb(night)

    def act(self, night, process):
        self.clock.set(self.to)
        super().act(night, process)


class CommitLost(Fault):
    """The cable to the target breaks at its Nth COMMIT."""

    healed = True

    def __init__(self, number, reply):
        super().__init__(Point("load", "COMMIT", number))
        self.reply = reply
        self.name = "the reply is lost" if reply else "the order is lost"

    def disturb(self, night):
        server, link = night.target.database.server, night.target.connection
        direct = link["dsn"]
        proxy = Proxy(night.site.dir / "way", server.dir, self.point.number,
                      self.reply)
        link["dsn"] = direct.replace(f"host={server.dir}",
                                     f"host={proxy.dir}")
        night.write(limits={"tries": self.tries})
        result = night.site.run(expect=None)
        night.site.wait_for_silence()
        link["dsn"] = direct
        proxy.close()
        self.hit = proxy.was_cut.is_set()
        return result


class DiskFull(Fault):
    """There are so many KiB left; what: store, state or target."""

    def __init__(self, what, left_kib):
        super().__init__(f"{left_kib} KiB left")
        self.what, self.left_kib = what, left_kib
        self.name = f"the disk of the {what} gets full"

    def disturb(self, night):
        night.write(limits={"tries": self.tries})
        disk = night.stack.enter_context(self.disk(night))
        result = night.site.run(expect=None)
        night.site.wait_for_silence()
        self.hit = result.code != 0
        mounts.remount(disk, "size=64m")
        return result

    def disk(self, night):
        if self.what == "tablespace":
            return night.target.tablespace(self.left_kib)
        folder = {"store": night.site.store, "target": night.site.dir /
                  "target", "state": night.site.store / "state"}[self.what]
        return mounts.disk_of_its_own(folder, self.left_kib)
