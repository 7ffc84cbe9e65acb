"""What a process does at its Nth call of the kernel, by strace.

A rig is a folder of programs in which some are started under strace. A traced
process is still the supervisor's child, with a number of its own: the tracer
stands beside it (-D). Calls are counted for every thread and every name apart,
by strace and by us."""
import collections
import pathlib
import re
import shutil

SUPERVISORS = ("syncline", "synclined")
# Between which two of these does a crash fall? On the disk, and to a peer.
FILE_CALLS = ("pwrite64", "writev", "fdatasync", "fsync", "ftruncate",
              "rename", "unlink")
CALLS = FILE_CALLS + ("write", "sendto", "sendmsg")
# once: what is started again after its fault works on.
WRAPPER = """#!/bin/sh
if {once}; then
    exec strace -D {threads} -q -A -o "{log}" -e trace={calls} {inject} "{real}" "$@"
fi
exec "{real}" "$@"
"""
LINE = re.compile(r"^(\d* *)([a-z0-9]+)\(", re.MULTILINE)
HIT = re.compile(r"\(INJECTED\)|killed by SIGKILL|stopped by SIGSTOP")


class Point:
    """Before that process's Nth call of that name."""

    def __init__(self, process, call, number):
        self.process, self.call, self.number = process, call, number

    def __str__(self):
        return f"{self.process} before {self.call} {self.number}"


class Rig:
    def __init__(self, bin_dir, folder):
        self.bin_dir, self.dir = pathlib.Path(bin_dir), pathlib.Path(folder)
        # The supervisor looks for the stages where it is itself.
        inner = self.dir / "bin"
        inner.mkdir(parents=True)
        for program in self.bin_dir.iterdir():
            if program.name in SUPERVISORS:
                shutil.copy(program, inner / program.name)
                (self.dir / program.name).symlink_to(inner / program.name)
            else:
                (inner / program.name).symlink_to(program)

    def log(self, name):
        return self.dir / f"{name}.strace"

    def wrap(self, name, inject="", calls=CALLS, again=False):
        """name: a stage or a supervisor. again: also whoever follows it."""
        threads = "-f"
        if name in SUPERVISORS:
            threads = ""  # its children are not its threads, but followed, too
            wrapper, real = self.dir / name, self.dir / "bin" / name
        else:
            wrapper = self.dir / "bin" / f"syncline-{name}"
            real = self.bin_dir / wrapper.name
        once = "true" if again else \
            f'mkdir "{self.dir}/{name}.started" 2>/dev/null'
        wrapper.unlink()
        wrapper.write_text(WRAPPER.format(
            once=once, threads=threads, log=self.log(name), calls=",".join(calls),
            inject=inject, real=real))
        wrapper.chmod(0o755)

    def arm(self, point, deed, again=False):
        """deed: as strace's inject has it: signal=KILL, error=EIO. again: from
        there on at every call, and in whoever follows."""
        when = f"{point.number}+" if again else str(point.number)
        self.wrap(point.process, f"-e inject={point.call}:{deed}:when={when}",
                  (point.call,), again)

    def hit(self, point):
        log = self.log(point.process)
        return log.exists() and bool(HIT.search(log.read_text("latin-1")))

    def counts(self, name):
        """Of a night that was only watched: call to how often the thread made
        it that made it most."""
        threads = collections.Counter(
            (call, thread) for thread, call in
            LINE.findall(self.log(name).read_text("latin-1")))
        most = collections.Counter()
        for (call, _), count in threads.items():
            most[call] = max(most[call], count)
        return most
