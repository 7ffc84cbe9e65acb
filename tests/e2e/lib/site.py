"""One pipeline file, its store, and the real binaries working on them."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import yaml

from lib import processes
from lib.books import Books
from lib.wait import PATIENCE_SECONDS, wait_until

HANGS_SECONDS = 100
LOGFMT = re.compile(r"(<[0-7]>)?(time|level)=")


class Result:
    """What one call of the command line left."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)

    def books(self, entity=None):
        """Of a `run -o json`: the books of one entity, balanced."""
        return Books.of(self.json(), entity)

    def messages(self):
        """What was said to people on stderr: all but the log."""
        return [line for line in self.err.splitlines()
                if line and not LOGFMT.match(line)]

    def assert_says(self, *patterns):
        """One message says all of this."""
        for message in self.messages():
            if all(re.search(p, message) for p in patterns):
                return message
        raise AssertionError(f"no message says {patterns}: {self}")

    def __str__(self):
        return (f"exit code {self.code}\n--- stdout\n{self.out[-3000:]}\n"
                f"--- stderr\n{self.err[-6000:]}")


class Site:
    def __init__(self, bin_dir, root):
        self.bin_dir = pathlib.Path(bin_dir)
        self.dir = pathlib.Path(root)
        self.file = self.dir / "pipeline.yaml"
        self.store = self.dir / ".syncline"
        self.prefix = []  # of every command, such as setpriv
        # Sockets go here, and every process of ours carries its name.
        self.runtime = tempfile.mkdtemp(prefix="sl-", dir="/tmp")
        # What else the environment of every call holds.
        self.surroundings = {}

    # --- the pipeline file

    def write(self, connections, entities, **others):
        """Lists and dictionaries as the file has them."""
        tree = {"version": 1, "connections": connections, **others,
                "entities": entities}
        self.write_text(yaml.safe_dump(tree, allow_unicode=True,
                                       sort_keys=False, width=1000))

    def write_text(self, text):
        self.file.write_text(text, encoding="utf-8")

    # --- calling

    def environ(self, **more):
        more = {k: v for k, v in os.environ.items()
                if k.endswith("SAN_OPTIONS")} | self.surroundings | more
        return {"PATH": os.environ["PATH"], "HOME": str(self.dir),
                "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": self.runtime, **more}

    def start(self, *words, env=None, stdin=subprocess.DEVNULL,
              program="syncline"):
        return subprocess.Popen(
            [*self.prefix, str(self.bin_dir / program), *map(str, words)],
            cwd=self.dir,
            env=self.environ(**(env or {})), stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process):
        try:
            out, err = process.communicate(timeout=HANGS_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError("it hangs:\n" + str(Result(
                None, out.decode("utf-8", "replace"),
                err.decode("utf-8", "replace")))) from None
        return Result(process.returncode, out.decode("utf-8", "replace"),
                      err.decode("utf-8", "replace"))

    def call(self, *words, expect=0, **options):
        """Any verb. expect: its exit code, or None for whatever comes."""
        result = self.finish(self.start(*words, **options))
        assert expect is None or result.code == expect, \
            f"{' '.join(map(str, words))}: expected exit code {expect}, " \
            f"found {result}"
        return result

    def verb(self, *words, **options):
        return self.call(*words, "-c", self.file, **options)

    def run(self, *entities, **options):
        """A night; its books are result.books(entity)."""
        return self.verb("run", *entities, "-o", "json", **options)

    def start_run(self, *entities):
        return self.start("run", *entities, "-o", "json", "-c", self.file)

    def runs(self, *words):
        """The ledger's runs, the newest first."""
        return self.verb("runs", *words, "-o", "json").json()

    # --- what it left

    def processes(self):
        return processes.marked(self.runtime.encode(),
                                str(self.file).encode())

    def process(self, name):
        for process in self.processes():
            if process.name() == name:
                return process
        return None

    def sockets(self):
        return sorted(str(p) for p in pathlib.Path(self.runtime).rglob("*"))

    def state_files(self):
        """Name to hash of the bytes, of everything the state consists of."""
        root = self.store / "state"
        return {str(p.relative_to(root)):
                hashlib.sha256(p.read_bytes()).hexdigest()
                for p in sorted(root.rglob("*")) if p.is_file()}

    def wait_for_silence(self):
        """Nothing of ours runs any more."""
        wait_until(lambda: not self.processes(),
                   "every process of the run has ended", PATIENCE_SECONDS)

    def assert_tidy(self):
        """No stray process, no socket, no live run in the ledger."""
        self.wait_for_silence()
        assert self.sockets() == []
        live = {"planned", "running", "paused", "finishing", "interrupted"}
        if (self.store / "control.db").exists():
            assert not [r for r in self.runs() if r["state"] in live]

    def destroy(self):
        for process in self.processes():
            process.kill()
        shutil.rmtree(self.runtime, ignore_errors=True)
