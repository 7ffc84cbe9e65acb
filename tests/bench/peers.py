"""What a user would otherwise run. A peer that is not there, or fails, is
reported; it does not end the benchmark."""
import shutil

import orders
from measure import tail, timed
from say import BenchError, say

FDW_SETUP = """
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
DROP SCHEMA IF EXISTS remote CASCADE;
CREATE SCHEMA remote;
DROP SERVER IF EXISTS source CASCADE;
CREATE SERVER source FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '{host}', dbname '{source}', fetch_size '10000');
CREATE USER MAPPING FOR CURRENT_USER SERVER source OPTIONS (user 'postgres');
IMPORT FOREIGN SCHEMA public LIMIT TO (orders) FROM SERVER source INTO remote;
"""
FDW_COMPARE = """SET work_mem = '512MB';
SELECT count(*) FROM orders t FULL JOIN remote.orders s
USING (order_no, site) WHERE {differs}"""
WHOLE_ROW = "t.* IS DISTINCT FROM s.*"
BY_MD5 = "md5(t::text) IS DISTINCT FROM md5(s::text)"


class PeerError(Exception):
    """Why a peer has no number."""


def need(program):
    if not shutil.which(program):
        raise PeerError(f"{program} is not installed")


class Peers:
    """Collects the measures of peers, and the reasons of those without."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.missing = {}

    def measure(self, name, work, rows):
        """None if there is no number; the reason is kept."""
        if not self.wanted:
            self.missing[name] = "left out, as asked (PEERS=no)"
            return None
        if name in self.missing:
            return None
        say(f"    {name}")
        try:
            found = work()
        except (PeerError, BenchError) as why:
            self.missing[name] = str(why)
            say(f"    {name}: no number: {why}")
            return None
        found.rows = rows
        return found


def counted(command, log, server, cwd):
    before = server.cpu_s()
    code, measure = timed(command, out=log, log=f"{log}.err",
                          env=server.environ(), cwd=cwd)
    measure.server_cpu_s = server.cpu_s() - before
    if code != 0:
        raise PeerError(f"{command[0]} failed with exit code {code}: "
                        f"{tail(log, 3)}{tail(f'{log}.err', 3)}".strip())
    return measure


def fdw_prepare(server, source, target):
    server.sql(target, FDW_SETUP.format(host=server.socket, source=source))


def fdw_compare(server, target, how, folder):
    """Of two equal tables, by one full join."""
    log = folder / "fdw.log"
    measure = counted(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", target,
                       "-c", FDW_COMPARE.format(differs=how)],
                      log, server, folder)
    if tail(log).strip() != "0":
        raise PeerError(f"found differences: {tail(log)}")
    return measure


def pgcopydb(server, source, target, folder):
    """Clones a database that holds the one table, into an empty one."""
    need("pgcopydb")
    server.new_database(target)
    server.settle()
    work = folder / "pgcopydb"
    shutil.rmtree(work, ignore_errors=True)
    try:
        return counted(["pgcopydb", "clone", "--source", server.uri(source),
                        "--target", server.uri(target), "--dir", work],
                       folder / "pgcopydb.log", server, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def pgloader(server, source_uri, target, folder, rows):
    """Creates the table, loads it, then makes its index."""
    need("pgloader")
    server.new_database(target)
    server.settle()
    script = folder / "pgloader.load"
    script.write_text(
        f"LOAD DATABASE FROM {source_uri} INTO "
        f"{pgloader_uri(server, target)};\n", encoding="utf-8")
    measure = counted(["pgloader", "--root-dir", folder / "pgloader", script],
                      folder / "pgloader.log", server, folder)
    try:
        orders.check_count(server, target, rows)
    except BenchError as e:
        raise PeerError(str(e)) from None
    return measure


def pgloader_uri(server, database):
    return f"pgsql://postgres@unix:{server.socket}:5432/{database}"
