"""What a killed load had sent goes on at the server: its backend notices only
when it wants to read. It must not come after what the next run writes."""
import signal

from lib.rows import assert_rows
from lib.wait import wait_until

TABLE = "CREATE TABLE {} (id bigint PRIMARY KEY, what text)"
BLOCKED, AFTER_IT = 10, 5
# Source and target are one database, in two schemas.
SCHEMA = "CREATE SCHEMA copy;" + TABLE.format("rows") + ";" + TABLE.format(
    "copy.rows") + "; INSERT INTO rows SELECT n, 'old' FROM " \
    "generate_series(1, 20) n"


def write(site, database, **others):
    site.write(
        [{"name": name, "driver": "postgres", "dsn": database.dsn()}
         for name in ("from", "to")],
        [{"name": "rows", "key": ["id"],
          "source": {"connection": "from", "table": "rows"},
          "target": {"connection": "to", "table": "copy.rows"},
          "guards": {"max_update_percent": 100}}], **others)


def edit(database, what, *ids):
    """In this order they lie in the table, and are read."""
    for one in ids:
        database.change("UPDATE rows SET what = %s WHERE id = %s",
                        [(what, one)])


def waiting(database):
    """Sessions of load that wait for a lock."""
    return [row[0] for row in database.rows(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND application_name = 'syncline-load'")]


def test_late_commit(site, database):
    database.script(SCHEMA)
    write(site, database)
    site.run()
    other = database.connect()
    other.cursor().execute("SELECT FROM copy.rows WHERE id = %s FOR UPDATE",
                           (BLOCKED,))
    edit(database, "late", BLOCKED, AFTER_IT)
    first = site.start_run()
    late = wait_until(lambda: waiting(database), "load waits for the row")
    first.send_signal(signal.SIGKILL)
    site.finish(first)
    site.wait_for_silence()
    assert waiting(database) == late

    # Now each row is a transaction of its own.
    write(site, database, limits={"load_group_rows": 1},
          defaults={"batch_rows": 1})
    edit(database, "new", AFTER_IT, BLOCKED)
    second = site.start_run()
    wait_until(lambda: len(waiting(database)) == 2, "the next load waits, too")
    other.close()
    result = site.finish(second)
    assert result.code == 0, result
    result.books()
    wait_until(lambda: not database.strangers(), "the backends have gone")
    assert_rows(database.rows("SELECT * FROM copy.rows"),
                database.rows("SELECT * FROM rows"))
    site.run().books().assert_is(read=20, unchanged=20)
