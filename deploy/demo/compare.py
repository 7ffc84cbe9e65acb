#!/usr/bin/python3
"""compare.py SOURCE.db TARGET.db: row by row, with plain SQL.

Nothing of Syncline is used: what `normalize: clean` and the computed fields
have to give is said here once more, in SQL (and NFC by Python's own tables).
Rows whose size is no number must not have arrived; where the target had the
row before, it must still say what it said then. The tracking column tells
which rows the last night wrote: as many as the day had changed, not one more."""
import sqlite3
import sys
import unicodedata

CLEAN = ("nullif(trim(nfc(replace(replace(%s, char(13, 10), char(10)), "
         "char(13), char(10))), char(9, 10, 11, 12, 13, 32, 160)), '')")


def clean(*columns):
    return ", ".join(CLEAN % c for c in columns)


PACKAGE = (clean("package", "version", "architecture", "source", "section",
                 "priority")
           + ", maintainer_no, installed_size, download_size, "
           + clean("homepage", "description", "tags", "depends",
                   "package || ' ' || version || ' (' || architecture || ')'")
           + ", (download_size + 1023) / 1024")
PACKAGES = "SELECT %s FROM source.packages " \
    "WHERE typeof(installed_size) <> 'text'" % PACKAGE
KEPT = " UNION ALL SELECT %s FROM source.bad" % PACKAGE

EXPECTED = {
    "maintainers": "SELECT maintainer_no, %s FROM source.maintainers" % clean(
        "name", "lower(email)",
        "trim(coalesce(name, '')) || ' <' || email || '>'"),
    "sections": "SELECT %s FROM source.sections"
                % clean("section", "component", "topic"),
    "packages": PACKAGES,
}
TARGET = {
    "maintainers": "maintainer_no, name, email, address",
    "sections": "section, component, topic",
    "packages": "package, version, architecture, source, section, priority, "
                "maintainer_no, installed_size, download_size, homepage, "
                "description, tags, depends, label, download_kib",
}


def nfc(text):
    return text and unicodedata.normalize("NFC", text)


def compare(db, table, expected):
    """Rows that only one side has, and how many are right."""
    got = "SELECT %s FROM target.%s" % (TARGET[table], table)
    wrong = 0
    for what, sql in (
            ("missing from the target",
             "SELECT * FROM (%s) EXCEPT %s" % (expected, got)),
            ("only in the target",
             "%s EXCEPT SELECT * FROM (%s)" % (got, expected))):
        for row in db.execute(sql):
            wrong += 1
            if wrong <= 5:
                print("  %s: %s: %.200r" % (table, what, row))
    # EXCEPT compares sets: the counts say that nothing is there twice.
    rows, = db.execute("SELECT count(*) FROM (%s)" % got).fetchone()
    wanted, = db.execute("SELECT count(*) FROM (%s)" % expected).fetchone()
    if rows != wanted:
        print("  %s: %d rows, expected %d" % (table, rows, wanted))
        wrong += 1
    return rows, wrong


def written(db, table):
    """Rows that the last run which wrote to the table has written."""
    return db.execute(
        "SELECT count(*) FROM target.%s WHERE sync_run = "
        "(SELECT max(sync_run) FROM target.%s)" % (table, table)).fetchone()[0]


def compare_written(db):
    wrong = 0
    for table, wanted in db.execute(
            "SELECT entity, sum(written) FROM source.day GROUP BY entity"):
        count = written(db, table)
        if count != wanted:
            print("  %s: the night wrote %d rows, the day had changed %d"
                  % (table, count, wanted))
            wrong += 1
    return wrong


def main():
    db = sqlite3.connect(":memory:")
    db.create_function("nfc", 1, nfc, deterministic=True)
    db.execute("ATTACH ? AS source", (sys.argv[1],))
    db.execute("ATTACH ? AS target", (sys.argv[2],))
    edited = db.execute("SELECT count(*) FROM source.sqlite_master "
                        "WHERE name = 'bad'").fetchone()[0]
    total = wrong = 0
    for table, expected in EXPECTED.items():
        if edited and table == "packages":
            expected += KEPT
        rows, bad = compare(db, table, expected)
        total += rows
        wrong += bad
    if edited:
        wrong += compare_written(db)
    if wrong:
        sys.exit("compare: %d differences in %d rows" % (wrong, total))
    print("compare: %d rows in three tables, every one as it must be" % total)


main()
