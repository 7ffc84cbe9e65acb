"""What would end a night with nothing done, 'check' says by day, all of it in
one message; and it leaves nothing behind."""
import pytest

from lib import mounts
from lib.small import FROM, TO, Small

ROLE = "looker"


@pytest.fixture
def small(site):
    return Small(site)


@pytest.fixture
def role(database):
    database.script(f"CREATE ROLE {ROLE} LOGIN")
    yield ROLE
    database.script(f"DROP ROLE {ROLE}")


def finds(small, *patterns):
    small.site.verb("check", expect=2).assert_says(*patterns)
    assert not (small.site.dir / "target.db").exists()
    small.site.verb("run", expect=2).assert_says(*patterns)


@pytest.mark.parametrize("entity, patterns", [
    ({"source": {"connection": "from", "table": "things",
                 "where": "nosuch = 1"}}, ["nosuch", "connection from"]),
    ({"fields": [{"to": "id", "from": "id"}, {"to": "a", "from": "nmae"},
                 {"to": "b", "from": "szie"}]}, ['"nmae"', '"szie"']),
    ({"fields": [{"to": "id", "from": "id"}, {"to": "ID", "from": "name"}]},
     ["connection to", "duplicate column name: ID"]),
])
def test_mapping(small, entity, patterns):
    small.write(**entity)
    finds(small, "things", *patterns)


@pytest.mark.parametrize("key", ["secret_fields", "hash_exclude"])
def test_names_that_lead_nowhere(small, key):
    """Without fields, only the source knows."""
    entity = small.entity(**{key: ["naem"]})
    del entity["fields"]
    small.site.write([FROM, TO], [entity])
    finds(small, r"pipeline\.yaml:[1-9]", f'{key}.*"naem"')


def test_columns_missing_in_the_target(small, site):
    small.target.script("CREATE TABLE things (id INTEGER PRIMARY KEY)")
    entity = small.entity()
    del entity["fields"]
    site.write([FROM, TO], [entity])
    site.verb("check", expect=2).assert_says(
        r"pipeline\.yaml:[1-9]", '"name"', '"size"')


def test_a_folder_that_is_not_there(small):
    small.write([FROM, {**TO, "path": "elsewhere/target.db"}])
    finds(small, "connection to", "elsewhere/target.db", "folder must exist")


def test_no_right_to_read(small, database, role):
    database.script("CREATE TABLE things (id int PRIMARY KEY)")
    source = {"name": "from", "driver": "postgres", "dsn": database.dsn(role)}
    entity = small.entity()
    del entity["fields"]
    small.site.write([source, TO], [entity])
    finds(small, "connection from", "permission denied for table things")


def test_a_store_that_is_no_folder(small):
    small.write()
    small.site.store.write_text("")
    finds(small, "store folder", r"\.syncline", "Not a directory", "store: ")
    small.site.store.unlink()


def test_a_store_that_cannot_be_written(small):
    with mounts.tmpfs(small.site.dir / "disk", "1m") as disk:
        small.write(others={"store": {"dir": "disk/not/there"}})
        mounts.remount(disk, "ro")
        finds(small, "store folder", "disk/not/there", "(?i)read-only",
              "store: ")


def test_a_table_without_columns(small, database):
    database.script("CREATE TABLE things ()")
    source = {"name": "from", "driver": "postgres", "dsn": database.dsn()}
    small.write([source, TO])
    finds(small, "connection from", "table things has no columns")


@pytest.mark.parametrize("table, says", [
    ("nosuch.things", 'schema "nosuch" does not exist'),
    ("public.things", "permission denied for schema public")])
def test_no_right_to_create(small, database, role, table, says):
    target = {"name": "to", "driver": "postgres", "dsn": database.dsn(role)}
    small.write([FROM, target],
                target={"connection": "to", "table": table, "create": True})
    finds(small, "connection to", f"creating table {table}", says)
