"""Faults at swept points of a night of 50 000 rows: what each process does is
counted first, then it is disturbed before the first, the last or any other of
its calls. After each: another day's edits, a night, every row, the books, and
a quiet night (P1 to P4, P8). The numbers come from SYNCLINE_SEED, else 1;
`make soak` draws everything, by the hundred."""
import random

import pytest

from lib import draw, faults, verdict
from lib.scene import Scenes
from lib.seeds import seeds
from lib.strace import Point

SEEDS = seeds([1])


@pytest.fixture(scope="module")
def scenes(bin_dir, tmp_path_factory):
    scenes = Scenes(bin_dir, tmp_path_factory.mktemp("scenes"))
    yield scenes
    scenes.close()


def at(kind, process, call, *more):
    def make(rng, scene):
        total = scene.counts[process][call]
        assert total, f"{process} never calls {call}"
        return kind(Point(process, call, draw.number(rng, total)), *more)
    return make


def exactly(fault, *arguments):
    return lambda rng, scene: fault(*arguments)


# Around a large commit: its file is synced, counts, and gets its name; the
# merge that takes it away again. Then everything else that is on a disk or on
# its way.
TABLE = [
    ("ripe", "segment-synced", at(faults.Orphan, "delta", "fdatasync")),
    ("ripe", "segment-counts", at(faults.Kill, "delta", "ftruncate")),
    ("ripe", "segment-named", at(faults.Orphan, "delta", "rename")),
    ("ripe", "segment-taken-away", at(faults.Kill, "delta", "unlink")),
    ("ripe", "state-written", at(faults.Kill, "delta", "pwrite64")),
    ("ripe", "no-name", at(faults.Error, "delta", "rename", "EIO")),
    ("ripe", "no-intent", at(faults.Error, "delta", "writev", "ENOSPC")),
    ("ripe", "ledger", at(faults.Kill, "syncline", "pwrite64")),
    ("ripe", "ledger-synced", at(faults.Error, "syncline", "fdatasync",
                                 "EIO")),
    ("ripe", "target", at(faults.Error, "load", "pwrite64", "EIO", True)),
    ("ripe", "disk", exactly(faults.DiskFull, "state", 700)),
    ("ripe", "acknowledged", at(faults.Orphan, "load", "write")),
    ("ripe", "clock", at(faults.ClockJump, "identity", "sendto",
                         "2026-06-09 20:00")),
    ("first", "sockets", exactly(faults.Kill,
                                 Point("syncline", "write", 1))),
    ("first", "first-segment", at(faults.Kill, "delta", "fdatasync")),
    ("first", "first-ledger", at(faults.Kill, "syncline", "fdatasync")),
    ("pg", "commit-reply", exactly(faults.CommitLost, 2, True)),
    ("pg", "commit", exactly(faults.CommitLost, 1, False)),
    ("pg", "target-server", at(faults.ServerRestart, "load", "sendto",
                               "target")),
    ("pg", "source-server", at(faults.ServerRestart, "extract", "sendto",
                               "source")),
    ("pg", "tablespace", exactly(faults.DiskFull, "tablespace", 64)),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scene, name, make", TABLE,
                         ids=[name for _, name, _ in TABLE])
def test_fault(scenes, seed, scene, name, make):
    fault = make(random.Random(f"{seed} {name}"), scenes.get(scene))
    print(f"SYNCLINE_SEED={seed}: {fault}")
    verdict.judge(scenes.get(scene), fault)
