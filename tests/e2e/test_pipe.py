"""The pipe of ARCHITECTURE.md leaves the same target and the same state as a
supervised run: each finds nothing to do after the other."""
import subprocess

import pytest

from lib import ends, orders
from lib.rows import assert_rows

PIPE = (("extract", "-e", "orders"), ("normalize",), ("identity",),
        ("delta",), ("load",), ("delta", "--commit"))


class Pipe:
    """The stages as filters; nothing of the supervisor is there."""

    def __init__(self, site):
        self.site = site

    def describe(self):
        """What the target is, for normalize."""
        done = subprocess.run(
            [self.site.bin_dir / "syncline-load", "--stdio", "--describe",
             "-c", self.site.file, "-e", "orders"], cwd=self.site.dir,
            env=self.site.environ(), stdout=subprocess.PIPE, check=True)
        file = self.site.dir / "target.described"
        file.write_bytes(done.stdout)
        return str(file)

    def run(self, number, expect=(0,) * len(PIPE)):
        words = {"normalize": ["--target", self.describe()]}
        running, source = [], subprocess.DEVNULL
        for stage, *more in PIPE:
            log = open(self.site.dir / f"{number}-{len(running)}.log", "wb")
            process = subprocess.Popen(
                [self.site.bin_dir / f"syncline-{stage}", "--stdio",
                 "-c", self.site.file, *more, *words.get(stage, []),
                 *(["--run", str(number)] if stage == "extract" else [])],
                cwd=self.site.dir, env=self.site.environ(), stdin=source,
                stdout=subprocess.PIPE, stderr=log)
            log.close()
            if running:
                source.close()  # the stage has it now
            source = process.stdout
            running.append(process)
        source.read()
        source.close()
        codes = [process.wait() for process in running]
        assert codes == list(expect), self.logs(number)

    def logs(self, number):
        return "\n".join(
            path.name + ": " + path.read_text(errors="replace")[-1500:]
            for path in sorted(self.site.dir.glob(f"{number}-*.log")))


class Night:
    """One source, and one target and store for each of the two ways."""

    def __init__(self, site, source, target):
        self.site, self.source, self.target = site, source, target
        site.write(
            [source.connection, target.connection],
            [{"name": "orders", "source": source.source,
              "target": target.target, "key": ["order_no", "site"],
              "normalize": "clean", "batch_rows": 300,
              "fields": orders.FIELDS, "track": {
                  "key_hash": "key_hash", "data_hash": "data_hash"}
              if isinstance(target, ends.SqliteTarget) else {}}],
            state={"partitions": 4})
        self.pipe = Pipe(site)

    def hold(self, rows):
        self.source.hold(rows)

    def supervised(self, **options):
        return self.site.run(**options).books("orders")

    def left(self):
        return self.target.fingerprint(), self.site.state_files()


def sqlite_night(site, database):
    return Night(site, ends.SqliteSource(site.dir),
                 ends.SqliteTarget(site.dir))


def pg_night(site, database):
    return Night(site, ends.PgSource(database), ends.PgTarget(database))


@pytest.mark.parametrize("make", [sqlite_night, pg_night])
def test_pipe_and_supervised_run_agree(make_site, server, make):
    databases = [server.database(), server.database()]
    piped = make(make_site("piped"), databases[0])
    watched = make(make_site("watched"), databases[1])
    rows = orders.make(11, 2500)
    day = orders.Day(rows, 12)
    try:
        for number, night in ((1, rows), (2, day.after)):
            for one in (piped, watched):
                one.hold(night)
            piped.pipe.run(number)
            watched.supervised(expect=0 if number == 1 else 4)
            wanted = orders.wanted(rows) if number == 1 else day.wanted()
            assert_rows(piped.target.rows(), wanted, f"by pipe, {number}")
            assert_rows(watched.target.rows(), wanted, f"by run, {number}")

        # Each way finds the other's state complete and right, and from then
        # on leaves even its bytes alone.
        quiet = {"read": len(day.after), "unchanged": len(day.after) - 1,
                 "rejected": 1}
        before = piped.target.fingerprint()
        piped.supervised(expect=4).assert_is(**quiet)
        assert piped.target.fingerprint() == before
        before = piped.left()
        piped.supervised(expect=4).assert_is(**quiet)
        assert piped.left() == before

        before = watched.target.fingerprint()
        watched.pipe.run(3)
        assert watched.target.fingerprint() == before
        before = watched.left()
        watched.pipe.run(4)
        assert watched.left() == before
    finally:
        for database in databases:
            database.drop()


def test_pipe_keeps_the_guard(site):
    """Without a supervisor, too, a source that misbehaves deletes nothing."""
    night = sqlite_night(site, None)
    rows = orders.make(13, 500)
    night.hold(rows)
    night.pipe.run(1)
    half = {k: dict(rows[k]) for k in sorted(rows)[:300]}
    half[sorted(rows)[0]]["qty"] = "1"
    night.hold(half)
    # delta stops there; the two behind it miss the end of the stream.
    night.pipe.run(2, expect=(0, 0, 0, 78, 75, 75))
    assert "max_delete_percent" in night.pipe.logs(2)
    rows[sorted(rows)[0]] = half[sorted(rows)[0]]
    assert_rows(night.target.rows(), orders.wanted(rows))


def test_torn_stream_deletes_nothing(site):
    """The stage in front died: what did not come is not gone."""
    night = sqlite_night(site, None)
    rows = orders.make(14, 500)
    night.hold(rows)
    night.pipe.run(1)
    day = dict(rows)
    del day[sorted(rows)[0]]
    night.hold(day)
    stream = subprocess.run(
        [site.bin_dir / "syncline-extract", "--stdio", "-c", site.file,
         "-e", "orders"], cwd=site.dir, env=site.environ(), check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for stage, *more in PIPE[1:]:
        words = ["--target", night.pipe.describe()] \
            if stage == "normalize" else []
        cut = stream[:len(stream) - len(stream) // 3] \
            if stage == "normalize" else stream
        done = subprocess.run(
            [site.bin_dir / f"syncline-{stage}", "--stdio", "-c", site.file,
             *more, *words], cwd=site.dir, env=site.environ(), input=cut,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert done.returncode != 0, f"{stage} took half a stream for all"
        stream = done.stdout
    assert_rows(night.target.rows(), orders.wanted(rows))
    night.supervised().assert_is(read=499, unchanged=499, deleted=1)
    assert_rows(night.target.rows(), orders.wanted(day))
