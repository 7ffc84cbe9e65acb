"""Random values of every type, and how each engine writes and reads them.

A value in the model is plain Python; that is what source and target are
compared as. Nothing here knows how the product converts."""
import datetime
import decimal
import json
import uuid

import psycopg2.extras

TEXTS = (
    "", " ", "O'Neil", 'say "hi"', "back\\slash", "\\N", "NULL", "null",
    "tab\tline\nfeed\r\nreturn\r", "a;b,c|d", "%s {} $1", "--", "/* */",
    "قطعه شماره ۵", "שלום עולם", "🔩👩‍👩‍👧‍👦", "Cafe\u0301", "Ünïcödé", "ﬁ",
    "\u200f\u202eRTL", "  both ends  ", "00012", "1e5", "0x10", "3.0",
    "2025-01-01", "true", "\x01\x02\x7f", "\u00a0nbsp\u00a0", "ß", "İ",
)


def text(rng):
    if rng.random() < 0.02:
        return rng.choice("xé🔩") * rng.randint(1000, 40_000)
    if rng.random() < 0.5:
        return rng.choice(TEXTS)
    return "".join(rng.choice(TEXTS) for _ in range(rng.randint(1, 3)))


def integer(rng):
    return rng.choice((0, 1, -1, 2**63 - 1, -2**63,
                       rng.randint(-1000, 1000), rng.randint(-2**62, 2**62)))


def number(rng):
    digits = rng.choice((1, 5, 18, 40))
    value = decimal.Decimal(rng.randint(-10**digits, 10**digits))
    return value.scaleb(-rng.randint(0, 10), decimal.Context(prec=60))


def double(rng):
    return rng.choice((0.0, 0.1, -1.5, 1e300, 5e-324, float(rng.randint(
        -10**6, 10**6)), rng.uniform(-1e9, 1e9)))


def day(rng):
    return datetime.date.fromordinal(rng.choice((
        1, 719_163, rng.randint(1, 3_652_059), rng.randint(730_000, 745_000))))


def clock(rng):
    return (datetime.datetime.min + datetime.timedelta(
        microseconds=rng.randrange(86_400_000_000))).time()


def moment(rng):
    return datetime.datetime.combine(day(rng), clock(rng))


def instant(rng):
    # Inside the years that every zone conversion can hold.
    date = datetime.date.fromordinal(rng.randint(700_000, 745_000))
    return datetime.datetime.combine(date, clock(rng), datetime.timezone.utc)


