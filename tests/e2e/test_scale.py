"""Normalize and load between min and max: more of them while batches wait,
fewer when they have nothing to do, and every row is there."""
import pytest

from lib.wait import wait_until

ROWS = 40_000
# What holds whom up: 1 the target, 2 the source, 0 nobody. A sequence, because
# a source that is read under one snapshot sees it change, too.
PACE = f"""
CREATE SEQUENCE pace MINVALUE 0;
CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, {ROWS}) n;
CREATE TABLE copies (LIKE things INCLUDING ALL);
CREATE FUNCTION slow_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT last_value FROM pace) = 1 THEN PERFORM pg_sleep(0.002); END IF;
    RETURN new;
END $$;
CREATE FUNCTION slow_source(n int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF n % 20 = 0 AND (SELECT last_value FROM pace) = 2 THEN
        PERFORM pg_sleep(0.01);
    END IF;
    RETURN true;
END $$;
CREATE TRIGGER slow BEFORE INSERT ON copies
    FOR EACH ROW EXECUTE FUNCTION slow_row();
ANALYZE things;
"""
EAGER = {"sample": "20ms", "grow_after": 2, "shrink_after": 3}


class Paced:
    def __init__(self, site, database, workers, **limits):
        self.site, self.database = site, database
        database.script(PACE)
        site.write(
            [{"name": n, "driver": "postgres", "dsn": database.dsn()}
             for n in ("from", "to")],
            [{"name": "things", "key": ["id"], "batch_rows": 100,
              "source": {"connection": "from", "table": "things",
                         "where": "slow_source(id)", "chunk_rows": 400},
              "target": {"connection": "to", "table": "copies"}}],
            state={"partitions": 4}, workers={**EAGER, **workers},
            limits={"ack_timeout": "1h", "restart": "50ms", **limits})

    def set(self, pace):
        self.database.rows(f"SELECT setval('pace', {pace})")

    def of(self, stage):
        return [p for p in self.site.processes() if p.name() == stage]

    def wait_for(self, stage, n):
        wait_until(lambda: len(self.of(stage)) == n,
                   f"there are {n} of {stage}")

    def assert_all_there(self, night):
        result = self.site.finish(night)
        assert result.code == 0, result
        books = result.books()
        assert books.read == ROWS == books.inserted + books.updated
        missing = self.database.rows(
            "SELECT count(*) FROM things t FULL JOIN copies c USING (id) "
            "WHERE t.name IS DISTINCT FROM c.name")
        assert missing == [(0,)]
        self.site.run().books().assert_is(read=ROWS, unchanged=ROWS)


def test_load_grows_and_shrinks(site, database):
    paced = Paced(site, database, {"load": {"min": 1, "max": 3}})
    paced.set(1)
    night = site.start_run()
    paced.wait_for("load", 3)
    paced.set(2)
    paced.wait_for("load", 1)
    paced.set(0)
    paced.assert_all_there(night)


def test_normalize_grows_and_shrinks_too(site, database):
    """Nothing but load is slow, and everybody before it waits in the end."""
    paced = Paced(site, database, {"normalize": {"min": 1, "max": 2}})
    paced.set(1)
    night = site.start_run()
    paced.wait_for("normalize", 2)
    paced.set(2)
    paced.wait_for("normalize", 1)
    assert len(paced.of("load")) == 1
    paced.set(0)
    paced.assert_all_there(night)


@pytest.mark.parametrize("stage", ["delta", "load"])
def test_a_death_while_it_grows(site, database, stage):
    paced = Paced(site, database, {"load": {"min": 1, "max": 3}})
    paced.set(1)
    night = site.start_run()
    paced.wait_for("load", 2)
    for process in paced.of(stage):
        process.kill()
    paced.wait_for("load", 3)
    paced.set(0)
    paced.assert_all_there(night)


def test_a_plain_number_stays(site, database):
    paced = Paced(site, database, {"load": 2, "normalize": 1})
    paced.set(1)
    night = site.start_run()
    paced.wait_for("load", 2)
    wait_until(lambda: database.rows("SELECT count(*) FROM copies")[0][0] > 500,
               "some rows are in")
    assert (len(paced.of("load")), len(paced.of("normalize"))) == (2, 1)
    paced.set(0)
    paced.assert_all_there(night)
