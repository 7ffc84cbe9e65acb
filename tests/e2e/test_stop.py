"""Stopping: the first signal lets what is in flight finish, a second one
stops at once; what was applied stands, and the next run does the rest."""
import signal

from lib.held import Held
from lib.processes import Process
from lib.wait import wait_until

RESUMABLE = 7


def stopped(night):
    result = night.finish()
    assert result.code == RESUMABLE, result
    result.assert_says("orders", "syncline run")
    night.site.wait_for_silence()
    assert night.site.sockets() == []
    return result


def test_first_signal_drains(site, database):
    night = Held(site, database, "load", chunk_rows=2000)
    wait_until(night.waiter, "load stands still")
    night.process.send_signal(signal.SIGTERM)
    night.release()
    stopped(night)
    rows = len(night.target.rows())
    assert 0 < rows < len(night.rows)
    # What was applied is in the state as well: it is not applied again.
    books = site.run().books()
    assert (books.read, books.unchanged) == (len(night.rows), rows)
    night.assert_converged()


def test_second_signal_stops_at_once(site, database):
    night = Held(site, database, "load", chunk_rows=2000)
    wait_until(night.waiter, "load stands still")
    night.process.send_signal(signal.SIGINT)
    supervisor = Process(night.process.pid)
    wait_until(lambda: not supervisor.has_pending(signal.SIGINT),
               "the first one was taken")
    night.process.send_signal(signal.SIGINT)
    stopped(night)
    night.release()
    assert night.target.rows() == []
    site.run()
    night.assert_converged()