def tree(rng, depth=0):
    kind = rng.randrange(8 if depth < 2 else 6)
    if kind == 6:
        return [tree(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    if kind == 7:
        return {rng.choice(TEXTS): tree(rng, depth + 1)
                for _ in range(rng.randint(0, 3))}
    return (None, True, rng.randint(-10**12, 10**12),
            decimal.Decimal(rng.randint(-9999, 9999)).scaleb(-2),
            rng.choice(TEXTS), False)[kind]


class Json:
    """Compared by what it says: numbers exactly, members in any order."""

    def __init__(self, value):
        self.value = value

    @classmethod
    def read(cls, text):
        return cls(json.loads(text, parse_float=decimal.Decimal,
                              parse_int=decimal.Decimal))

    def __eq__(self, other):
        return isinstance(other, Json) and \
            canonical(self.value) == canonical(other.value)

    def __hash__(self):
        return hash(canonical(self.value))

    def __repr__(self):
        return f"Json({self.value!r})"


def canonical(value):
    if isinstance(value, dict):
        return ("{", *sorted((k, canonical(v)) for k, v in value.items()))
    if isinstance(value, list):
        return ("[", *map(canonical, value))
    if value is None or isinstance(value, (bool, str)):
        return (type(value).__name__, value)
    return ("number", decimal.Decimal(value))


def json_text(value):
    """With decimals written as they are."""
    if isinstance(value, Json):
        return json_text(value.value)
    if isinstance(value, dict):
        return "{" + ", ".join(json.dumps(k) + ":" + json_text(v)
                               for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    return json.dumps(value)


class Type:
    """One value type: how to draw a value, what engines declare it as, and
    the two ways between Python and each."""

    def __init__(self, name, draw, pg, sqlite, *, key=True,
                 to_sqlite=lambda v: v, from_sqlite=lambda v: v,
                 to_pg=lambda v: v, from_pg=lambda v: v):
        self.name, self.draw, self.key = name, draw, key
        self.declared = {"postgres": pg, "sqlite": sqlite}
        self.write = {"postgres": to_pg, "sqlite": to_sqlite}
        self.read = {"postgres": from_pg, "sqlite": from_sqlite}


def stamp(value):
    return value.isoformat(" ", "microseconds")


def read_stamp(text):
    assert len(text) == 26 and text[10] == "T", text
    return datetime.datetime.fromisoformat(text)


def read_instant(text):
    assert len(text) == 27 and text[-1] == "Z", text
    return read_stamp(text[:-1]).replace(tzinfo=datetime.timezone.utc)


def read_decimal(text):
    assert isinstance(text, str), text
    return decimal.Decimal(text)


def read_bool(value):
    assert value in (0, 1)
    return bool(value)


TYPES = [
    Type("bool", lambda rng: rng.random() < 0.5, "boolean", "BOOLEAN",
         from_sqlite=read_bool),
    Type("int", integer, "bigint", "INTEGER"),
    Type("decimal", number, "numeric", '"DECIMAL TEXT"',
         to_sqlite=lambda v: f"{v:f}", from_sqlite=read_decimal),
    Type("float", double, "double precision", "REAL", key=False),
    Type("text", text, "text", "TEXT"),
    Type("bytes", lambda rng: rng.randbytes(rng.choice((0, 1, 16, 3000))),
         "bytea", "BLOB", key=False, from_pg=bytes),
    Type("date", day, "date", '"DATE TEXT"',
         to_sqlite=lambda v: v.isoformat(),
         from_sqlite=datetime.date.fromisoformat),
    Type("time", clock, "time", '"TIME TEXT"',
         to_sqlite=lambda v: v.isoformat("microseconds"),
         from_sqlite=datetime.time.fromisoformat),
    Type("timestamp", moment, "timestamp", '"TIMESTAMP TEXT"',
         to_sqlite=stamp, from_sqlite=read_stamp),
    Type("timestamptz", instant, "timestamptz", '"TIMESTAMPTZ TEXT"',
         to_sqlite=stamp, from_sqlite=read_instant,
         from_pg=lambda v: v.astimezone(datetime.timezone.utc)),
    Type("uuid", lambda rng: uuid.UUID(int=rng.getrandbits(128)), "uuid",
         '"UUID TEXT"', to_sqlite=str, from_sqlite=uuid.UUID,
         to_pg=str, from_pg=uuid.UUID),
    Type("json", lambda rng: Json(tree(rng)), "jsonb", '"JSON TEXT"',
         key=False, to_sqlite=json_text, from_sqlite=Json.read,
         to_pg=json_text, from_pg=Json.read),
]
BY_NAME = {t.name: t for t in TYPES}

# Known to PostgreSQL alone: carried as the engine's own text.
OPAQUE = [
    Type(pg, draw, pg, None, key=False) for pg, draw in (
        ("interval", lambda rng: rng.choice(
            ("1 day", "-3 mons +02:03:04.5", "1 year 2 mons"))),
        ("inet", lambda rng: rng.choice(("10.0.0.0/8", "::1/128", "192.0.2.7/32"))),
        ("int4range", lambda rng: f"[{rng.randint(0, 9)},{99})"),
        ("text[]", lambda rng: rng.choice(
            ("{}", '{a,"b c",NULL}', '{"\\"q\\"","{}"}'))),
        ("point", lambda rng: f"({rng.randint(0, 9)},1.5)"),
    )]


def raw_json(link):
    """psycopg2 must not read the numbers of jsonb as doubles."""
    psycopg2.extras.register_default_jsonb(link, loads=lambda text: text)
