"""What a stage can reach: tried from inside the real stages."""
import os

import pytest

from lib import orders
from lib.ends import PgSource, PgTarget
from lib.held import Held
from lib.metrics import free_ports
from lib.nobody import NobodySite
from lib.probe import Probe, build, only
from lib.small import Small
from lib.sqlite import SqliteFile
from lib.wait import wait_until


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("probe"))


@pytest.fixture
def apart(site):
    """Source and target in folders of their own."""
    for name in ("in", "out"):
        (site.dir / name).mkdir()
    small = Small(site)
    os.rename(site.dir / "source.db", site.dir / "in/source.db")
    small.source = SqliteFile(site.dir / "in/source.db")
    small.target = SqliteFile(site.dir / "out/target.db")
    small.connections = [
        {"name": "from", "driver": "sqlite", "path": "in/source.db"},
        {"name": "to", "driver": "sqlite", "path": "out/target.db"}]
    small.write(small.connections)
    small.run()
    return small


def test_files_of_the_other_end(site, apart, library):
    source, target = site.dir / "in/source.db", site.dir / "out/target.db"
    probe = Probe(library, f"r:{source}", f"w:{source}", f"r:{target}",
                  f"w:{target}", f"m:{site.dir}/out/new",
                  f"m:{site.dir}/new")
    found = probe.outcomes(site.run(env=probe.env).err)
    assert found[f"r:{source}"] == only("extract")
    # What an interrupted writer left has to be rolled back by somebody.
    assert found[f"w:{source}"] == only("extract")
    assert found[f"r:{target}"] == only("load")
    assert found[f"w:{target}"] == only("load")
    assert found[f"m:{site.dir}/out/new"] == only("load")
    assert found[f"m:{site.dir}/new"] == only()
    assert apart.rows() == apart.expected()


def test_what_is_nobodys_business(site, apart, library):
    store = site.store
    probe = Probe(library, f"r:{store}/control.db", f"r:{site.file}",
                  f"w:{store}/pipeline.running.yaml", "r:/etc/shadow",
                  f"m:{store}/state/new", "m:/tmp/syncline-probe", "inet",
                  "unix", "exec", "parent:mem", "peer:mem", "kill")
    found = probe.outcomes(site.run(env=probe.env).err)
    assert found[f"r:{store}/control.db"] == only()
    assert found[f"r:{site.file}"] == only()
    assert found[f"w:{store}/pipeline.running.yaml"] == only()
    assert found["r:/etc/shadow"] == only()
    assert found["m:/tmp/syncline-probe"] == only()
    assert found[f"m:{store}/state/new"] == only("delta")
    assert found["inet"] == only(otherwise="EAFNOSUPPORT")
    assert found["unix"] == only(*found["unix"])
    assert found["exec"] == only(otherwise="EPERM")
    assert found["parent:mem"] == only()
    assert found["peer:mem"] == only()
    assert found["kill"] == only(otherwise="EPERM")


def test_confine_no(site, apart, library):
    """The probe does find what is open."""
    apart.write(apart.connections, others={"confine": False})
    target = site.dir / "out/target.db"
    probe = Probe(library, f"w:{target}", "inet", "exec", "kill")
    found = probe.outcomes(site.run(env=probe.env).err)
    for outcomes in found.values():
        assert set(outcomes.values()) == {"ok"}


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_one_folder_for_both(site, library, mode):
    """Then load can reach the source; extract reaches the target if its own
    file cannot be read otherwise."""
    small = Small(site)
    small.source.script(f"PRAGMA journal_mode = {mode}")
    assert not (site.dir / "source.db-wal").exists()
    small.write()
    small.run()
    target = site.dir / "target.db"
    probe = Probe(library, f"w:{target}", f"m:{site.store}/new")
    found = probe.outcomes(site.run(env=probe.env).err)
    both = ("extract",) if mode == "wal" else ()
    assert found[f"w:{target}"] == only("load", *both)
    assert found[f"m:{site.store}/new"] == only("load", *both)
    assert small.rows() == small.expected()


def test_more_files_to_read(site, apart, library):
    (site.dir / "more").mkdir()
    (site.dir / "more/file").write_text("x")
    apart.write(apart.connections, others={"confine_read": "more"})
    probe = Probe(library, f"r:{site.dir}/more/file", f"w:{site.dir}/more/file")
    found = probe.outcomes(site.run(env=probe.env).err)
    assert found[f"r:{site.dir}/more/file"] == only("extract", "load")
    assert found[f"w:{site.dir}/more/file"] == only()


def test_servers_are_reached_by_whom_they_concern(site, database, library):
    source, target = PgSource(database), PgTarget(database)
    source.hold(orders.make(3, 100))
    site.write([source.connection, target.connection],
               [{"name": "orders", "source": source.source,
                 "target": target.target, "key": ["order_no", "site"],
                 "normalize": "clean", "fields": orders.FIELDS}])
    probe = Probe(library, "inet", "connect", "r:/etc/hosts")
    found = probe.outcomes(site.run(env=probe.env).err)
    assert found["inet"] == only("extract", "load", otherwise="EAFNOSUPPORT")
    assert found["r:/etc/hosts"] == only("extract", "load")
    assert found["connect"]["extract"] == "ECONNREFUSED"


def test_who_listens_for_metrics_connects_to_nobody(site, apart, library):
    port = free_ports(7)
    apart.write(apart.connections, others={"metrics": f"127.0.0.1:{port}"})
    probe = Probe(library, "inet", "connect")
    found = probe.outcomes(site.run(env=probe.env).err)
    assert found["inet"] == only(*found["inet"])
    assert found["connect"] == only()


@pytest.fixture
def nobody(bin_dir):
    site = NobodySite(bin_dir)
    yield site
    site.assert_tidy()
    site.destroy()


def test_memory_is_closed_to_the_same_user(nobody, database, library):
    """From the outside, and from stage to stage."""
    library_there = nobody.dir / "probe.so"
    library_there.write_bytes(library.read_bytes())
    looks = [f"{who}:{what}" for who in ("parent", "peer")
             for what in ("environ", "mem", "maps")]
    probe = Probe(library_there, *looks)
    held = Held(nobody, database, "load",
                start=lambda site: started(site, probe))
    wait_until(held.waiter, "the night stands still")
    processes = nobody.processes()
    assert {"extract", "load", "delta", "syncline"} <= {
        p.name() for p in processes}
    for process in processes:
        for what in ("environ", "mem"):
            assert nobody.peek(f"/proc/{process.pid}/{what}") == "EACCES"
    # It would have been seen otherwise.
    assert nobody.peek("/proc/self/environ") == "1"
    held.release()
    result = held.finish()
    assert result.code == 0, result
    for outcomes in probe.outcomes(result.err).values():
        assert outcomes == only()


def started(site, probe):
    site.own_all()
    return site.start("run", "-c", site.file, env=probe.env)
