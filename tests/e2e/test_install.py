"""What `make install` leaves, as systemd's own tools see it."""
import os
import pathlib
import re
import stat
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPOSURE_MAX = 2.0


def call(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def install(bin_dir, **names):
    call("make", "install", f"BUILD={os.path.relpath(bin_dir.parent, ROOT)}",
         *(f"{name}={value}" for name, value in names.items()), cwd=ROOT)


@pytest.fixture(scope="module")
def place(bin_dir, tmp_path_factory):
    """Installed where nothing else is, and where its unit says."""
    root = tmp_path_factory.mktemp("place")
    install(bin_dir, PREFIX=root / "usr", SYSCONFDIR=root / "etc")
    return root


@pytest.fixture(scope="module")
def image(bin_dir, tmp_path_factory):
    """As a package is made of it."""
    root = tmp_path_factory.mktemp("image")
    install(bin_dir, DESTDIR=root, PREFIX="/usr")
    return root


def unit(root):
    return root / "usr/lib/systemd/system/synclined.service"


def test_the_unit_is_a_good_one(place):
    assert call("systemd-analyze", "verify", "--man=no", unit(place)) == ""


def test_a_bad_unit_would_be_found(place, tmp_path):
    bad = tmp_path / "synclined.service"
    bad.write_text(unit(place).read_text().replace(
        "KillMode=mixed", "KillMode=mixt").replace("bin/synclined", "bin/no"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", bad],
                          capture_output=True, text=True)
    assert "kill mode" in done.stderr and "bin/no" in done.stderr


def test_the_unit_gives_up_what_it_can(place):
    text = call("systemd-analyze", "security", "--offline=true", "--no-pager",
                f"--threshold={EXPOSURE_MAX * 10:.0f}", unit(place))
    level = float(re.search(r"exposure level for synclined\.service: ([\d.]+)",
                            text)[1])
    assert 0 < level <= EXPOSURE_MAX


def test_the_package_has_no_paths_of_the_build(image):
    words = unit(image).read_text()
    assert "ExecStart=/usr/bin/synclined --config /etc/syncline/" in words
    for path in image.rglob("*"):
        if path.is_file() and path.parent.name != "bin":
            assert str(image).encode() not in path.read_bytes(), path
    programs = {p.name for p in (image / "usr/bin").iterdir()}
    assert {"synclined", "syncline", "syncline-load"} <= programs


def test_user_and_folders(image):
    """The tools make them in the image, as at a boot."""
    if os.geteuid() != 0:
        pytest.skip("only root can make users")
    call("systemd-sysusers", f"--root={image}")
    users = (image / "etc/passwd").read_text()
    assert re.search(r"^syncline:.*:/var/lib/syncline:/usr/sbin/nologin$",
                     users, re.M)
    uid = int(re.search(r"^syncline:[^:]*:(\d+):", users, re.M)[1])
    call("systemd-tmpfiles", "--create", f"--root={image}",
         "--prefix=/var/lib/syncline", "--prefix=/etc/syncline")
    for name, owner, mode in [("etc/syncline", 0, 0o755),
                              ("etc/syncline/credentials", 0, 0o700),
                              ("var/lib/syncline", uid, 0o700)]:
        found = (image / name).stat()
        assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (owner, mode), \
            name


def test_the_sample_is_a_good_one_and_stays(bin_dir, image, tmp_path):
    sample = image / "etc/syncline/pipeline.yaml"
    done = subprocess.run([bin_dir / "syncline", "check", "-c", sample],
                          capture_output=True, text=True, cwd=tmp_path,
                          env={"PATH": os.environ["PATH"]})
    # Only the passwords are missing: systemd gives them to the service.
    assert "CREDENTIALS_DIRECTORY is not set" in done.stderr, done.stderr
    assert not re.search(r"pipeline\.yaml:\d+:", done.stderr)
    mine = sample.read_text() + "# mine\n"
    sample.write_text(mine)
    install(bin_dir, DESTDIR=image, PREFIX="/usr")
    assert sample.read_text() == mine
