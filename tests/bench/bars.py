"""The bars of the design, each with what was measured."""
MIB = 1024
STAGE_MIB = 32
BYTES_PER_ROW = 96  # of delta's state
GROWTH_FROM_ROWS = 1_000_000
GROWTH_BAR, GROWTH_STRETCH = 1.05, 1.01  # beyond that of the rows


class Bar:
    """bar and stretch: what must not be exceeded, or with at_least, what
    must be reached. value None: not measured."""

    def __init__(self, what, value, unit, bar, stretch=None, at_least=False):
        self.what, self.value, self.unit = what, value, unit
        self.bar, self.stretch, self.at_least = bar, stretch, at_least

    def holds(self, limit):
        if self.value is None or limit is None:
            return None
        return self.value >= limit if self.at_least else self.value <= limit

    def as_json(self):
        return {"what": self.what, "value": self.value, "unit": self.unit,
                "at_least": self.at_least,
                "bar": self.bar, "bar_passed": self.holds(self.bar),
                "stretch": self.stretch,
                "stretch_passed": self.holds(self.stretch)}


def ratio(group, above, below):
    if group is None or not (group.has(above) and group.has(below)):
        return None
    return group.median(above) / group.median(below)


def ns_per_row(group, item):
    if group is None or not group.has(item):
        return None
    cpu = sum(s.cpu_s for s in group.stages(item).values())
    return cpu * 1e9 / group.median(item, "rows")


def rows_per_second(group, item):
    if group is None or not group.has(item):
        return None
    return group.median(item, "rows") / group.median(item)


def peak(group, delta):
    """MiB and where: the highest of delta, or of all the others."""
    found = [(s.peak_rss_kib / MIB, f"{worker}, {item}")
             for item in group.items
             for worker, s in group.stages(item).items()
             if worker.startswith("delta.") == delta]
    return max(found, default=(None, "any"))


def memory_bars(group):
    n = f"{group.title}, {size(group.rows)} rows"
    stage, stage_where = peak(group, False)
    delta, delta_where = peak(group, True)
    return [
        Bar(f"memory, {n}: {stage_where}", stage, "MiB", STAGE_MIB),
        Bar(f"memory, {n}: {delta_where}", delta, "MiB",
            STAGE_MIB + BYTES_PER_ROW * group.rows / 2**20),
    ]


def size(rows):
    return f"{rows / 1e6:g} M" if rows >= 1_000_000 else f"{rows:,}"


def night_bars(group):
    """Of one size of PostgreSQL to PostgreSQL."""
    n = size(group.rows)
    return [
        Bar(f"first night, {n} rows ÷ COPY out|in",
            ratio(group, "first", "copy_out_in"), "×", 1.35, 1.12),
        Bar(f"first night, {n} rows ÷ pgcopydb",
            ratio(group, "first", "pgcopydb"), "×", 1),
        Bar(f"quiet night, {n} rows ÷ COPY out",
            ratio(group, "quiet", "copy_out"), "×", 1.25, 0.95),
        Bar(f"quiet night, {n} rows ÷ fdw compare",
            ratio(group, "quiet", "fdw_compare"), "×", 1 / 3),
        Bar(f"usual night, {n} rows ÷ COPY out",
            ratio(group, "usual", "copy_out_usual"), "×", 1.5, 1.15),
        Bar(f"CPU of all stages, quiet, {n} rows",
            ns_per_row(group, "quiet"), "ns/row", 750, 500),
        Bar(f"CPU of all stages, first, {n} rows",
            ns_per_row(group, "first"), "ns/row", 900, 750),
    ]


def growth_bars(groups):
    """From each size to the next, where the start of the processes no
    longer counts."""
    groups = [g for g in groups if g.rows >= GROWTH_FROM_ROWS]
    found = []
    for small, large in zip(groups, groups[1:]):
        factor = large.rows / small.rows
        for item in ("first", "quiet", "usual"):
            if small.has(item) and large.has(item):
                found.append(Bar(
                    f"{small.title}, {item}: "
                    f"{size(large.rows)} ÷ {size(small.rows)} rows",
                    large.median(item) / small.median(item), "×",
                    factor * GROWTH_BAR, factor * GROWTH_STRETCH))
    return found


def last(groups):
    return groups[-1] if groups else None


def all_bars(results):
    nights = results.find("postgres")
    first_row = last(results.find("first_row"))
    change = last(results.find("rowversion"))
    found = [bar for group in nights for bar in night_bars(group)
             if bar.value is not None or group is nights[0]]
    growth = growth_bars(nights) or [
        Bar("growth, 10 M ÷ 1 M rows", None, "×", 10 * GROWTH_BAR,
            10 * GROWTH_STRETCH)]
    found += [bar for group in results.groups if group.name not in ("first_row", "small")
              for bar in memory_bars(group)]
    found += growth + growth_bars(results.find("null"))
    found += [
        Bar("SQLite to SQLite, quiet",
            rows_per_second(last(results.find("sqlite")), "quiet"), "rows/s",
            800_000, 1_200_000, at_least=True),
        Bar("start to first row, first run",
            first_row and first_row.median("first_visible"), "s", 0.1, 0.03),
        Bar("start to first row, later run",
            first_row and first_row.median("later_visible"), "s", 0.1, 0.03),
        Bar("one changed row, rowversion"
            + (f", {size(change.rows)} rows" if change else ""),
            change and change.median("one_change"), "s", 0.3, 0.1),
        Bar("the pipeline alone, null to null, quiet",
            rows_per_second(last(results.find("null")), "quiet"),
            "rows/s", 2_000_000, at_least=True),
    ]
    return found
