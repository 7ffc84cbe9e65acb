#!/usr/bin/python3
"""make soak: faults by the hundred, drawn by a seed; a line for each, and a
summary. SEED=1 FAULTS=200 FIRST=1: which draws, how many faults that really
happened, and the draw to begin with (to go on where one was interrupted)."""
import collections
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

from lib import draw, verdict
from lib.scene import Scenes

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A point that another night reached may not come in this one.
DRAWS_PER_FAULT = 3


class Soak:
    def __init__(self, seed, wanted, first):
        self.seed, self.wanted, self.turn = seed, wanted, first
        self.last = first + wanted * DRAWS_PER_FAULT
        self.outcomes, self.kinds = collections.Counter(), \
            collections.Counter()

    def happened(self):
        return self.outcomes["good"] + self.outcomes["BAD"]

    def one(self, scenes):
        name, make = draw.draw(self.seed, self.turn)
        began = time.monotonic()
        scene = scenes.get(name)
        fault = make(scene)
        try:
            verdict.judge(scene, fault)
            outcome = "good" if fault.hit else "missed"
        except Exception:  # the next fault is worth a look all the same
            traceback.print_exc(file=sys.stdout)
            outcome = "BAD"
        self.outcomes[outcome] += 1
        self.kinds[type(fault).__name__, outcome] += 1
        print(f"{self.turn:5} {outcome:6} {name:6} {fault}  "
              f"({time.monotonic() - began:.1f} s)", flush=True)
        self.turn += 1

    def run(self, scenes):
        print(f"seed {self.seed}, {self.wanted} faults from number "
              f"{self.turn}", flush=True)
        while self.happened() < self.wanted and self.turn < self.last:
            self.one(scenes)
        for (kind, outcome), count in sorted(self.kinds.items()):
            print(f"{count:5} {outcome:6} {kind}")
        print(f"{self.happened()} faults of seed {self.seed}: "
              f"{self.outcomes['good']} good, {self.outcomes['BAD']} bad; "
              f"{self.outcomes['missed']} more points were not reached")
        return self.outcomes["BAD"] == 0 and self.happened() >= self.wanted


def main():
    # Whoever ends it early wants to find nothing of it left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="slsoak-", dir="/tmp"))
    bin_dir = os.environ.get("SYNCLINE_BIN", ROOT / "build/bin")
    scenes = Scenes(pathlib.Path(bin_dir).resolve(), folder)
    soak = Soak(os.environ.get("SEED", "1"),
                int(os.environ.get("FAULTS", "200")),
                int(os.environ.get("FIRST", "1")))
    try:
        return 0 if soak.run(scenes) else 1
    finally:
        scenes.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
