"""Stage processes that hang, that never start, that start late, that die
again and again: the supervisor notices, replaces them and says so."""
import os
import shutil
import signal

import pytest

from lib.held import Held
from lib.rows import assert_rows
from lib.site import Site
from lib.small import FROM, TO, Small
from lib.wait import wait_until

UNREACHABLE = 3
IMPATIENT = {"heartbeat": "500ms", "restart": "50ms", "ack_timeout": "1h"}


def named(site, name):
    return [p for p in site.processes() if p.name() == name]


@pytest.mark.parametrize("stage", ["normalize", "delta", "load"])
def test_a_stopped_stage_is_replaced(site, database, stage):
    """kill -STOP of one stage while the night stands in the middle of the
    read: nothing but its silence tells, and what was sent to it is sent
    again."""
    held = Held(site, database, "extract", limits=IMPATIENT)
    wait_until(held.waiter, "the read stands still")
    victim = named(site, stage)[0]
    victim.kill(signal.SIGSTOP)
    wait_until(lambda: not victim.alive(), f"the stopped {stage} is ended")
    held.release()
    result = held.finish()
    assert result.code == 0, result
    assert f"syncline-{stage} gave no sign of life" in result.err
    held.assert_converged()


def test_long_work_is_a_sign_of_life(site, database):
    """Load waits for a lock of the target for longer than the heartbeat may
    be absent: it is let work."""
    held = Held(site, database, "load", limits=IMPATIENT)
    wait_until(held.waiter, "load stands still")
    load = named(site, "load")[0]
    # Another stage is replaced meanwhile: the deadline has passed for all.
    stopped = named(site, "identity")[0]
    stopped.kill(signal.SIGSTOP)
    wait_until(lambda: not stopped.alive(), "the stopped stage is ended")
    assert load.alive()
    held.release()
    assert held.finish().code == 0
    held.assert_converged()


class Strange(Site):
    """The real binaries, but for one stage that is started by a script."""

    def __init__(self, bin_dir, folder, stage, script):
        super().__init__(folder / "bin", folder)
        self.bin_dir.mkdir()
        for program in bin_dir.iterdir():
            shutil.copy(program, self.bin_dir)
        real = self.bin_dir / f"syncline-{stage}"
        real.rename(self.bin_dir / "real")
        real.write_text(f"#!/bin/bash\nreal={self.bin_dir}/real\n"
                        f"count={folder}/count\necho >>$count\n"
                        f"n=$(wc -l <$count)\n{script}\n")
        real.chmod(0o755)
        self.count = folder / "count"

    def starts(self):
        return len(self.count.read_text().splitlines())


@pytest.fixture
def make_strange(bin_dir, tmp_path):
    made = []

    def make(stage, script):
        folder = tmp_path / "strange"
        folder.mkdir()
        made.append(Strange(bin_dir, folder, stage, script))
        return made[-1]

    yield make
    for site in made:
        site.assert_tidy()
        site.destroy()


def test_one_that_never_says_hello_is_killed_and_counted(make_strange):
    site = make_strange("normalize", "exec sleep 1000")
    small = Small(site)
    small.write(others={"limits": {
        "start_timeout": "200ms", "restart": "10ms", "tries": 3}})
    result = site.run(expect=1)
    books = result.json()[0]
    assert books["error"] == \
        "syncline-normalize was not ready within 200 ms and was killed"
    assert site.starts() == 3
    assert site.runs()[0]["state"] == "failed"


def test_a_slow_start_is_waited_for(make_strange):
    """The first two starts hang, the third one takes its time."""
    site = make_strange("load", "[ $n -gt 2 ] || exec sleep 1000\n"
                        "sleep 0.5\nexec $real \"$@\"")
    small = Small(site)
    small.write(others={"limits": {"start_timeout": "2s", "restart": "10ms"}})
    site.run().books().assert_is(read=200, inserted=200)
    assert site.starts() == 3
    assert_rows(small.rows(), small.expected())


def test_five_deaths_in_a_row_fail_the_run_with_the_reason(make_strange):
    site = make_strange("identity", "exit 75")
    small = Small(site)
    small.write(others={"limits": {"restart": "10ms", "restart_max": "20ms"}})
    result = site.run(expect=1)
    assert result.json()[0]["error"] == "syncline-identity exited with 75"
    assert site.starts() == 5
    # The stage is mended: the same store goes on.
    os.replace(site.bin_dir / "real", site.bin_dir / "syncline-identity")
    site.run().books().assert_is(read=200, inserted=200)


@pytest.mark.parametrize("stage", ["load", "delta"])
def test_who_starts_late_is_asked_all_the_same(make_strange, stage):
    """The source is away, which is judged by what the others say as well:
    one of them is up only after that is known."""
    go = "$(dirname $count)/go"
    site = make_strange(stage, f"until [ -e {go} ]; do sleep 0.01; done\n"
                        "exec $real \"$@\"")
    away = {"name": "from", "driver": "postgres",
            "dsn": f"host={site.dir} dbname=away"}
    Small(site).write([away, TO], {"limits": {
        "tries": 1, "restart": "10ms", "ack_timeout": "1h"}})
    run = site.start_run()
    said = next(line for line in run.stderr if b"a stage died" in line)
    assert b"worker=extract.0" in said
    (site.dir / "go").touch()
    result = site.finish(run)
    assert result.code == UNREACHABLE, result
    assert "connection from" in result.json()[0]["error"]


def test_deaths_count_for_the_entity_they_are_of(make_strange):
    """The first one's source is away for all of the tries; what the next one
    reads from is there, and one death is not the end of it."""
    site = make_strange("extract", "[ $n -ne 4 ] || exit 75\n"
                        "exec $real \"$@\"")
    small = Small(site)
    away = {"name": "away", "driver": "postgres",
            "dsn": f"host={site.dir} dbname=away"}
    other = small.entity(name="lost", priority=1,
                         source={"connection": "away", "table": "lost"},
                         target={"connection": "to", "table": "lost",
                                 "create": True})
    site.write([FROM, TO, away], [small.entity(), other],
               limits={"tries": 3, "restart": "10ms", "restart_max": "20ms"})
    result = site.run(expect=UNREACHABLE)
    assert [r["entity"] for r in result.json()] == ["lost", "things"]
    result.books("things").assert_is(read=200, inserted=200)
    assert site.starts() == 5
