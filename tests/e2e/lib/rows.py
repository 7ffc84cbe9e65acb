"""Comparing rows, without anything of the product."""
from collections import Counter

SHOWN = 5


def assert_rows(got, wanted, where=""):
    """The same rows, each as often, in any order."""
    got, wanted = Counter(map(tuple, got)), Counter(map(tuple, wanted))
    if got == wanted:
        return
    lines = [f"rows differ {where}: {sum(got.values())} found, "
             f"{sum(wanted.values())} expected"]
    for what, rows in (("missing", wanted - got), ("too much", got - wanted)):
        lines.append(f"  {what}: {sum(rows.values())}")
        lines += [f"    {row!r:.400}" for row in list(rows)[:SHOWN]]
    raise AssertionError("\n".join(lines))
