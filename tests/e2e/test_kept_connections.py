"""One connection serves entity after entity; none sees what another left."""
import pytest

from lib.wait import wait_until

N = 6


# A source's settings must not outlive its entity.
QUERY = ("SELECT {n} AS id, pg_backend_pid() AS reader, "
         "current_setting('search_path') AS seen, "
         "set_config('search_path', 'elsewhere', false) || "
         "set_config('TimeZone', 'Asia/Tehran', false) AS zone")
# While the source is planned, ends the backend by which load has looked at the
# target, once it has.
KILL = """
CREATE FUNCTION kill() RETURNS int LANGUAGE plpgsql AS $$
DECLARE killed int := 0;
BEGIN
    WHILE killed = 0 AND current_query() LIKE '%row_number%' LOOP
        PERFORM pg_stat_clear_snapshot();
        SELECT count(pg_terminate_backend(pid, 60000)) INTO killed
            FROM pg_stat_activity
            WHERE query = 'SELECT EXISTS (SELECT 1 FROM "t3")'
            AND application_name = 'syncline-load' AND state = 'idle'
            AND datname = current_database();
    END LOOP;
    RETURN killed;
END $$;
CREATE VIEW deadly AS SELECT 3 AS id, pg_backend_pid() AS reader
    WHERE kill() >= 0
"""


@pytest.fixture
def things(database):
    """Tables t0 … t5; a trigger says which backend they are written by, and
    leaves settings of its own behind."""
    database.script(
        "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "NEW.writer := pg_backend_pid(); "
        "NEW.path := current_setting('search_path'); "
        "PERFORM set_config('search_path', 'nowhere', false); "
        "PERFORM set_config('TimeZone', 'Asia/Tehran', false); "
        "RETURN NEW; END $$")
    for n in range(N):
        database.script(
            f"CREATE TABLE t{n} (id int PRIMARY KEY, reader int, seen text, "
            "zone text, writer int, path text);"
            f"CREATE TRIGGER stamp BEFORE INSERT ON t{n} "
            "FOR EACH ROW EXECUTE FUNCTION stamp()")
    return database


def entity(n, query):
    return {"name": f"t{n}", "key": ["id"],
            "source": {"connection": "from", "query": query.format(n=n)},
            "target": {"connection": "to", "table": f"t{n}"}}


def write(site, database, entities):
    site.write([{"name": name, "driver": "postgres", "dsn": database.dsn()}
                for name in ("from", "to")], entities)


def union(database, column):
    return {value for n in range(N)
            for value, in database.rows(f"SELECT {column} FROM t{n}")}


def rows(database):
    return sum(database.value(f"SELECT count(*) FROM t{n}") for n in range(N))


def test_one_connection_each(site, things):
    write(site, things, [entity(n, QUERY) for n in range(N)])
    site.run()
    assert rows(things) == N
    assert len(union(things, "reader")) == 1
    assert len(union(things, "writer")) == 1
    wait_until(lambda: not things.strangers(), "the connections are closed")


def test_nothing_leaks(site, things):
    write(site, things, [entity(n, QUERY) for n in range(N)])
    site.run()
    default = things.value("SELECT current_setting('search_path')")
    assert union(things, "seen") == {default}
    assert union(things, "path") == {default}


def test_one_that_is_lost(site, things):
    """Planned by key, the view is read while load has nothing to do."""
    things.script(KILL)
    entities = [entity(n, QUERY) for n in range(N)]
    entities[3]["source"] = {"connection": "from", "table": "deadly",
                             "split": "key", "chunk_rows": 10}
    write(site, things, entities)
    site.run()
    assert rows(things) == N
    assert len(union(things, "reader")) == 1
    assert len(union(things, "writer")) == 2
