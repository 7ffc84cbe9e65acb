"""Random schemas, rows and days, in every direction between the engines:
after each night the target is what Python says it must be, row for row, the
books are what the day's edits come to, and one more night writes nothing.

A failing test's name has its seed; SYNCLINE_SEED=100-199 tries other seeds."""
import pytest

from lib.rows import assert_rows
from lib.seeds import seeds
from lib.worlds import PgEnd, Side, SqliteEnd, World

SEEDS = seeds(range(1, 7))
WAYS = [("sqlite", "sqlite"), ("sqlite", "postgres"),
        ("postgres", "sqlite"), ("postgres", "postgres")]
NIGHTS = 3


class Scene:
    def __init__(self, site, world, make_end):
        self.site, self.world = site, world
        source, target = (make_end(d) for d in world.engines)
        self.source = Side(source, world, world.table)
        self.target = Side(target, world, "copy of " + world.table)

    def write(self):
        world = self.world
        entity = {
            "name": "world", "key": [c.name for c in world.keys],
            "normalize": world.normalize,
            "source": {"connection": "from",
                       "table": self.source.configured(),
                       "chunk_rows": world.rng.choice((0, 17, 100_000))},
            "target": {"connection": "to",
                       "table": self.target.configured(), "create": True},
            "guards": {"max_delete_percent": 100}}
        self.site.write(
            [{"name": "from", **self.source.end.connection},
             {"name": "to", **self.target.end.connection}], [entity],
            **world.settings())

    def fingerprint(self):
        end = self.target.end
        if end.driver == "sqlite":
            return end.file.fingerprint()
        return end.database.fingerprint(self.target.sql_name)

    def night(self, number, counts):
        self.source.hold(self.world.rows.values())
        self.site.run().books().assert_is(**counts)
        assert_rows(self.target.rows(), self.world.wanted().values(),
                    f"after night {number}")

    def quiet_night(self):
        before = self.fingerprint(), self.site.state_files()
        count = len(self.world.rows)
        self.site.run().books().assert_is(read=count, unchanged=count)
        assert (self.fingerprint(), self.site.state_files()) == before

    def close(self):
        self.source.end.close()
        self.target.end.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source, target", WAYS)
def test_world(site, server, source, target, seed):
    world = World(seed, source, target)
    print(f"seed {seed}, {source} to {target}, {world.normalize}, key "
          f"{[(c.name, c.type.name) for c in world.keys]}, columns "
          f"{[(c.name, c.type.name) for c in world.columns]}")
    files = iter(("a.db", "b.db"))

    def end(driver):
        if driver == "sqlite":
            return SqliteEnd(site.dir / next(files), world)
        return PgEnd(server.database(), world)

    scene = Scene(site, world, end)
    try:
        scene.source.create()
        scene.write()
        count = len(world.rows)
        scene.night(1, {"read": count, "inserted": count})
        for number in range(2, NIGHTS + 1):
            scene.night(number, world.live_a_day())
        scene.quiet_night()
    finally:
        scene.close()
