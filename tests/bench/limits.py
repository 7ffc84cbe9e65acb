"""The raw database doing the least possible work."""
from measure import tail, timed
from say import BenchError

OUT = "COPY orders TO STDOUT (FORMAT binary)"
IN = "COPY orders FROM STDIN (FORMAT binary)"


def shell(server, script, log):
    """A timed pipe, every part of which must succeed."""
    before = server.cpu_s()
    code, measure = timed(["bash", "-c", f"set -eo pipefail; {script}"],
                          log=log, env=server.environ())
    measure.server_cpu_s = server.cpu_s() - before
    if code != 0:
        raise BenchError(f"{script}: exit code {code}\n{tail(log)}")
    return measure


def copy_out(server, source, log):
    return shell(server, f'psql -Xd {source} -c "{OUT}" >/dev/null', log)


def copy_out_in(server, source, target, log):
    return shell(server, f'psql -Xd {source} -c "{OUT}" | '
                         f'psql -Xqd {target} -c "{IN}"', log)


def copy_csv_in(server, file, target, log):
    return shell(server, f'psql -Xqd {target} -c "COPY orders FROM STDIN '
                         f'(FORMAT csv, HEADER)" <{file}', log)
