"""The chart: one bar per measured item of a size, as SVG."""
from xml.sax.saxutils import escape

WIDTH, LABEL, BAR, GAP = 860, 330, 20, 8
OURS, LIMIT, PEER = "#1f6feb", "#57606a", "#bc8c00"
PEERS = ("pgcopydb", "pgloader", "fdw_compare", "fdw_compare_md5")
NIGHTS = ("first", "quiet", "usual")
LEGEND = ((OURS, "Syncline"), (LIMIT, "the raw database"),
          (PEER, "other tools"))
STYLE = ("text{font:13px sans-serif;fill:#24292f}"
         ".head{font-weight:bold}.foot{font-size:11px;fill:#57606a}")


def colour(name):
    if name in (*NIGHTS, "middle_quiet", "quiet_probed"):
        return OURS
    return PEER if name in PEERS else LIMIT


def bar(item, y, scale):
    seconds = item["seconds"]["median"]
    width = max(seconds * scale, 1)
    return (f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end">'
            f'{escape(item["title"])}</text>'
            f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" '
            f'height="{BAR}" fill="{colour(item["name"])}"/>'
            f'<text x="{LABEL + width + 6:.1f}" y="{y + 15}">'
            f'{seconds:.2f} s</text>')


def legend(y):
    parts = []
    for i, (fill, what) in enumerate(LEGEND):
        x = 10 + i * 170
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" '
                     f'fill="{fill}"/><text x="{x + 18}" y="{y + 11}">'
                     f'{what}</text>')
    return "".join(parts)


def shown(report):
    return [g for g in report["groups"]
            if any(i["name"] in NIGHTS for i in g["items"])]


def svg(report, footer):
    parts, y = [legend(10)], 40
    for group in shown(report):
        items = sorted(group["items"], key=lambda i: i["seconds"]["median"])
        longest = items[-1]["seconds"]["median"]
        scale = (WIDTH - LABEL - 80) / longest
        parts.append(f'<text class="head" x="10" y="{y + 16}">'
                     f'{escape(group["title"])}, {group["rows"]:,} rows: '
                     'seconds, less is better</text>')
        y += 28
        for item in items:
            parts.append(bar(item, y, scale))
            y += BAR + GAP
        y += 16
    parts.append(f'<text class="foot" x="10" y="{y + 8}">'
                 f'{escape(footer)}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{y + 20}" viewBox="0 0 {WIDTH} {y + 20}">'
            f'<style>{STYLE}</style>'
            f'<rect width="100%" height="100%" fill="#ffffff"/>\n'
            + "\n".join(parts) + "\n</svg>\n")
