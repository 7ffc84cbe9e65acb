"""What every end-to-end test stands on: the real binaries of SYNCLINE_BIN
(build/bin) and a real PostgreSQL server."""
import os
import pathlib

import pytest

from lib.postgres import Server
from lib.site import Site
from lib.sqlite import SqliteFile

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def bin_dir():
    found = pathlib.Path(os.environ.get("SYNCLINE_BIN", ROOT / "build/bin"))
    assert (found / "syncline").exists(), \
        f"no syncline in {found}: run 'make', or set SYNCLINE_BIN"
    return found.resolve()


@pytest.fixture(scope="session")
def server():
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def database(server):
    database = server.database()
    yield database
    database.drop()


@pytest.fixture
def make_site(bin_dir, tmp_path):
    """Sites in folders of their own; each must leave nothing behind."""
    sites = []

    def make(name="site"):
        folder = tmp_path / name
        folder.mkdir()
        sites.append(Site(bin_dir, folder))
        return sites[-1]

    try:
        yield make
        for site in sites:
            site.assert_tidy()
    finally:
        for site in sites:
            site.destroy()


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.fixture
def source(site):
    return SqliteFile(site.dir / "source.db")


@pytest.fixture
def target(site):
    return SqliteFile(site.dir / "target.db")
