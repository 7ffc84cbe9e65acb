#!/usr/bin/python3
"""make_source.py SOURCE.db: the package index as three related tables."""
import email.utils
import sqlite3
import sys

import package_index

SCHEMA = """
CREATE TABLE maintainers (
    maintainer_no INTEGER PRIMARY KEY,
    name          TEXT,
    email         TEXT NOT NULL
);
CREATE TABLE sections (
    section   TEXT PRIMARY KEY,
    component TEXT NOT NULL,
    topic     TEXT NOT NULL
);
CREATE TABLE packages (
    package        TEXT NOT NULL,
    version        TEXT NOT NULL,
    architecture   TEXT NOT NULL,
    source         TEXT,
    section        TEXT REFERENCES sections,
    priority       TEXT,
    maintainer_no  INTEGER REFERENCES maintainers,
    installed_size INTEGER, -- KiB
    download_size  INTEGER, -- bytes
    homepage       TEXT,
    description    TEXT,    -- many lines
    tags           TEXT,
    depends        TEXT,
    PRIMARY KEY (package, version, architecture)
);
"""


def number(record, name):
    value = record.get(name)
    return int(value) if value else None


def section_row(section):
    component, slash, topic = section.partition("/")
    return (section, component, topic) if slash else (section, "main", section)


def fill(db, index, texts):
    numbers, sections, packages = {}, set(), {}
    for r in index:
        key = (r["Package"], r["Version"], r["Architecture"])
        if key in packages:
            continue  # the same build, listed by a second archive
        maintainer = r.get("Maintainer")
        if maintainer:
            numbers.setdefault(maintainer, len(numbers) + 1)
        section = r.get("Section")
        if section:
            sections.add(section)
        text = r.get("Description", "")
        packages[key] = key + (
            r.get("Source"), section, r.get("Priority"),
            numbers.get(maintainer), number(r, "Installed-Size"),
            number(r, "Size"), r.get("Homepage"),
            texts.get(text, text), r.get("Tag"), r.get("Depends"))
    people = [(no, *email.utils.parseaddr(who)) for who, no in numbers.items()]
    db.executemany("INSERT INTO maintainers VALUES (?,?,?)", people)
    db.executemany("INSERT INTO sections VALUES (?,?,?)",
                   map(section_row, sorted(sections)))
    db.executemany("INSERT INTO packages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                   packages.values())


def roughen(db):
    """What real systems hold and apt does not: stray white space, Windows
    line ends, letters in two parts, empty texts."""
    db.execute("UPDATE packages SET description = '  ' || "
               "replace(description, char(10), char(13, 10)) || char(10) "
               "WHERE rowid % 50 = 7")
    db.execute("UPDATE packages SET homepage = '' WHERE rowid % 90 = 11 "
               "AND homepage IS NULL")
    db.execute("UPDATE maintainers SET name = name || ' ' "
               "WHERE maintainer_no % 40 = 3")
    db.execute("UPDATE maintainers SET name = replace(replace(name, 'é', "
               "'e' || char(769)), 'ü', 'u' || char(776))")


def main():
    db = sqlite3.connect(sys.argv[1])
    with db:
        db.executescript(SCHEMA)
        fill(db, package_index.index(), package_index.long_descriptions())
        roughen(db)
    count = "SELECT (SELECT count(*) FROM maintainers), " \
        "(SELECT count(*) FROM sections), (SELECT count(*) FROM packages)"
    print("source: %d maintainers, %d sections, %d packages"
          % db.execute(count).fetchone())
    db.close()


main()
