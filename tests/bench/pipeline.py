"""One pipeline file, its store, and the real binaries working on them."""
import json
import os
import re
import shutil

from measure import Stage, tail, timed
from say import BenchError

ENDED = re.compile(r'msg="stage ended" worker=(\S+) pid=\d+ user_ms=(\d+) '
                   r"system_ms=(\d+) peak_rss_kib=(\d+)")


class Pipeline:
    """connections, source and target are written as JSON, which is YAML.
    Pipelines of one folder have one store."""
    FILE = "pipeline.yaml"

    def __init__(self, bin_dir, folder, connections, source, target,
                 others=None, **more):
        self.bin, self.dir = bin_dir, folder
        self.dir.mkdir(parents=True, exist_ok=True)
        self.file = self.dir / self.FILE
        self.out, self.log = self.dir / "out.json", self.dir / "log"
        entity = {"name": "orders", "source": source, "target": target,
                  "key": ["order_no", "site"], "normalize": "clean", **more}
        self.file.write_text(json.dumps(
            {"version": 1, "connections": connections, **(others or {}),
             "entities": [entity]},
            indent=1), encoding="utf-8")

    def chunks_read(self):
        """Of the last night."""
        return self.log.read_text("utf-8", "replace").count('msg="chunk read"')

    def forget(self):
        """The next night is a first night."""
        shutil.rmtree(self.dir / ".syncline", ignore_errors=True)

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def environ(self):
        return {**os.environ, "LANG": "C.UTF-8"}

    def night(self, books, server=None):
        """A timed `syncline run`, which must have done what books say."""
        before = server.cpu_s() if server else 0
        code, measure = timed(
            [self.bin / "syncline", "run", "-v", "-o", "json", "-c",
             self.file], self.out, self.log, self.environ(), self.dir)
        if server:
            measure.server_cpu_s = server.cpu_s() - before
        if code != 0:
            raise BenchError(f"syncline run: exit code {code}\n"
                             f"{tail(self.log)}")
        measure.rows = self.check(books)
        measure.stages = self.stages()
        return measure

    def check(self, wanted):
        """Rows read, of a night that did exactly what was to be done."""
        found, = json.loads(self.out.read_text(encoding="utf-8"))
        wrong = {k: (found[k], v) for k, v in wanted.items() if found[k] != v}
        if wrong or found["result"] != "completed":
            raise BenchError(
                f"the work was not done: {found['result']}, "
                + ", ".join(f"{k} {f}, not {w}"
                            for k, (f, w) in wrong.items()))
        return found["read"]

    def stages(self):
        """By worker ("load.0"); one that was restarted would count once."""
        log = self.log.read_text(encoding="utf-8", errors="replace")
        found = {worker: Stage((int(user) + int(system)) / 1000, int(rss))
                 for worker, user, system, rss in ENDED.findall(log)}
        if len(found) < 5 or len(found) != log.count('msg="stage started"'):
            raise BenchError("the log does not say what every stage cost: "
                             f"{sorted(found)}")
        return found
