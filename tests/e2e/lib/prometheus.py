"""A Prometheus server of our own, with the configuration that we ship."""
import json
import pathlib
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from lib.metrics import free_ports, get
from lib.wait import wait_until

DEPLOY = pathlib.Path(__file__).resolve().parents[3] / "deploy/prometheus"


class Prometheus:
    def __init__(self, folder, supervisor_port, targets):
        self.dir = folder
        folder.mkdir()
        text = (DEPLOY / "prometheus.yml").read_text()
        for ours, here in (
                ("127.0.0.1:9700", f"127.0.0.1:{supervisor_port}"),
                ("/var/lib/syncline/targets.json", str(targets)),
                ("scrape_interval: 15s", "scrape_interval: 100ms"),
                ("evaluation_interval: 15s", "evaluation_interval: 1s"),
                ("refresh_interval: 30s", "refresh_interval: 1s")):
            assert ours in text
            text = text.replace(ours, here)
        (folder / "prometheus.yml").write_text(text)
        (folder / "syncline.rules.yml").write_text(
            (DEPLOY / "syncline.rules.yml").read_text())

    def __enter__(self):
        self.port = free_ports(1)
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.dir}/prometheus.yml",
             f"--storage.tsdb.path={self.dir}/data", "--log.level=warn",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL,
            stderr=(self.dir / "log").open("w"))
        wait_until(self.ready, "Prometheus is ready")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ready(self):
        assert self.process.poll() is None, (self.dir / "log").read_text()
        return get(self.port, "/-/ready")[0] == 200

    def ask(self, path, **words):
        status, _, text = get(
            self.port, f"/api/v1/{path}?{urllib.parse.urlencode(words)}")
        answer = json.loads(text)
        assert (status, answer["status"]) == (200, "success"), answer
        return answer["data"]

    def query(self, expression):
        """[(labels, number), …]"""
        return [(r["metric"], float(r["value"][1]))
                for r in self.ask("query", query=expression)["result"]]

    def number(self, expression):
        """Of the only series there is, or None."""
        found = self.query(expression)
        assert len(found) <= 1, found
        return found[0][1] if found else None
