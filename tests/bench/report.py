"""The report: one tree as JSON, and the same as a text table."""
import datetime

import bars
import machine
import server
import shape_bars

TITLES = {
    "copy_out": "COPY binary out, thrown away",
    "copy_out_usual": "COPY binary out, after the day's changes",
    "copy_out_in": "COPY binary out | in, primary key",
    "copy_csv_in": "COPY from the file, primary key",
    "insert_select": "INSERT … SELECT from the attached file",
    "scan": "scan that reads every column (SELECT max(…))",
    "first": "syncline, first night",
    "first_create": "syncline, first night, create: true",
    "quiet": "syncline, quiet night",
    "quiet_probed": "syncline, quiet night, probe: checksum",
    "usual": "syncline, usual night",
    "middle_quiet": "normalize | identity | delta as filters, quiet",
    "first_visible": "syncline, first run: start to row in the target",
    "first_run": "syncline, first run: start to end",
    "later_visible": "syncline, later run: start to row in the target",
    "later_run": "syncline, later run: start to end",
    "one_change": "syncline, one changed row",
    "fdw_compare": "postgres_fdw compare, whole row",
    "fdw_compare_md5": "postgres_fdw compare, by md5",
    "pgcopydb": "pgcopydb clone",
    "pgloader": "pgloader",
}
# What each item is divided by.
LIMITS = {
    "postgres": {"first": "copy_out_in", "quiet": "copy_out",
                 "quiet_probed": "copy_out",
                 "usual": "copy_out_usual", "pgcopydb": "copy_out_in",
                 "pgloader": "copy_out_in", "fdw_compare": "copy_out",
                 "fdw_compare_md5": "copy_out"},
    "sqlite": {"first": "insert_select", "quiet": "scan", "usual": "scan"},
    "csv": {"first": "copy_csv_in"},
    "sqlite_postgres": {"pgloader": "first"},
}


def tree(bench, options, pg_version, load_before):
    results, peers = bench.results, bench.peers
    return {
        "format": 1,
        "date": datetime.datetime.now(datetime.timezone.utc)
        .isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "load_before": load_before,
        "postgres": pg_version,
        "settings": server.SETTINGS,
        "options": options,
        "bars": [bar.as_json() for bar in
                 bars.all_bars(results) + shape_bars.all_bars(results)],
        "groups": [with_ratios(g.as_json()) for g in results.groups],
        "missing": [{"name": n, "why": w} for n, w in peers.missing.items()],
    }


def with_ratios(group):
    by_name = {item["name"]: item for item in group["items"]}
    for name, item in by_name.items():
        item["title"] = TITLES[name]
        limit = LIMITS.get(group["name"], {}).get(name)
        if limit in by_name:
            item["limit"] = limit
            item["ratio"] = round(item["seconds"]["median"]
                                  / by_name[limit]["seconds"]["median"], 3)
    return group


def number(value, unit):
    if value is None:
        return "not measured"
    if unit == "rows/s":
        return f"{value / 1e6:.2f} M rows/s"
    if unit == "s":
        return f"{value * 1000:.0f} ms"
    if unit == "MiB":
        return f"{value:.1f} MiB"
    if unit == "×":
        return f"{value:.2f} ×"
    return f"{value:.0f} {unit}"


def verdict(bar):
    if bar["bar_passed"] is None:
        return "-"
    if not bar["bar_passed"]:
        return "MISS"
    return "pass, stretch" if bar["stretch_passed"] else "pass"


def bar_rows(report):
    for bar in report["bars"]:
        sign = "≥" if bar["at_least"] else "≤"
        stretch = bar["stretch"]
        yield (bar["what"], number(bar["value"], bar["unit"]),
               "-" if bar["bar"] is None else
               f"{sign} {number(bar['bar'], bar['unit'])}",
               "-" if stretch is None else
               f"{sign} {number(stretch, bar['unit'])}", verdict(bar))


def item_rows(group):
    for item in group["items"]:
        s = item["seconds"]
        limit = TITLES.get(item.get("limit"), "")
        yield (item["title"], f"{s['median']:.3f}",
               f"{s['min']:.3f}-{s['max']:.3f}",
               f"{item['rows_per_second']:,}",
               f"{item['ratio']:.2f} × {limit}" if limit else "",
               f"{item['client_cpu_seconds']:.2f}",
               f"{item['server_cpu_seconds']:.2f}")


def stage_rows(group):
    for item in group["items"]:
        for s in item.get("stages", []):
            slowest = s["worker"] == item["slowest_stage"]
            yield (item["name"], s["worker"], f"{s['cpu_seconds']:.3f}",
                   f"{s['ns_per_row']:.0f}",
                   f"{s['rows_per_cpu_second'] or 0:,}",
                   f"{s['peak_rss_kib'] / 1024:.1f}",
                   "slowest" if slowest else "")
        if "stages" in item:
            yield (item["name"], "all stages",
                   f"{item['stage_cpu_seconds']:.3f}",
                   f"{item['stage_ns_per_row']:.0f}",
                   f"{item['rows_per_cpu_second'] or 0:,}", "", "")
            cpu, rss = (item["supervisor_cpu_seconds"],
                        item["supervisor_peak_rss_kib"])
            yield (item["name"], "supervisor", f"{cpu:.3f}",
                   f"{cpu * 1e9 / item['rows']:.0f}", "",
                   f"{rss / 1024:.1f}" if rss else "", "")


def table(head, rows, left=1):
    """Columns as wide as they need; the first `left` are flush left."""
    rows = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = []
    for row in rows:
        cells = [cell.ljust(w) if i < left else cell.rjust(w)
                 for i, (cell, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines) + "\n"


def text(report):
    options = report["options"]
    settings = ", ".join(f"{k} {v}" for k, v in report["settings"].items())
    parts = [
        f"Syncline benchmark, {report['date']}\n"
        f"{machine.describe_text(report['machine'])}\n"
        f"{report['postgres']}: {settings}\n"
        f"medians of {options['repeat']}; elapsed seconds; load average "
        f"before: {report['load_before']:.2f}\n",
        "Bars\n" + table(("", "value", "bar", "stretch", ""),
                         bar_rows(report)),
    ]
    for group in report["groups"]:
        parts.append(f"{group['title']}, {group['rows']:,} rows\n" + table(
            ("", "median", "min-max", "rows/s", "ratio", "client CPU",
             "server CPU"), item_rows(group)))
        stages = list(stage_rows(group))
        if stages:
            parts.append(table(
                ("night", "process", "CPU s", "ns/row", "rows/CPU s",
                 "peak MiB", ""), stages, left=2))
    if report["missing"]:
        parts.append("Without a number\n" + "".join(
            f"{m['name']}: {m['why']}\n" for m in report["missing"]))
    return "\n".join(parts)
