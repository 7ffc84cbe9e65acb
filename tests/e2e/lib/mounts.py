"""Small file systems: one that gets full, one that is read-only."""
import contextlib
import os
import shutil
import subprocess

import pytest


def mount(*words):
    return subprocess.run(["mount", *map(str, words)],
                          capture_output=True).returncode == 0


@contextlib.contextmanager
def tmpfs(folder, size):
    folder.mkdir(exist_ok=True)
    if os.geteuid() != 0 or not mount(
            "-t", "tmpfs", "-o", f"size={size}", "none", folder):
        pytest.skip("cannot mount a small file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def size_kib(folder):
    """What its files take, in whole pages."""
    return sum((f.stat().st_size + 4095) // 4096 * 4
               for f in folder.rglob("*") if f.is_file())


@contextlib.contextmanager
def disk_of_its_own(folder, left_kib):
    """The folder with all that is in it, on a disk that has so much left."""
    aside = folder.with_name(folder.name + ".aside")
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(aside)
    # A page for every folder and file, too.
    names = 4 * (1 + sum(1 for _ in aside.rglob("*")))
    with tmpfs(folder, f"{size_kib(aside) + names + left_kib}k"):
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield folder


def remount(folder, options):
    assert mount("-o", f"remount,{options}", folder)
