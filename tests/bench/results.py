"""Measures by group and name, and what is made of their repetitions."""
import statistics

from measure import Stage

PIPE = ("extract", "normalize", "identity", "delta", "resolver", "load")


class Group:
    """One kind of work at one size, with everything measured beside it."""

    def __init__(self, name, title, rows):
        self.name, self.title, self.rows = name, title, rows
        self.items = {}  # name of the item: its measures

    def add(self, item, measure):
        if measure is not None:
            self.items.setdefault(item, []).append(measure)

    def has(self, item):
        return bool(self.items.get(item))

    def median(self, item, what="seconds"):
        """None if it was not measured."""
        if not self.has(item):
            return None
        return statistics.median(getattr(m, what) for m in self.items[item])

    def stages(self, item):
        """By worker: medians of the CPU, the highest memory."""
        measures = [m.stages for m in self.items.get(item, []) if m.stages]
        if not measures:
            return {}
        return {worker: Stage(
            statistics.median(m[worker].cpu_s for m in measures),
            max(m[worker].peak_rss_kib for m in measures))
            for worker in sorted(measures[0], key=pipe_order)}

    def as_json(self):
        return {"name": self.name, "title": self.title, "rows": self.rows,
                "items": [self.item_json(item) for item in self.items]}

    def item_json(self, item):
        seconds = [m.seconds for m in self.items[item]]
        rows = self.median(item, "rows") or self.rows
        found = {
            "name": item, "rows": round(rows),
            "seconds": {"median": round(statistics.median(seconds), 4),
                        "min": round(min(seconds), 4),
                        "max": round(max(seconds), 4),
                        "all": [round(s, 4) for s in seconds]},
            "rows_per_second": round(rows / statistics.median(seconds)),
            "client_cpu_seconds": round(self.median(item, "cpu_s"), 3),
            "server_cpu_seconds":
                round(self.median(item, "server_cpu_s"), 2),
        }
        stages = self.stages(item)
        if stages:
            found.update(stages_json(stages, rows, found))
            found["supervisor_peak_rss_kib"] = max(
                m.peak_rss_kib for m in self.items[item])
        return found


def pipe_order(worker):
    stage, _, instance = worker.partition(".")
    return PIPE.index(stage), int(instance)


def stages_json(stages, rows, item):
    total = sum(s.cpu_s for s in stages.values())
    slowest = max(stages, key=lambda worker: stages[worker].cpu_s)
    return {
        "stages": [{
            "worker": worker, "cpu_seconds": round(s.cpu_s, 3),
            "ns_per_row": round(s.cpu_s * 1e9 / rows, 1),
            "rows_per_cpu_second":
                round(rows / s.cpu_s) if s.cpu_s else None,
            "peak_rss_kib": s.peak_rss_kib} for worker, s in stages.items()],
        "stage_cpu_seconds": round(total, 3),
        "stage_ns_per_row": round(total * 1e9 / rows, 1),
        "rows_per_cpu_second": round(rows / total) if total else None,
        "supervisor_cpu_seconds":
            round(max(item["client_cpu_seconds"] - total, 0), 3),
        "slowest_stage": slowest,
    }


class Results:
    def __init__(self):
        self.groups = []

    def group(self, name, title, rows):
        self.groups.append(Group(name, title, rows))
        return self.groups[-1]

    def find(self, name):
        """All sizes of it, the smallest first."""
        return sorted((g for g in self.groups if g.name == name),
                      key=lambda g: g.rows)
