"""The processes of one site, found by marks on them."""
import os
import signal

STAGES = ("extract", "normalize", "identity", "delta", "resolver", "load")


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # it is gone, or going
        return b""


class Process:
    def __init__(self, pid):
        self.pid = pid

    def cmdline(self):
        return read(f"/proc/{self.pid}/cmdline")

    def argv(self):
        return self.cmdline().decode("utf-8", "replace").split("\0")[:-1]

    def environ(self):
        return read(f"/proc/{self.pid}/environ")

    def name(self):
        """extract, …, load; or syncline for the supervisor."""
        argv = self.argv()
        base = os.path.basename(argv[0]) if argv else ""
        return base.removeprefix("syncline-")

    def alive(self):
        status = read(f"/proc/{self.pid}/stat")
        return bool(status) and status.rpartition(b")")[2].split()[0] != b"Z"

    def ppid(self):
        status = read(f"/proc/{self.pid}/stat").rpartition(b")")[2].split()
        return int(status[1]) if status else 0

    def memory_kib(self, name):
        for line in read(f"/proc/{self.pid}/status").splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        return 0

    def peak_rss_kib(self):
        return self.memory_kib(b"VmHWM:")

    def rss_kib(self):
        return self.memory_kib(b"VmRSS:")

    def cpu_ns(self):
        """What all its threads have run, to the nanosecond."""
        tasks = f"/proc/{self.pid}/task"
        try:
            threads = os.listdir(tasks)
        except OSError:
            return 0
        return sum(int((read(f"{tasks}/{t}/schedstat").split() or [0])[0])
                   for t in threads)

    def has_pending(self, sig):
        """True while the process has not taken the signal yet."""
        for line in read(f"/proc/{self.pid}/status").splitlines():
            if line.startswith(b"ShdPnd:"):
                return bool(int(line.split()[1], 16) >> (sig - 1) & 1)
        return False

    def kill(self, sig=signal.SIGKILL):
        try:
            os.kill(self.pid, sig)
            return True
        except ProcessLookupError:
            return False


def marked(*marks):
    """Every live process but us whose environment or command line holds one
    of these. The environment of one that closed itself is for root alone."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        process = Process(int(entry))
        words = process.environ() + process.cmdline()
        if any(mark in words for mark in marks) and process.alive():
            found.append(process)
    return found
