"""The commands of the operating guide, run as they stand there: each marked
block in the situation that its mark names."""
import pathlib
import re
import subprocess

import pytest

from lib.control import Service
from lib.small import Small

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "deploy/README.md"
BLOCK = re.compile(
    r"<!-- run: (\w+)(?:, exit (\d+))? -->\n\n((?:    .*\n|\n(?=    ))+)")
NAME = "work_orders"
DAILY = {"window": {"start": "00:00", "end": "00:00"}}


class Situation:
    """A site whose first night is over, but for `new`."""

    def __init__(self, site):
        self.site, self.service = site, None
        (site.dir / "lib").mkdir()
        (site.dir / "backups").mkdir()
        site.store = site.dir / "lib/syncline"
        self.small = Small(site, rows=100)
        self.write()

    def write(self, **entity):
        self.small.write(name=NAME, others={
            "store": {"dir": "lib/syncline"}, "schedule": DAILY}, **entity)

    def new(self):
        pass

    def morning(self):
        self.site.run()

    def start(self):
        self.service = Service(self.site)
        self.service.wait_for("its first night is over", state="waiting")

    def source_down(self):
        self.morning()
        (self.site.dir / "source.db").rename(self.site.dir / "away.db")

    def source_back(self):
        self.source_down()
        self.site.verb("run", expect=2)
        (self.site.dir / "away.db").rename(self.site.dir / "source.db")

    def guard(self):
        self.morning()
        self.small.source.script("DELETE FROM things WHERE id > 50")

    def guard_approve(self):
        self.guard()
        self.site.verb("run", expect=6)

    def rejects(self):
        self.morning()
        self.small.source.script("UPDATE things SET size = 'x' WHERE id = 7")

    def rejects_show(self):
        self.rejects()
        self.site.verb("run", expect=4)

    def state_lost(self):
        self.morning()
        self.site.store.rename(self.site.dir / "lost")

    def state_adopt(self):
        self.state_lost()
        self.write(adopt="target")

    def target_lost(self):
        self.morning()
        self.small.target.script("DROP TABLE things")

    target_refill = target_lost

    def backup(self):
        self.start()

    def restore(self):
        self.morning()
        subprocess.run(["tar", "-C", self.site.dir / "lib", "-czf",
                        self.site.dir / "backups/syncline.tgz", "syncline"],
                       check=True)

    # --- what must be so after the block

    def after_source_back(self):
        assert self.small.rows() == self.small.expected()

    after_guard_approve = after_restore = after_source_back
    after_target_refill = after_source_back

    def after_state_adopt(self):
        assert self.small.rows() == self.small.expected()
        assert self.site.runs()[0]["updated"] == 0

    def after_state_lost(self):
        assert len(self.small.rows()) == 100

    def after_backup(self):
        listed = subprocess.run(
            ["tar", "-tzf", self.site.dir / "backups/syncline.tgz"],
            check=True, capture_output=True, text=True).stdout
        assert "syncline/control.db" in listed
        assert "syncline/state/" in listed


def blocks():
    found = BLOCK.findall(GUIDE.read_text())
    assert len(found) == GUIDE.read_text().count("<!-- run:") >= 15
    return [pytest.param(name, int(code or 0), text, id=f"{n}-{name}")
            for n, (name, code, text) in enumerate(found)]


def on_the_site(text, site):
    for there, here in [("/etc/syncline/pipeline.yaml", site.file),
                        ("/var/lib", site.dir / "lib"),
                        ("/var/backups", site.dir / "backups"),
                        ("sudo -u syncline ", "")]:
        text = text.replace(there, str(here))
    # What follows without a mark is for systemd.
    return "\n".join(line.strip() for line in text.splitlines()
                     if "systemctl" not in line)


@pytest.mark.parametrize("name, code, text", blocks())
def test_block(site, name, code, text):
    situation = Situation(site)
    if name == "service":
        situation.start()
    else:
        getattr(situation, name)()
    script = on_the_site(text, site)
    assert "syncline" in script
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=site.dir, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=site.environ(PATH=f"{site.bin_dir}:/usr/bin:/bin"), timeout=100)
    assert done.returncode == code, done.stdout
    getattr(situation, f"after_{name}", lambda: None)()
    if situation.service and situation.service.process.poll() is None:
        if "stop" not in script:
            situation.service.order("stop")
        situation.service.finish()


def test_files_of_the_guide_are_there():
    links = re.findall(r"\]\(([^)#]+)\)", GUIDE.read_text())
    assert "alerts.md" in links
    for link in links:
        assert (GUIDE.parent / link).exists(), link
