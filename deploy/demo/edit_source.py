#!/usr/bin/python3
"""edit_source.py SOURCE.db: what a day does to the index.

For the comparison at the end it keeps what it did: in `day` how many rows of
each table the night has to write, in `bad` the row that the target has and
that cannot be converted any more, as it was."""
import sqlite3
import sys

NEW = """
INSERT INTO packages
SELECT package, version || '+demo', architecture, source, section, priority,
    maintainer_no, installed_size, download_size, homepage, description, tags,
    depends
FROM packages WHERE rowid % 1500 = 41
"""
EDITS = [
    ("new sections", "sections", "INSERT INTO sections VALUES "
     "('demo/night', 'demo', 'night'), ('demo/day', 'demo', 'day')"),
    ("updated maintainers", "maintainers", "UPDATE maintainers "
     "SET email = 'new-' || email WHERE maintainer_no % 200 = 5"),
    ("updated packages", "packages", "UPDATE packages SET "
     "description = description || char(10) || 'Now with a line more: ✓ é' "
     "WHERE rowid % 100 = 17"),
    ("moved packages", "packages", "UPDATE packages SET section = 'demo/night', "
     "installed_size = NULL WHERE rowid % 2000 = 23"),
    ("removed packages", None,
     "DELETE FROM packages WHERE rowid % 1000 = 29"),
    # A key is all that says which row it is: this one goes, another comes.
    ("renamed package", "packages",
     "UPDATE packages SET package = package || '-renamed' WHERE "
     " rowid = (SELECT min(rowid) FROM packages WHERE rowid % 100 = 31)"),
    ("new packages", "packages", NEW),
]
# Only white space that clean normalisation removes: no change at all.
NOTHING = "UPDATE packages SET homepage = homepage || '  ' " \
    "WHERE rowid % 100 = 53 AND homepage <> ''"


def spoil(db):
    """One row that the target has, and a new one, with a size in words."""
    rowid, = db.execute("SELECT min(rowid) FROM packages "
                        "WHERE rowid % 100 = 61").fetchone()
    db.execute("CREATE TABLE bad AS SELECT * FROM packages WHERE rowid = ?",
               (rowid,))
    db.execute("UPDATE packages SET installed_size = 'about a floppy' "
               "WHERE rowid = ?", (rowid,))
    db.execute("INSERT INTO packages (package, version, architecture, "
               "installed_size) VALUES ('too-big', '1.0', 'all', 'huge')")
    return 2


def main():
    db = sqlite3.connect(sys.argv[1])
    done = []
    with db:
        db.execute("CREATE TABLE day (entity TEXT, written INTEGER)")
        for what, entity, sql in EDITS:
            done.append((db.execute(sql).rowcount, what))
            if entity:
                db.execute("INSERT INTO day VALUES (?, ?)",
                           (entity, done[-1][0]))
        db.execute(NOTHING)
        done.append((spoil(db), "packages whose size is no number"))
    db.close()
    print("the day: " + ", ".join("%d %s" % one for one in done))


main()
