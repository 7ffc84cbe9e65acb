"""Sites of a user without any privilege, also where root runs the tests."""
import os
import shutil
import subprocess
import tempfile

from lib.site import Site

USER = "nobody"


def prefix():
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={USER}", "--regid=nogroup", "--clear-groups",
            "--bounding-set=-all", "--inh-caps=-all"]


def own(path):
    if os.geteuid() == 0:
        shutil.chown(path, USER, "nogroup")


class NobodySite(Site):
    """In a folder that this user can come to."""

    def __init__(self, bin_dir):
        super().__init__(bin_dir, tempfile.mkdtemp(prefix="sl-", dir="/tmp"))
        self.prefix = prefix()
        own(self.dir)
        own(self.runtime)

    def own_all(self):
        for path in self.dir.rglob("*"):
            own(path)

    def destroy(self):
        super().destroy()
        shutil.rmtree(self.dir, ignore_errors=True)

    def peek(self, path):
        """What another process of this user gets of a file: its size, or the
        name of the error."""
        code = ("import errno, sys\n"
                "try: print(len(open(sys.argv[1], 'rb').read(1)))\n"
                "except OSError as e: print(errno.errorcode[e.errno])")
        return subprocess.run(
            [*self.prefix, "/usr/bin/python3", "-c", code, path], check=True,
            capture_output=True, text=True).stdout.strip()
