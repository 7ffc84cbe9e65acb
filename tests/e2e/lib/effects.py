"""A source and a target whose every visible change is noted by triggers, and
what must have become of them after a night that was disturbed.

before, day and after are the source at three times: when both were equal, in
the disturbed night, and in the night after it."""
import collections
import contextlib
import pathlib
import shutil

from lib import mounts
from lib.rows import SHOWN
from lib.sqlite import SqliteFile
from lib.wait import wait_until

ROWS = 50_000
CHUNK_ROWS = 20_000
# So many changes in a chunk that their intents become a segment, and some.
DAY = """
UPDATE big SET name = name || ' changed' WHERE id <= 30000 OR id % 14 = {a};
DELETE FROM big WHERE id % 50 = {b};
INSERT INTO big SELECT id + 1000000, name, qty, note FROM spare
    WHERE id % 30 = {a};
"""
# Half of the day is taken back, some of it is changed again.
AFTERWARDS = """
UPDATE big SET name = 'thing ' || id WHERE id < 1000000 AND id % 4 = {a} % 4;
DELETE FROM big WHERE id > 1000000 AND id % 60 < 30;
INSERT INTO big SELECT * FROM spare WHERE id % 100 = {b};
DELETE FROM big WHERE id % 200 = {b} + 3;
UPDATE big SET qty = -1 WHERE id % 1000 = {a};
"""
SQLITE_NOTES = """
CREATE TABLE effects (id INTEGER, op TEXT);
CREATE TRIGGER i AFTER INSERT ON big
BEGIN INSERT INTO effects VALUES (new.id, 'insert'); END;
CREATE TRIGGER d AFTER DELETE ON big
BEGIN INSERT INTO effects VALUES (old.id, 'delete'); END;
CREATE TRIGGER u AFTER UPDATE ON big WHEN old.name IS NOT new.name
    OR old.qty IS NOT new.qty OR old.note IS NOT new.note
BEGIN INSERT INTO effects VALUES (new.id, 'update'); END;
"""
PG_NOTES = """
CREATE TABLE effects (id INTEGER, op TEXT);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF tg_op = 'DELETE' THEN INSERT INTO effects VALUES (old.id, 'delete');
    ELSIF tg_op = 'INSERT' THEN INSERT INTO effects VALUES (new.id, 'insert');
    ELSIF old IS DISTINCT FROM new THEN
        INSERT INTO effects VALUES (new.id, 'update');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON big
    FOR EACH ROW EXECUTE FUNCTION note();
"""


class FileSide:
    """A SQLite file."""

    driver, notes = "sqlite", SQLITE_NOTES

    def __init__(self, path):
        self.file = SqliteFile(path)
        self.connection = {"driver": "sqlite", "path": str(path)}
        self.script, self.select = self.file.script, self.file.rows
        self.fingerprint = self.file.fingerprint

    def close_link(self):
        pass

    def wait_for_silence(self):
        pass

    def close(self):
        pass


class PgSide:
    driver, notes = "postgres", PG_NOTES

    def __init__(self, database):
        self.database = database
        self.connection = {"driver": "postgres", "dsn": database.dsn()}
        self.script, self.select = database.script, database.rows
        self.close_link = database.close

    def wait_for_silence(self):
        """A backend goes on with what its client sent before it died."""
        wait_until(lambda: not self.database.strangers(),
                   "the backends have gone")

    @contextlib.contextmanager
    def tablespace(self, left_kib):
        """Puts the rows on a disk of their own, with so much left."""
        server = self.database.server
        folder = pathlib.Path(server.dir, "tight")
        with mounts.tmpfs(folder, "64m"):
            shutil.chown(folder, "postgres", "postgres")
            self.script(f"CREATE TABLESPACE tight LOCATION '{folder}'")
            self.script("ALTER TABLE big SET TABLESPACE tight;"
                        "ALTER INDEX big_pkey SET TABLESPACE tight")
            self.script("CHECKPOINT")
            size = mounts.size_kib(folder) + left_kib
            mounts.remount(folder, f"size={size}k")
            try:
                yield folder
            finally:
                # The database has gone.
                admin = server.admin()
                admin.script("DROP TABLESPACE tight")
                admin.close()

    def fingerprint(self):
        return self.database.fingerprint("big")

    def close(self):
        self.database.drop()


def table(side):
    return {row[0]: row for row in side.select("SELECT * FROM big")}


def take_effects(side):
    """(id, op) to how often, since this was asked last."""
    found = collections.Counter(map(tuple, side.select(
        "SELECT id, op FROM effects")))
    side.script("DELETE FROM effects")
    return found


def needed(old, new):
    """The one change that makes new of old, or None."""
    if old == new:
        return None
    return "insert" if old is None else "delete" if new is None else "update"


def fail(what, rows):
    shown = "\n".join(f"    {row!r:.300}" for row in rows[:SHOWN])
    raise AssertionError(f"{what}: {len(rows)} rows\n{shown}")


def assert_each_once(old, new, effects, when):
    """P2: what was seen to happen is what makes new of old, no more."""
    wanted = collections.Counter(
        (key, op) for key in old.keys() | new.keys()
        if (op := needed(old.get(key), new.get(key))))
    if effects != wanted:
        fail(f"{when}: effects that were not due",
             list((effects - wanted).items()))


def assert_halfway(before, day, now):
    """Every row is as it was or as it is to be, and none has been deleted
    before all of the source was read and written (P3)."""
    strange = [(key, now.get(key)) for key in
               before.keys() | day.keys() | now.keys()
               if now.get(key) not in (before.get(key), day.get(key))]
    if strange:
        fail("rows that nobody ever had", strange)
    gone = [key for key in before if key not in now]
    open_ = [key for key in day if now.get(key) != day[key]]
    if gone and open_:
        fail(f"{len(gone)} rows were deleted, {len(open_)} are not written "
             "yet", [(key, now.get(key)) for key in open_])


def assert_same(wanted, got, when):
    different = [(key, wanted.get(key), got.get(key))
                 for key in wanted.keys() | got.keys()
                 if wanted.get(key) != got.get(key)]
    if different:
        fail(f"{when}: (key, source, target) differ", different)
