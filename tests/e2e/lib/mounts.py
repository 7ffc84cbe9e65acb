"""Small file systems: one that gets full, one that is read-only."""
import contextlib
import os
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


def remount(folder, options):
    assert mount("-o", f"remount,{options}", folder)
