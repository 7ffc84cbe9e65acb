"""The pipeline alone: rows out of nothing, to nowhere."""
import re
import shlex

import orders
from measure import must, tail, timed
from pipeline import Pipeline
from say import BenchError, say

STAGES = ("normalize", "identity", "delta")


class Ceiling:
    def __init__(self, bench, rows):
        self.rows, self.bin = rows, bench.bin
        self.dir = bench.work / "null"
        self.group = bench.results.group("null", "null to null", rows)
        self.pipeline = Pipeline(
            bench.bin, self.dir,
            [{"name": "a", "driver": "null"}, {"name": "b", "driver": "null"}],
            {"connection": "a", "rows": rows},
            {"connection": "b", "table": "orders"})

    def run(self, repeat):
        say(f"null, {self.rows} rows: taking the stream of extract")
        stream = self.dir / "stream"
        must(["bash", "-c", self.stage("extract", f"-e orders >{stream}")],
             cwd=self.dir)
        for number in range(repeat):
            say(f"null, {self.rows} rows: "
                f"repetition {number + 1} of {repeat}")
            self.repetition(stream)
        self.pipeline.remove()

    def repetition(self, stream):
        self.pipeline.forget()
        self.group.add("first", self.pipeline.night(
            orders.first_books(self.rows)))
        self.group.add("quiet", self.pipeline.night(
            orders.quiet_books(self.rows)))
        self.group.add("middle_quiet", self.middle(stream))

    def stage(self, name, rest=""):
        program = shlex.quote(str(self.bin / f"syncline-{name}"))
        return f"{program} --stdio -c pipeline.yaml {rest}"

    def middle(self, stream):
        """normalize, identity and delta as filters, with a state that knows
        every row."""
        log = self.dir / "log"
        code, measure = timed(
            ["bash", "-c", "set -o pipefail; "
             + " | ".join(self.stage(s, f"<{stream}" if s == STAGES[0] else "")
                          for s in STAGES) + " >/dev/null"],
            log=log, cwd=self.dir)
        done = re.search(r"stage=syncline-delta .*unchanged=(\d+)", tail(log))
        if code != 0 or not done or int(done.group(1)) != self.rows:
            raise BenchError(f"the filters did not do the work: exit code "
                             f"{code}\n{tail(log)}")
        measure.rows = self.rows
        return measure
