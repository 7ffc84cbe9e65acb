"""Which seeds a random test runs: its own, or SYNCLINE_SEED=7 or 100-199."""
import os


def seeds(usual):
    asked = os.environ.get("SYNCLINE_SEED")
    if not asked:
        return list(usual)
    first, _, last = asked.partition("-")
    return list(range(int(first), int(last or first) + 1))
