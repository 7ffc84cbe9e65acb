"""A clock that a test sets, for the processes that it starts (libfaketime).
Only the time of day is made up: waits and timeouts stay real."""
import datetime
import glob
import time

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class Clock:
    def __init__(self, folder, start):
        found = glob.glob(LIBRARY)
        assert found, f"no {LIBRARY}: run 'make test-deps'"
        self.file = folder / "clock"
        self.env = {"LD_PRELOAD": found[0],
                    "FAKETIME_TIMESTAMP_FILE": str(self.file),
                    "FAKETIME_NO_CACHE": "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                    # Its lock is one for all of them: a stage that is killed
                    # while it asks for the time would keep it for ever.
                    "FAKETIME_ONLY_CMDS": "synclined,syncline",
                    # Those of stat take it all the same.
                    "NO_FAKE_STAT": "1"}
        self.set(start)

    def set(self, when):
        """UTC, "2026-06-10 19:00". It goes on from there, for everybody."""
        then = datetime.datetime.fromisoformat(when).replace(
            tzinfo=datetime.timezone.utc).timestamp()
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{then - time.time():+.3f}\n")
        fresh.replace(self.file)
