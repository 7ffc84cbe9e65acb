"""One timed command: elapsed time, and the CPU of all its processes."""
import dataclasses
import os
import shlex
import subprocess
import threading
import time

from say import BenchError


@dataclasses.dataclass
class Stage:
    """One process of a run, by what `syncline run -v` says of it."""
    cpu_s: float
    peak_rss_kib: int


@dataclasses.dataclass
class Measure:
    seconds: float
    cpu_s: float = 0.0         # user and system, of all its processes
    server_cpu_s: float = 0.0  # of the database server meanwhile
    rows: int = 0              # how many rows the work was
    peak_rss_kib: int = 0      # of the process alone, without its children
    stages: dict = dataclasses.field(default_factory=dict)


def shown(command):
    return shlex.join(map(str, command))


class PeakMemory(threading.Thread):
    """Of one process: wait4 would count its children, too."""
    EVERY_SECONDS = 0.05

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.kib, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(self.EVERY_SECONDS):
            try:
                with open(f"/proc/{self.pid}/status",
                          encoding="utf-8") as file:
                    found = [line.split()[1] for line in file
                             if line.startswith("VmHWM:")]
            except OSError:
                return
            self.kib = max([self.kib, *map(int, found)])


def timed(command, out=os.devnull, log=os.devnull, env=None, cwd=None):
    """The exit code and the measure. out and log are files."""
    with open(out, "wb") as out_file, open(log, "wb") as log_file:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL,
            stdout=out_file, stderr=log_file, env=env, cwd=cwd)
        memory = PeakMemory(process.pid)
        memory.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            memory.over.set()
        seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, Measure(
        seconds, cpu_s=used.ru_utime + used.ru_stime,
        peak_rss_kib=memory.kib)


def tail(path, lines=20):
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])


def must(command, **options):
    """A command of the preparation: it works, or the benchmark ends."""
    done = subprocess.run([str(word) for word in command], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        raise BenchError(f"{shown(command)}: exit code {done.returncode}\n"
                         f"{done.stdout[-3000:]}")
    return done.stdout
