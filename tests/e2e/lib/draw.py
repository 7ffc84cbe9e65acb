"""Faults drawn by a seed: every kind, every process, every call, and numbers
that are spread over the whole night, its ends most of all."""
import random

from lib import faults
from lib.scene import PROCESSES, STAGES
from lib.strace import FILE_CALLS, Point

CODES = ("ENOSPC", "EIO")
# A day, long ago, far off, and a moment.
JUMPS = ("2026-06-11 20:00", "2026-06-09 20:00", "2001-01-01 00:00",
         "2037-01-01 00:00", "2026-06-10 19:59:59")
DISKS = ("store", "state", "target")
LEFT_KIB = (0, 4, 64, 256, 700, 1200, 1700)
COMMITS = 5


def number(rng, total):
    return rng.choice((1, total, rng.randint(1, total), rng.randint(1, total)))


def point(rng, scene, processes=PROCESSES, calls=None):
    """Processes first, then calls: there are many writes and few renames."""
    found = [(p, c) for p in processes for c in sorted(scene.counts[p])
             if calls is None or c in calls]
    process = rng.choice(sorted({p for p, _ in found}))
    call = rng.choice([c for p, c in found if p == process])
    return Point(process, call, number(rng, scene.counts[process][call]))


def kill(rng, scene):
    return faults.Kill(point(rng, scene))


def error(rng, scene):
    at = point(rng, scene, ("syncline", "delta", "load"), FILE_CALLS)
    return faults.Error(at, rng.choice(CODES), rng.random() < 0.3)


def stop(rng, scene):
    return faults.Stop(point(rng, scene))


def orphan(rng, scene):
    return faults.Orphan(point(rng, scene, STAGES))


def clock(rng, scene):
    return faults.ClockJump(point(rng, scene), rng.choice(JUMPS))


def disk(rng, _):
    return faults.DiskFull(rng.choice(DISKS), rng.choice(LEFT_KIB))


def tablespace(rng, _):
    return faults.DiskFull("tablespace", rng.choice(LEFT_KIB))


def server(rng, scene):
    return faults.ServerRestart(point(rng, scene),
                                rng.choice(("source", "target")))


def commit(rng, _):
    return faults.CommitLost(rng.randint(1, COMMITS), rng.random() < 0.6)


# The kinds of each world, each as often as it stands there.
KINDS = {
    "files": (kill,) * 8 + (error,) * 6 + (disk,) * 4 + (orphan,) * 6
    + (stop, clock),
    "pg": (kill,) * 4 + (server,) * 4 + (commit,) * 3 + (error,) * 2
    + (tablespace,) * 2 + (orphan,) * 3 + (stop, clock),
}
SCENES = ("ripe", "ripe", "ripe", "first", "several", "several",
          "pg", "pg", "pg")


def draw(seed, turn):
    """The scene's name, and what makes the fault of a scene."""
    rng = random.Random(f"{seed} {turn}")
    name = rng.choice(SCENES)
    kind = rng.choice(KINDS["pg" if name == "pg" else "files"])
    return name, lambda scene: kind(rng, scene)
