"""Writes the table of README.md from report.json, between its markers.
usage: readme.py REPORT.JSON README.md"""
import json
import pathlib
import sys

import machine
import report as reports

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"

IN_BARS = ("rowversion", "first_row")  # groups of which the bars say all


def markdown(report):
    date = report["date"].partition("T")[0]
    lines = [f"{date}, {machine.describe_text(report['machine'])}, "
             f"{report['postgres']}, medians of "
             f"{report['options']['repeat']}:", "",
             "| | measured | bar | stretch | |", "|---|---|---|---|---|"]
    for row in reports.bar_rows(report):
        lines.append("| " + " | ".join(c.replace("|", "\\|")
                                       for c in row) + " |")
    for group in report["groups"]:
        if group["name"] in IN_BARS:
            continue
        lines += ["", f"| {group['title']}, {group['rows']:,} rows | seconds "
                  "| rows/s | ratio |", "|---|---|---|---|"]
        for title, median, _, rate, ratio, *_ in reports.item_rows(group):
            lines.append("| " + " | ".join(
                c.replace("|", "\\|")
                for c in (title, median, rate, ratio)) + " |")
    lines += [""] + [f"* {m['name']}: {m['why']}" for m in report["missing"]]
    return "\n".join(lines).rstrip() + "\n"


def main():
    report_file, readme_file = map(pathlib.Path, sys.argv[1:])
    report = json.loads(report_file.read_text(encoding="utf-8"))
    text = readme_file.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{readme_file}: no '{BEGIN}' and '{END}'")
    readme_file.write_text(
        f"{before}{BEGIN}\n{markdown(report)}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
