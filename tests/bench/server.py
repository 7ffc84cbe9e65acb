"""A PostgreSQL server for the benchmark alone: private socket, no TCP."""
import contextlib
import os
import pathlib
import shutil
import tempfile

import psycopg2

from measure import must
from say import BenchError

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
# All that differs from initdb's file; the report repeats it. What would run
# at a moment of its own choice is run by hand, outside of the timing.
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "min_wal_size": "4GB",  # WAL files are used again, not made anew
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
TICKS = os.sysconf("SC_CLK_TCK")


def as_server_user():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres",
            "--clear-groups"]


class Server:
    def __init__(self, folder):
        self.dir = pathlib.Path(folder)
        self.data = self.dir / "data"
        # Short: a socket's path may have no more than 107 bytes.
        self.socket = None
        self.pid = 0

    def call(self, *command):
        return must([*as_server_user(), *command], cwd=self.dir)

    def start(self):
        if not (BIN / "initdb").exists():
            raise BenchError(f"no PostgreSQL 15 in {BIN}")
        self.remove()
        self.dir.mkdir(parents=True)
        self.check_reachable()
        self.socket = tempfile.mkdtemp(prefix="slbench-", dir="/tmp")
        if os.geteuid() == 0:
            shutil.chown(self.dir, "postgres", "postgres")
            shutil.chown(self.socket, "postgres", "postgres")
        self.call(BIN / "initdb", "-D", self.data, "-U", "postgres",
                  "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        own = {"listen_addresses": "", "unix_socket_directories": self.socket}
        with open(self.data / "postgresql.conf", "a",
                  encoding="utf-8") as file:
            for name, value in {**SETTINGS, **own}.items():
                file.write(f"{name} = '{value}'\n")
        self.call(BIN / "pg_ctl", "-D", self.data, "-w", "-l",
                  self.dir / "log", "start")
        first_line, *_ = (self.data / "postmaster.pid").read_text().split()
        self.pid = int(first_line)

    def check_reachable(self):
        try:
            self.call("test", "-r", self.dir)
        except (OSError, BenchError):
            raise BenchError(f"the user postgres cannot reach {self.dir}: "
                             "try another BUILD") from None

    def stop(self):
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            lines = pid_file.read_text(encoding="utf-8").splitlines()
            self.socket = self.socket or lines[4]
            self.call(BIN / "pg_ctl", "-D", self.data, "-w", "-m",
                      "immediate", "stop")
        if self.socket:
            shutil.rmtree(self.socket, ignore_errors=True)

    def remove(self):
        """Also one that a killed benchmark has left."""
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- calling it

    def dsn(self, database):
        return f"host={self.socket} dbname={database} user=postgres"

    def uri(self, database):
        return f"postgresql:///{database}?host={self.socket}&user=postgres"

    def environ(self):
        """For psql itself, without the 30 ms of Debian's wrapper; every
        scan begins where the table begins."""
        return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}",
                "PGHOST": self.socket, "PGUSER": "postgres",
                "PGOPTIONS": "-c synchronize_seqscans=off"}

    def connect(self, database):
        link = psycopg2.connect(self.dsn(database))
        link.autocommit = True
        return link

    def sql(self, database, *statements):
        """Runs them; the rows of the last one, if it has any."""
        with contextlib.closing(self.connect(database)) as link, \
                link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def value(self, database, statement):
        return self.sql(database, statement)[0][0]

    def script(self, database, file, **variables):
        words = [w for k, v in variables.items() for w in ("-v", f"{k}={v}")]
        must(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *words, "-d", database,
              "-f", file], env=self.environ())

    def new_database(self, name, template="template0"):
        """Drops the one of this name first."""
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                 f"CREATE DATABASE {name} TEMPLATE {template} "
                 "STRATEGY file_copy")

    def drop_database(self, name):
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def settle(self, *databases):
        """Nothing of what was done before is left to be done later."""
        for database in databases:
            self.sql(database, "VACUUM (ANALYZE)")
        self.sql("postgres", "CHECKPOINT")

    # --- what it costs

    def cpu_s(self):
        """Of all its processes so far, also those that have ended."""
        ticks = sum(stat(self.pid)[13:15])
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                fields = stat(entry)
                if fields and fields[1] == self.pid:
                    ticks += sum(fields[11:13])
        return ticks / TICKS


def stat(pid):
    """The numbers of /proc/PID/stat behind the name; [1] is the parent."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii",
                  errors="replace") as file:
            text = file.read().rpartition(")")[2].split()
    except OSError:
        return []
    return [0] + [int(word) for word in text[1:20]]
