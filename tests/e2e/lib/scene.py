"""The nights that are disturbed: a source, a target and a store at the moment
before, to be copied for every fault, and what each process does in that night
when nobody disturbs it."""
import contextlib
import shutil

from lib import effects
from lib.big import FILL, TABLES
from lib.effects import FileSide, PgSide
from lib.postgres import Server
from lib.site import Site
from lib.strace import Rig

STAGES = ("extract", "normalize", "identity", "delta", "load")
SUPERVISOR = "syncline"
PROCESSES = (SUPERVISOR, *STAGES)
NUMBERS = {"a": 3, "b": 17}
# A server that is stopped at once keeps what it said it had committed.
DURABLE = "synchronous_commit = on\n"
# So much has been superseded that the day after it makes the state merge.
RIPEN = ("UPDATE big SET qty = qty + 1",
         "UPDATE big SET qty = qty + 1 WHERE id <= 45000")


class Night:
    """One copy, which one fault is done to."""

    def __init__(self, scene, site, source, target):
        self.scene, self.site = scene, site
        self.source, self.target = source, target
        self.stack = contextlib.ExitStack()

    def write(self, **others):
        others = self.scene.settings | others
        self.site.write(
            [{"name": "from", **self.source.connection},
             {"name": "to", **self.target.connection}],
            [{"name": "big", "key": ["id"],
              "source": {"connection": "from", "table": "big",
                         "chunk_rows": effects.CHUNK_ROWS},
              "target": {"connection": "to", "table": "big"},
              "guards": {"max_delete_percent": 100}}], **others)

    def day(self):
        self.source.script(effects.DAY.format(**NUMBERS))

    def afterwards(self):
        self.source.script(effects.AFTERWARDS.format(**NUMBERS))

    def close_links(self):
        """Those of the tests."""
        self.source.close_link()
        self.target.close_link()

    def close(self):
        self.site.destroy()
        self.source.close()
        self.target.close()
        self.stack.close()
        shutil.rmtree(self.site.dir, ignore_errors=True)


class Files:
    """SQLite to SQLite: a folder."""

    NAMES = ("source", "target")

    def make(self, folder):
        for name in self.NAMES:
            (folder / name).mkdir()
        return tuple(FileSide(folder / name / "rows.db")
                     for name in self.NAMES)

    def copy(self, night, folder):
        sides = self.make(folder)
        for name in self.NAMES:
            shutil.copy(night.site.dir / name / "rows.db", folder / name)
        return sides

    def close(self):
        pass


class Servers:
    """PostgreSQL to PostgreSQL, each on a server of its own."""

    def __init__(self):
        self.both = (Server(DURABLE), Server(DURABLE))
        for server in self.both:
            server.start()

    def make(self, _):
        return tuple(PgSide(server.database()) for server in self.both)

    def copy(self, night, _):
        sides = []
        for server, side in zip(self.both, (night.source, night.target)):
            side.database.close()
            sides.append(PgSide(server.database(side.database.name)))
        return tuple(sides)

    def close(self):
        for server in self.both:
            server.stop()


# Two of everything, and a state that is too large for its memory.
SEVERAL = {
    "workers": {stage: 2 for stage in STAGES},
    "state": {"partitions": 2, "memory": "1MiB"},
}


class Kind:
    """before: what the days before it do, or None where there was no night
    before; settings: of the pipeline file."""

    def __init__(self, world, before=(), settings=None):
        self.world, self.before = world, before
        self.settings = settings or {}


class Scene:
    def __init__(self, name, bin_dir, root, kind):
        self.name, self.bin_dir, self.root = name, bin_dir, root / name
        self.world, self.settings = kind.world(), kind.settings
        self.first, self.copies = kind.before is None, 0
        self.base = self.new_night(self.world.make)
        self.fill()
        if not self.first:
            self.live(["", *kind.before])
        self.before = effects.table(self.base.target)
        self.counts, self.day = self.watch()

    def new_night(self, make):
        self.copies += 1
        folder = self.root / f"n{self.copies}"
        folder.mkdir(parents=True)
        return Night(self, Site(self.bin_dir, folder), *make(folder))

    def fill(self):
        base = self.base
        for name in ("big", "spare"):
            base.source.script(TABLES.format(name))
        base.source.script(FILL.format(rows=effects.ROWS))
        base.target.script(TABLES.format("big"))
        base.target.script(base.target.notes)
        base.write()

    def live(self, days):
        for sql in days:
            if sql:
                self.base.source.script(sql)
            self.base.site.run()
        self.base.target.script("DELETE FROM effects")

    def copy(self):
        """As it is before the night, with the day's edits done."""
        night = self.new_night(lambda folder: self.world.copy(
            self.base, folder))
        if not self.first:
            shutil.copytree(self.base.site.store, night.site.store)
        night.write()
        night.day()
        return night

    def watch(self):
        """The healthy night: calls by process, and the source's rows."""
        with contextlib.closing(self.copy()) as night:
            rig = Rig(self.bin_dir, night.site.dir / "rig")
            for process in PROCESSES:
                rig.wrap(process)
            night.site.bin_dir = rig.dir
            night.site.run()
            night.site.wait_for_silence()
            return ({p: rig.counts(p) for p in PROCESSES},
                    effects.table(night.source))

    def close(self):
        self.base.close()
        self.world.close()


# ripe: at the end of the night the state is merged. several: two of each
# worker, and the state is joined part by part. first: neither state nor rows.
KINDS = {
    "ripe": Kind(Files, RIPEN),
    "first": Kind(Files, None),
    "several": Kind(Files, (), SEVERAL),
    "pg": Kind(Servers),
}


class Scenes:
    """Each is made when it is asked for."""

    def __init__(self, bin_dir, root):
        self.bin_dir, self.root, self.made = bin_dir, root, {}

    def get(self, name):
        if name not in self.made:
            self.made[name] = Scene(name, self.bin_dir, self.root,
                                    KINDS[name])
        return self.made[name]

    def close(self):
        for scene in self.made.values():
            scene.close()
