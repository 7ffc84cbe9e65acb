"""Waiting for what must come, without guessing how long it takes."""
import time

# So long that only something that hangs for ever gets there.
PATIENCE_SECONDS = 60


def wait_until(condition, what, patience=PATIENCE_SECONDS):
    """The first true value that condition() gives."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain until " + what)
        time.sleep(0.005)
