"""What must be so after a night that was disturbed, whatever disturbed it:
promises P1 to P4 and P8, row by row."""
import contextlib
import signal
import sqlite3

from lib import effects

KILLED = -signal.SIGKILL
# The world was bad; never 1, which is a bug of ours.
FAILED = 3


def assert_disturbed(night, fault, result):
    """The night itself; the target's rows after it."""
    scene = night.scene
    night.target.wait_for_silence()
    rows, seen = effects.table(night.target), effects.take_effects(
        night.target)
    effects.assert_halfway(scene.before, scene.day, rows)
    effects.assert_each_once(scene.before, rows, seen, "the disturbed night")
    allowed = (0,) if fault.healed or not fault.hit else (0, FAILED, KILLED)
    assert result.code in allowed, f"{fault}: {result}"
    if result.code == 0:
        result.books()
        effects.assert_same(scene.day, rows, "healed")
    return rows

def segments(folder):
    """Those that the states of a folder say they have."""
    said = set()
    for file in folder.glob("*.db"):
        with contextlib.closing(sqlite3.connect(file)) as db:
            said |= {f"{file.stem}.{row[0]}.segment" for row in db.execute(
                "SELECT id FROM journal WHERE bytes > 0")}
    return said

def assert_nothing_left(night):
    """No intent, no segment too many, no process, no socket, no live run."""
    night.site.assert_tidy()
    folder = night.site.store / "state" / "big"
    assert not list(folder.glob("*.intent"))
    assert {f.name for f in folder.glob("*.segment")} == segments(folder)

def assert_converges(night, rows):
    """The night after it, and a quiet one."""
    night.write()
    night.afterwards()
    books = night.site.run().books()
    source, target = effects.table(night.source), effects.table(night.target)
    effects.assert_same(source, target, "the night after")
    effects.assert_each_once(rows, target, effects.take_effects(night.target),
                             "the night after")
    assert books.read == len(source)
    assert_nothing_left(night)
    before = night.target.fingerprint(), night.site.state_files()
    night.site.run().books().assert_is(read=len(source),
                                       unchanged=len(source))
    assert (night.target.fingerprint(), night.site.state_files()) == before
    assert_nothing_left(night)

def judge(scene, fault):
    """Does it to a copy, and everything that must be so after it."""
    with contextlib.closing(scene.copy()) as night:
        result = fault.disturb(night)
        assert_converges(night, assert_disturbed(night, fault, result))
