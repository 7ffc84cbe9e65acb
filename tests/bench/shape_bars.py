"""The bars of the part `shapes`; none for what did not run."""
from bars import Bar, ns_per_row, rows_per_second, size
from shapes import COLUMNS, EACH, TEXT_BYTES

SMALL_MS, GROWTH = 20, 1.05


def small(group):
    return [Bar(f"{group.title}: {item}, each", group.median(item) * 1000
                / (group.rows / EACH), "ms", SMALL_MS)
            for item in group.items]


def wide(group):
    found = []
    for item in group.items:
        ns = ns_per_row(group, item)
        found += [Bar(f"{group.title}: {item}, CPU per row", ns, "ns", None),
                  Bar(f"{group.title}: {item}, CPU per value", ns / COLUMNS,
                      "ns", None)]
    return found


def texts(group):
    return [Bar(f"{group.title}: {item}", rows_per_second(group, item)
                * TEXT_BYTES / 1e6, "MB/s", None)
            for item in group.items]


def growth(groups):
    found = []
    for group in groups:
        if group is not groups[0]:
            found.append(Bar(
                f"{group.title}: time per row, {size(group.rows)} ÷ "
                f"{size(groups[0].rows)}",
                rows_per_second(groups[0], "quiet")
                / rows_per_second(group, "quiet"), "×", GROWTH))
    return found


def all_bars(results):
    return [bar for name, how in (("small", small), ("wide", wide),
                                  ("texts", texts))
            for group in results.find(name) for bar in how(group)
            ] + growth(results.find("growth"))
