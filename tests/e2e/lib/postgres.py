"""A PostgreSQL server of our own: a private socket, no TCP, no fsync."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg2

from lib.wait import wait_until

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket_dir}'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 80
max_wal_size = 2GB
log_min_messages = warning
"""
# Only these roles have to prove who they are.
GUARDED_ROLE, OTHER_GUARDED_ROLE = "guarded", "warded"
HBA = f"""
local all {GUARDED_ROLE},{OTHER_GUARDED_ROLE} scram-sha-256
local all all trust
"""


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def as_server_user():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres",
            "--clear-groups"]


class Server:
    def __init__(self, settings=""):
        """settings: lines for its configuration, beyond the usual ones."""
        self.settings = SETTINGS + settings
        # Short: a socket's path may have no more than 107 bytes.
        self.dir = tempfile.mkdtemp(prefix="slpg-", dir="/tmp")
        self.databases = 0

    def call(self, *command):
        done = subprocess.run(
            [*as_server_user(), *map(str, command)], cwd=self.dir,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}")

    def start(self):
        if os.geteuid() == 0:
            shutil.chown(self.dir, "postgres", "postgres")
        os.chmod(self.dir, 0o755)
        data = pathlib.Path(self.dir, "data")
        self.call(BIN / "initdb", "-D", data, "-U", "postgres",
                  "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        settings = self.settings.format(socket_dir=self.dir)
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(settings)
        (data / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        self.go_on()

    def go_on(self):
        self.call(BIN / "pg_ctl", "-D", pathlib.Path(self.dir, "data"),
                  "-w", "-l", pathlib.Path(self.dir, "log"), "start")

    def halt(self):
        """As if its process had died; it can go on."""
        self.call(BIN / "pg_ctl", "-D", pathlib.Path(self.dir, "data"),
                  "-w", "-m", "immediate", "stop")

    def stop(self):
        self.halt()
        shutil.rmtree(self.dir)

    def admin(self):
        """For what no database can do to itself."""
        return Database(self, "postgres")

    def database(self, template="template0"):
        """A new, empty database, or a copy of another one."""
        self.databases += 1
        name = f"night{self.databases}"
        admin = self.admin()
        admin.script(f"CREATE DATABASE {name} TEMPLATE {template} "
                     "ENCODING 'UTF8'")
        admin.close()
        return Database(self, name)


class Database:
    def __init__(self, server, name):
        self.server, self.name = server, name
        self.link = None

    def dsn(self, user="postgres"):
        return f"host={self.server.dir} dbname={self.name} user={user}"

    def connect(self):
        """A connection of its own; the caller closes it."""
        return psycopg2.connect(self.dsn(), application_name="tests")

    def cursor(self):
        if self.link is None:
            self.link = self.connect()
            self.link.autocommit = True
        return self.link.cursor()

    def close(self):
        if self.link is not None:
            self.link.close()
            self.link = None

    def script(self, sql):
        with self.cursor() as cursor:
            cursor.execute(sql)

    def change(self, sql, rows=None):
        with self.cursor() as cursor:
            if rows is None:
                cursor.execute(sql)
            else:
                cursor.executemany(sql, rows)
            return cursor.rowcount

    def copy_in(self, table, text):
        with self.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} FROM STDIN", text)

    def rows(self, sql, *parameters):
        with self.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall()

    def value(self, sql, *parameters):
        return self.rows(sql, *parameters)[0][0]

    def drop(self):
        self.close()
        admin = self.server.admin()
        admin.script(f"DROP DATABASE {self.name} WITH (FORCE)")
        admin.close()

    def strangers(self):
        """Backends of this database that are not ours: (pid, name)."""
        return self.rows(
            "SELECT pid, application_name FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND application_name <> 'tests' AND backend_type = "
            "'client backend'")

    def backend(self, stage):
        """The pid of that stage's backend, or None."""
        for pid, name in self.strangers():
            if stage in name:
                return pid
        return None

    def fingerprint(self, table):
        """Changes whenever anything writes to the table: its counters of
        writes, and which transaction wrote each row where."""
        # Counters are flushed when the backends that count have gone.
        wait_until(lambda: not self.strangers(), "the backends have gone")
        counters = self.rows(
            "SELECT n_tup_ins, n_tup_upd, n_tup_del FROM "
            "pg_stat_user_tables WHERE relid = %s::regclass", table)
        versions = self.value(
            "SELECT md5(coalesce(string_agg(ctid::text || ' ' || xmin::text "
            f"|| ' ' || xmax::text, ',' ORDER BY ctid), '')) FROM {table}")
        return counters, versions
