"""A night that stands still where a test wants it to."""
from lib import ends, orders
from lib.rows import assert_rows
from lib.wait import wait_until

READ, WRITE = 43, 42
# hold() waits while somebody else has the lock.
HOLD = f"""
CREATE FUNCTION public.hold(lock int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(lock); RETURN true; END $$;
CREATE FUNCTION public.hold_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM public.hold({WRITE}); RETURN new; END $$;
"""


class Held:
    """A PostgreSQL night that comes to a halt in the middle of the read
    (extract) or of the first write (load), until it is released. Not all
    chunks are read by then, however long that takes, unless keys cut them:
    those are looked for among the same rows."""

    def __init__(self, site, database, stage, tries=5, chunk_rows=0,
                 start=None, env=None, words=(), limits=None, split="auto",
                 **others):
        self.site, self.database, self.stage = site, database, stage
        self.source = ends.PgSource(database, chunk_rows)
        self.source.source["split"] = split
        self.target = ends.PgTarget(database)
        self.rows = orders.make(5, 60_000)
        self.source.hold(self.rows)
        database.script(HOLD)
        if stage == "extract" or (chunk_rows and split != "key"):
            self.source.source["where"] = f"order_no <> 40000 OR hold({READ})"
        if stage == "load":
            database.script("CREATE TRIGGER hold BEFORE INSERT ON "
                            f"{self.target.table} FOR EACH ROW "
                            "EXECUTE FUNCTION hold_row()")
        site.write(
            [self.source.connection, self.target.connection],
            [{"name": "orders", "source": self.source.source,
              "target": self.target.target, "key": ["order_no", "site"],
              "normalize": "clean", "fields": orders.FIELDS}],
            limits={"tries": tries, **(limits or {})}, **others)
        self.hold(READ, WRITE)
        self.process = start(site) if start else site.start(
            "run", *words, "-c", site.file, env=env)

    def hold(self, *locks):
        self.lock = self.database.connect()
        for lock in locks:
            self.lock.cursor().execute("SELECT pg_advisory_lock(%s)", [lock])

    def hold_again(self):
        self.hold(WRITE)

    def waiter(self):
        """The pid of the backend that stands still, or None."""
        found = self.database.rows(
            "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND NOT granted "
            "AND application_name = %s", f"syncline-{self.stage}")
        return found[0][0] if found else None

    def terminate(self):
        pid = wait_until(lambda: self.waiter() or self.process.poll() is not
                         None, "the night comes to its halt")
        if self.process.poll() is None:
            self.database.rows("SELECT pg_terminate_backend(%s)", pid)
            wait_until(lambda: self.waiter() != pid, "the backend is gone")

    def release(self):
        self.lock.close()

    def finish(self):
        return self.site.finish(self.process)

    def assert_converged(self, **options):
        assert_rows(self.target.rows(), orders.wanted(self.rows))
        self.site.run(**options).books().assert_is(
            read=len(self.rows), unchanged=len(self.rows))
