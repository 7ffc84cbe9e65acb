"""Orders: the rows that several tests sync, and what must become of them.

A source row is a dictionary of text, as a CSV file would hold it; `weight` is
text in every source and a number in every target."""
import csv
import datetime
import decimal
import gzip
import io
import random
import subprocess

COLUMNS = ("order_no", "site", "descr", "qty", "due", "open", "weight")
NULL = r"\N"
FIELDS = [
    {"to": "order_no", "from": "order_no", "type": "int"},
    {"to": "site", "from": "site", "type": "text"},
    {"to": "descr", "from": "descr", "type": "text"},
    {"to": "qty", "from": "qty", "type": "decimal", "scale": 3},
    {"to": "due", "from": "due", "type": "timestamp"},
    {"to": "open", "from": "open", "type": "bool"},
    {"to": "weight", "from": "weight", "type": "int"},
    {"to": "label", "expr": "order_no || '/' || site", "type": "text"},
]
DESCRIPTIONS = ("  قطعه  ", "Pump housing", None, "Cafe\u0301", "a,b\r\n\"c\"",
                "tab\there", "Bolt 🔩 M12", "O'Neil", "")


def make(seed, count):
    """count rows by their key."""
    rng = random.Random(seed)
    rows = {}
    while len(rows) < count:
        row = one(rng, len(rows))
        rows[row["order_no"], row["site"]] = row
    return rows


def one(rng, n):
    return {
        "order_no": str(10_000 + n),
        "site": f"S{n % 7}",
        "descr": rng.choice(DESCRIPTIONS),
        "qty": f"{rng.randint(-10**9, 10**9)}.{rng.randint(0, 999):03d}",
        "due": (datetime.datetime(2024, 1, 1)
                + datetime.timedelta(seconds=rng.randint(0, 10**8)))
        .isoformat(" "),
        "open": rng.choice(["true", "false", None]),
        "weight": rng.choice([None, str(rng.randint(0, 10**6))]),
    }


class Day:
    """What a day does to the rows, and what the night has to do about it."""

    def __init__(self, rows, seed):
        rng = random.Random(seed)
        keys = rng.sample(sorted(rows), 132)
        after = {key: dict(row) for key, row in rows.items()}
        for key in keys[:60]:
            after[key]["qty"] = str(decimal.Decimal(rows[key]["qty"]) + 1)
        for key in keys[60:90]:  # a change that normalisation takes away
            after[key]["due"] = rows[key]["due"].replace(" ", "T")
        for key in keys[90:120]:
            del after[key]
        for n in range(40):
            row = one(rng, len(rows) + n)
            after[row["order_no"], row["site"]] = row
        renamed = after.pop(keys[120])
        renamed["site"] = "S99"
        after[renamed["order_no"], "S99"] = renamed
        self.bad = keys[121]
        after[self.bad]["weight"] = "heavy"
        self.before, self.after = rows, after
        self.books = {"read": len(after), "inserted": 41, "updated": 60,
                      "deleted": 31, "rejected": 1,
                      "unchanged": len(after) - 102}

    def wanted(self):
        """Target rows after the night: the bad row stays as it was."""
        good = self.after | {self.bad: self.before[self.bad]}
        return wanted(good)


def clean(text):
    """normalize: clean, of the texts in DESCRIPTIONS."""
    if text is None:
        return None
    return text.replace("\r\n", "\n").strip().replace(
        "e\u0301", "é") or None


def wanted(rows):
    return [(
        int(r["order_no"]), r["site"], clean(r["descr"]),
        decimal.Decimal(r["qty"]),
        datetime.datetime.fromisoformat(r["due"]),
        {"true": True, "false": False, None: None}[r["open"]],
        None if r["weight"] is None else int(r["weight"]),
        r["order_no"] + "/" + r["site"],
    ) for r in rows.values()]


def csv_text(rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for r in rows.values():
        writer.writerow([NULL if r[c] is None else r[c] for c in COLUMNS])
    return out.getvalue().encode()


def pack(data, suffix):
    if suffix == ".gz":
        return gzip.compress(data)
    if suffix == ".zst":
        return subprocess.run(["zstd", "-q", "-c"], input=data, check=True,
                              stdout=subprocess.PIPE).stdout
    return data
