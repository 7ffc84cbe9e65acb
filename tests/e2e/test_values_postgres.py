"""Every kind of PostgreSQL type, PostgreSQL to PostgreSQL: into a table that
is there and into one that we make, where the sessions of both sides would
write values in their own ways."""
import pytest

SETUP = """
CREATE TYPE mood AS ENUM ('sad', 'very "happy"', 'شاد');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN words AS text[];
CREATE TYPE pair AS (a int, b text, c numeric(5,2)[]);
CREATE TYPE spread AS RANGE (subtype = float8);
CREATE SCHEMA made;
CREATE SCHEMA copy;
"""
# Type, and values by pairs: what one side writes the other must read.
TYPES = {
    "smallint": ("-32768", "32767"),
    "numeric": ("1e-16383", "-Infinity", "NaN", "99990000.0001"),
    "numeric(5,-2)": ("12300", "-9999900"),
    "numeric(3,5)": ("0.00999", "-0.001"),
    "real": ("1.1", "1e-45", "-Infinity"),
    "float8": ("NaN", "5e-324", "0.30000000000000004"),
    "money": ("-92233720368547758.08", "1.50"),
    "varchar(5)": ("قطعهx", "  "),
    "bytea": (r"\x", r"\x00ff5c"),
    "date": ("infinity", "4714-11-24 BC", "5874897-12-31"),
    "time": ("24:00", "23:59:59.999999"),
    "timetz": ("24:00:00+15:59", "12:00:00+03:30:15"),
    "timestamp": ("-infinity", "0001-12-31 23:59:59 BC", "290000-01-01"),
    "timestamptz": ("infinity", "2025-01-15 10:30:45.123456+03:30"),
    "interval": ("-3 mons +02:03:04.5", "178000000 years"),
    "inet": ("10.0.0.1/8", "::1"),
    "cidr": ("10.0.0.0/8", "2001:db8::/32"),
    "macaddr": ("08:00:2b:01:02:03",),
    "int4range": ("[1,99)", "empty", "(,)"),
    "tstzrange": ("[2025-01-01 00:00+00,infinity)",),
    "int4multirange": ("{[1,3),[5,9)}", "{}"),
    "spread": ("[1.1,1e308)",),
    "text[]": ('{{a,NULL},{"NULL","d\\"e\\\\"}}', "{}", "[0:1]={x,y}"),
    "numeric[]": ("{1.50,NaN,NULL}",),
    "pair[]": ('{"(1,\\"x y\\",\\"{1.50,NULL}\\")",NULL}',),
    "pair": ('(1,"x ""y""","{1.50,NULL}")', "(,,)"),
    "mood": ("sad", 'very "happy"', "شاد"),
    "positive": ("5",),
    "words": ("{a,NULL}",),
    "jsonb": ('{"a": [1.5, null, 100000000000000000000]}', "null"),
    "xml": ("two <a/> words", '<a b="1">x</a>'),
    "uuid": ("00112233-4455-6677-8899-aabbccddeeff",),
    "bit(9)": ("101010101",),
    "varbit": ("", "10101"),
    "tsvector": ("'a':1A,3 'fat cat':2B",),
    "point": ("(0.1,1e-300)",),
    "xid8": ("18446744073709551615",),
}
# What the owner of a side may have set for all its sessions.
ODD_SESSION = """
ALTER ROLE {0} SET DateStyle = 'German'; ALTER ROLE {0} SET TimeZone = 'Asia/Tehran';
ALTER ROLE {0} SET IntervalStyle = 'sql_standard';
ALTER ROLE {0} SET xmloption = 'document';
ALTER ROLE {0} SET bytea_output = 'escape';
ALTER ROLE {0} SET extra_float_digits = -5;
"""


@pytest.fixture
def odd_role(database):
    database.script("CREATE ROLE odd LOGIN SUPERUSER;"
                    + ODD_SESSION.format("odd"))
    yield "odd"
    database.script("DROP OWNED BY odd; DROP ROLE odd")


def columns(form):
    return ", ".join(form.format(n=n, type=t) for n, t in enumerate(TYPES))


def fill(database):
    database.script(SETUP)
    for table in ("every", "copy.every"):
        database.script(f"CREATE TABLE {table} (id int PRIMARY KEY, "
                        + columns("c{n} {type}") + ")")
    places = columns("%s::{type}")
    for i in range(max(map(len, TYPES.values())) + 1):
        row = [v[i] if i < len(v) else None for v in TYPES.values()]
        database.rows(f"INSERT INTO every VALUES ({i}, {places}) "
                      "RETURNING id", *row)
    return i + 1


def entity(table, **target):
    return {"name": table, "key": ["id"],
            "source": {"connection": "from", "table": "every"},
            "target": {"connection": "to", "table": table, **target}}


def test_every_type(site, database, odd_role):
    count = fill(database)
    tables = ("copy.every", "made.every")
    site.write([{"name": "from", "driver": "postgres", "dsn": database.dsn()},
                {"name": "to", "driver": "postgres",
                 "dsn": database.dsn(odd_role)}],
               [entity(tables[0]), entity(tables[1], create=True)])
    site.verb("check")
    assert database.value("SELECT to_regclass('made.every')") is None
    first = site.run()
    prints = [database.fingerprint(t) for t in tables]
    second = site.run()
    for table, before in zip(tables, prints):
        first.books(table).assert_is(read=count, inserted=count)
        second.books(table).assert_is(read=count, unchanged=count)
        assert database.fingerprint(table) == before
        for n, type_ in enumerate(TYPES):
            # Where we made the table, numeric has no scale to be shown with.
            form = "trim_scale({}.c{})" if "numeric(" in type_ \
                else "{}.c{}::text"
            a, b = form.format("a", n), form.format("b", n)
            assert not database.rows(
                f"SELECT id, {a}, {b} FROM every a FULL JOIN {table} b "
                f"USING (id) WHERE {a} IS DISTINCT FROM {b}"), (table, type_)


def test_a_type_that_the_target_lacks(site, server, database):
    """Not made into text behind the user's back: the next night would find
    every row changed."""
    other = server.database()
    try:
        database.script("CREATE TYPE pair AS (a int, b text);"
                        "CREATE TABLE things (id int PRIMARY KEY, p pair);"
                        "INSERT INTO things VALUES (1, '(1,x)')")
        things = {"name": "things", "key": ["id"],
                  "source": {"connection": "from", "table": "things"},
                  "target": {"connection": "to", "table": "things",
                             "create": True}}
        ends = [{"name": "from", "driver": "postgres", "dsn": database.dsn()},
                {"name": "to", "driver": "postgres", "dsn": other.dsn()}]
        site.write(ends, [things])
        for verb in ("check", "run"):
            site.verb(verb, expect=2).assert_says(
                "entity things", "connection to", '"p"', "type pair",
                "type: text")
        site.write(ends, [{**things, "fields": [
            {"to": "id", "from": "id"},
            {"to": "p", "from": "p", "type": "text"}]}])
        site.run().books().assert_is(read=1, inserted=1)
        site.run().books().assert_is(read=1, unchanged=1)
    finally:
        other.drop()
