"""What the benchmark tells whoever waits for it: progress on stderr."""
import sys
import time

BEGAN = time.monotonic()


class BenchError(Exception):
    """Something that makes every further number worthless."""


def say(text):
    print(f"bench [{time.monotonic() - BEGAN:5.0f} s] {text}",
          file=sys.stderr, flush=True)
