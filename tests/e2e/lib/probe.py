"""Tries forbidden things inside the real stages; see probe.c."""
import pathlib
import re
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "probe.c"
STAGES = ("extract", "normalize", "identity", "delta", "load")


def build(folder):
    library = folder / "probe.so"
    subprocess.run(["cc", "-std=gnu17", "-Wall", "-Werror", "-shared", "-fPIC",
                    "-o", library, SOURCE], check=True)
    return library


class Probe:
    def __init__(self, library, *words):
        self.words = [str(word) for word in words]
        self.env = {"LD_PRELOAD": str(library), "PROBE": " ".join(self.words)}

    def outcomes(self, stderr):
        """{word: {stage: outcome}}, everything that was asked for."""
        found = {word: {} for word in self.words}
        for stage, word, outcome in re.findall(
                r"^PROBE (\S+) (\S+) (\S+)$", stderr, re.M):
            found[word][stage] = outcome
        for word, by_stage in found.items():
            assert set(by_stage) == set(STAGES), (word, by_stage, stderr)
        return found


def only(*allowed, otherwise="EACCES"):
    """What a word's outcomes are if these stages may and no other may."""
    return {stage: "ok" if stage in allowed else otherwise
            for stage in STAGES}
