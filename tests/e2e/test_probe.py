"""`probe: checksum`: a night that finds the source as the last quiet one did
reads nothing, and whatever is not the same is read."""
import pytest

from lib import ends, orders
from test_pipe import Night
from test_values_postgres import SETUP, TYPES

QUIET = "probe: the source has the checksum"


@pytest.fixture
def other(server):
    database = server.database()
    yield database
    database.drop()


def probed(site):
    """Whether the last run left the source unread."""
    return site.runs()[0]["reason"].startswith(QUIET)


class Things:
    """A small table, kept equal in another database."""

    def __init__(self, site, source, target):
        self.site, self.source = site, source
        self.ends = [
            {"name": "from", "driver": "postgres", "dsn": source.dsn()},
            {"name": "to", "driver": "postgres", "dsn": target.dsn()}]
        self.target = target
        source.script("CREATE TABLE things (id int PRIMARY KEY, a text, "
                      "n numeric, s numeric(8,2));"
                      "INSERT INTO things SELECT g, 'a' || g, g / 2.0, g "
                      "FROM generate_series(1, 50) g")
        self.write()

    def write(self, **more):
        self.site.write(self.ends, [{
            "name": "things", "key": ["id"],
            "source": {"connection": "from", "table": "things",
                       "probe": "checksum"},
            "target": {"connection": "to", "table": "things",
                       "create": True}, **more}])

    def night(self, expect=0, **books):
        result = self.site.run(expect=expect)
        result.books().assert_is(**books)
        return probed(self.site)

    def rest(self):
        """Nights until the source is left unread."""
        assert not self.night(read=50, unchanged=50)
        assert self.night(read=50, unchanged=50)

    def begin(self):
        assert not self.night(read=50, inserted=50)
        self.rest()

    def same(self):
        query = "SELECT id, a, trim_scale(n), s FROM things ORDER BY id"
        return self.source.rows(query) == self.target.rows(query)


@pytest.fixture
def things(site, database, other):
    things = Things(site, database, other)
    things.begin()
    return things


def test_one_edit_is_found(things):
    things.source.script("UPDATE things SET a = 'b' WHERE id = 7")
    assert not things.night(read=50, updated=1, unchanged=49)
    assert things.same()
    things.rest()
    things.source.script("DELETE FROM things WHERE id = 7;"
                         "INSERT INTO things VALUES (99, 'new', 1, 1)")
    assert not things.night(read=50, inserted=1, deleted=1, unchanged=49)
    assert things.same()


def test_rows_that_swap_a_value_are_found(things):
    things.source.script(
        "UPDATE things SET a = CASE id WHEN 7 THEN 'a8' ELSE 'a7' END "
        "WHERE id IN (7, 8)")
    assert not things.night(read=50, updated=2, unchanged=48)
    assert things.same()
    things.rest()


def test_another_pipeline_is_another_night(things):
    things.write(fields=[{"to": "id", "from": "id"},
                         {"to": "a", "from": "a", "transform": ["upper"]},
                         {"to": "n", "from": "n"}, {"to": "s", "from": "s"}])
    assert not things.night(read=50, updated=50)
    things.rest()


def test_another_target_table_is_another_night(things):
    things.target.script("ALTER TABLE things ALTER COLUMN s TYPE numeric(9,1)")
    things.rest()


def test_a_lost_state_is_another_night(things):
    for file in things.site.store.glob("state/*/*.db"):
        file.unlink()
    things.site.run(expect=None)
    assert not probed(things.site)


def test_a_failed_run_forgets(things):
    """It may have written anything: the source it left is no proof."""
    things.source.script("UPDATE things SET s = 5")
    things.target.script("ALTER TABLE things ADD CHECK (s <> 5) NOT VALID")
    assert things.site.run(expect=None).code != 0
    things.source.script("UPDATE things SET s = id")
    things.rest()


def test_rejects_are_tried_again_every_night(things):
    things.write(fields=[{"to": "id", "from": "id"},
                         {"to": "a", "from": "a", "required": True},
                         {"to": "n", "from": "n"}, {"to": "s", "from": "s"}])
    things.source.script("UPDATE things SET a = NULL WHERE id = 7")
    for _ in range(3):
        assert not things.night(expect=4, read=50, unchanged=49, rejected=1)


def test_a_pipe_in_between_is_noticed(site, server, database):
    """It has its own way to the state, and no ledger."""
    source = ends.PgSource(database)
    source.source["probe"] = "checksum"
    night = Night(site, source, ends.PgTarget(database))
    before = orders.make(21, 300)
    edited = {key: dict(row) for key, row in before.items()}
    edited[next(iter(edited))]["descr"] = "edited"
    night.hold(before)
    for _ in range(3):
        night.supervised()
    assert probed(site)
    night.hold(edited)
    night.pipe.run(7)
    night.hold(before)
    night.supervised().assert_is(read=300, updated=1, unchanged=299)
    assert not probed(site)


def test_every_type(site, database, other):
    """One value of each type changes, and every time it is noticed."""
    database.script(SETUP)
    columns = ", ".join(f"c{n} {t}" for n, t in enumerate(TYPES))
    for where in (database, other):
        if where is other:
            where.script(SETUP)
        where.script(f"CREATE TABLE every (id int PRIMARY KEY, {columns})")
    database.script("INSERT INTO every (id) VALUES (1), (2)")
    site.write([{"name": "from", "driver": "postgres", "dsn": database.dsn()},
                {"name": "to", "driver": "postgres", "dsn": other.dsn()}],
               [{"name": "every", "key": ["id"],
                 "source": {"connection": "from", "table": "every",
                            "probe": "checksum"},
                 "target": {"connection": "to", "table": "every"}}])
    site.run()
    site.run()
    for n, (type_, values) in enumerate(TYPES.items()):
        database.rows(f"UPDATE every SET c{n} = %s::{type_} WHERE id = 1 "
                      "RETURNING id", values[-1])
        site.run().books().assert_is(read=2, updated=1, unchanged=1)
        assert not probed(site), type_
        # Keeps the checksum that the next change is held against.
        site.run().books().assert_is(read=2, unchanged=2)
        assert not probed(site), type_
    site.run()
    assert probed(site)


def test_a_check_does_not_sum_up(things):
    """It only asks whether the server could."""
    things.source.script("CREATE FUNCTION slow(text) RETURNS text LANGUAGE "
                         "plpgsql AS $$BEGIN RAISE 'summed up'; END$$;"
                         "CREATE VIEW slowly AS SELECT id, slow(a) AS a, n, s "
                         "FROM things")
    things.write(source={"connection": "from", "table": "slowly",
                         "probe": "checksum"})
    things.site.verb("check")
    assert "summed up" in things.site.run(expect=None).out


def test_only_where_it_can_be_done(site, database):
    lite = ends.SqliteSource(site.dir)
    pg = ends.PgSource(database)
    target = ends.PgTarget(database)
    for source, more, words in (
            (lite, {}, ["probe", "driver sqlite"]),
            (pg, {"delta": "full"}, ["source.probe", "only with delta: hash"])):
        site.write([source.connection, target.connection],
                   [{"name": "orders", "key": ["order_no", "site"],
                     "source": {**source.source, "probe": "checksum"},
                     "target": target.target, **more}])
        site.verb("check", expect=None).assert_says(*words)
