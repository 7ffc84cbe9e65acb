"""The benchmark table: making it, changing it for a day, comparing it."""
import pathlib
import re

from say import BenchError

SQL = pathlib.Path(__file__).with_name("orders.sql")
KEY = ("order_no", "site")
TEXTS = ("site", "part_no", "descr", "status", "note")


def table_ddl():
    """The empty table with its primary key, as orders.sql has it."""
    found = re.search(r"create table orders \(.*?\n\);", SQL.read_text(),
                      re.DOTALL)
    return found.group(0)


def columns():
    return re.findall(r"^  (\w+) +(?!key)\w", table_ddl(), re.MULTILINE)


class Day:
    """1 % updated, 0.5 % inserted, 0.2 % deleted, scattered over the table.
    Each number gives another choice of rows."""

    def __init__(self, number):
        self.number = number

    def statements(self):
        updated, deleted = self.number % 100, (self.number + 50) % 100
        return (
            "UPDATE orders SET qty = coalesce(qty, 0) + 1, "
            f"status = 'Changed' WHERE order_no % 100 = {updated}",
            "INSERT INTO orders SELECT order_no, 'new', part_no, descr, qty, "
            "price, status, due, created, released, note, rv FROM orders "
            f"WHERE order_no % 200 = {self.number % 200}",
            "DELETE FROM orders WHERE site <> 'new' AND "
            f"order_no % 500 = {deleted}",
        )

    @staticmethod
    def books(rows):
        """What a night has to do about it; rows is divisible by 1000."""
        inserted, updated, deleted = rows // 200, rows // 100, rows // 500
        read = rows + inserted - deleted
        return {"read": read, "inserted": inserted, "updated": updated,
                "deleted": deleted, "unchanged": read - inserted - updated}


def first_books(rows):
    return {"read": rows, "inserted": rows, "updated": 0, "deleted": 0,
            "unchanged": 0}


def quiet_books(rows):
    return {"read": rows, "inserted": 0, "updated": 0, "deleted": 0,
            "unchanged": rows}


def cleaned(column):
    """`normalize: clean`, of the texts that the table has."""
    if column not in TEXTS:
        return column
    return f"nullif(btrim(normalize({column}, NFC)), '')"


def fingerprint_sql(clean):
    values = ", ".join(cleaned(c) if clean else c for c in columns())
    return ("SELECT count(*), "
            f"sum(hash_record_extended(ROW({values}), 0)::numeric) "
            "FROM orders")


def check_equal(server, source, target, normalized=True):
    """The target is the (normalised) source, row for row."""
    wanted = server.sql(source, fingerprint_sql(normalized))[0]
    found = server.sql(target, fingerprint_sql(False))[0]
    if wanted != found:
        raise BenchError(f"{target} is not equal to {source}: rows and sum "
                         f"of hashes {found}, not {wanted}")


def check_count(server, database, rows):
    found = server.value(database, "SELECT count(*) FROM orders")
    if found != rows:
        raise BenchError(f"{database} has {found} rows, not {rows}")
