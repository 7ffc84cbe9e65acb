"""Orders to a running synclined: what each does, what is kept over a restart,
and that nobody at the socket can keep it from its work."""
import json
import signal
import sqlite3

import pytest

from lib import control
from lib.clock import Clock
from lib.control import HeldService, Service
from lib.held import Held
from lib.orders import wanted
from lib.rows import assert_rows
from lib.small import Small
from lib.wait import wait_until

CONFIG, UNREACHABLE, RESUMABLE, RUNNING = 2, 3, 7, 8


@pytest.fixture
def held(site, database):
    return HeldService(site, database)


def states(site, run):
    record = site.verb("runs", "show", run, "-o", "json").json()
    return [chunk["state"] for chunk in record["chunks"]]


def audit(site, verb):
    with sqlite3.connect(site.store / "control.db") as db:
        return [row[0] for row in db.execute(
            "SELECT detail FROM audit WHERE verb = ?", (verb,))]


def test_pause_in_mid_run_and_resume(site, held):
    run = held.pause_in_mid_run()
    # What was in flight is committed, and nothing is handed out.
    assert 0 < run["chunks_done"] < run["chunks"]
    assert sorted(set(states(site, 1))) == ["done", "planned"]
    row, = site.runs()
    assert row["state"] == "paused" and row["read"] > 0
    written = len(held.night.target.rows())
    assert row["read"] == written < len(held.night.rows)
    text = site.verb("status").out
    assert "paused by" in text and "orders" in text

    held.order("resume")
    assert held.finish().code == 0
    row, = site.runs()  # the very same run
    assert (row["state"], row["read"]) == ("completed", len(held.night.rows))
    assert set(states(site, 1)) == {"done"}
    held.night.assert_converged()
    assert audit(site, "pause") == audit(site, "resume") == ["the service"]


def test_pause_before_the_deletes(site, held):
    service = held.second_night()
    held.pause_before_the_deletes(service)
    assert len(held.night.target.rows()) == len(held.night.rows) + 1
    service.order("resume", "orders")
    assert service.finish().code == 0
    left = held.assert_deleted()
    site.run().books().assert_is(read=left, unchanged=left)


def test_who_does_not_close_fails_nothing(site, database):
    """All is committed: a stage that is busy with itself for longer than a
    run may stand still does not make it fail and begin again."""
    held = HeldService(site, database, limits={
        "heartbeat": "1h", "ack_timeout": "5s"})
    service = held.second_night()
    held.pause_before_the_deletes(service)
    site.process("normalize").kill(signal.SIGSTOP)
    service.order("resume", "orders")
    assert service.finish().code == 0
    held.assert_deleted()
    assert [r["state"] for r in site.runs()] == ["completed"] * 2


def test_stop_while_it_pauses_before_the_deletes(site, held):
    """The last chunk is in flight, and what comes next would wait."""
    service = held.second_night()
    service.order("pause", "orders")
    service.kill(signal.SIGTERM)
    service.wait_for("it is stopping", state="stopping")
    held.night.release()
    assert service.finish().code == RESUMABLE
    assert site.runs()[0]["state"] == "paused"
    again = Service(site)
    again.wait_for("it waits", state="waiting")
    again.order("resume", "orders")
    assert again.finish().code == 0
    held.assert_deleted()


@pytest.mark.parametrize("stage, split", [
    ("extract", "key"), ("delta", "key"), ("extract", "auto")])
def test_a_stage_dies_while_the_run_waits(site, database, stage, split):
    """The view of the source or the marks are gone; the pause is not."""
    held = HeldService(site, database, split=split)
    held.pause_in_mid_run()
    died = site.process(stage)
    died.kill()
    wait_until(lambda: not died.alive() and
               (site.process(stage) or held.process.poll() is not None),
               "it has a successor")
    held.wait_for("the run waits again", state="paused", run_state="paused")
    held.order("resume")
    assert held.finish().code == 0
    held.night.assert_converged()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_order_outlives_who_took_it(site, database, how):
    """By day, when nothing else makes the entity run; and then no more."""
    clock = Clock(site.dir, "2026-06-10 12:00")
    night = Held(site, database, "load", chunk_rows=2000, split="key",
                 schedule={"window": {"start": "19:00", "end": "07:00"}},
                 start=lambda at: Service(at, **clock.env))
    service = night.process
    service.wait_for("it waits for the night", state="waiting")
    service.order("run", "--now", "orders")
    wait_until(night.waiter, "load stands still")
    service.kill(how)
    if how == signal.SIGTERM:
        service.wait_for("it is stopping", state="stopping")
    night.release()
    service.finish()
    for runs in (2, 2):
        again = Service(site, **clock.env)
        again.wait_for("it has nothing to do", state="waiting", ordered=[])
        assert len(site.runs()) == runs
        assert_rows(night.target.rows(), wanted(night.rows))
        again.stop(0)


def restarted(site, held, killed):
    """It stays paused, whatever ended the one before."""
    held.pause_in_mid_run()
    if killed:
        held.kill()
    else:
        held.order("stop")
    held.finish()
    site.wait_for_silence()
    assert site.runs()[0]["state"] == "paused"
    written = len(held.night.target.rows())
    again = Service(site)
    status = again.wait_for("it waits", state="paused")
    assert status["waiting_because"] == "the service is paused"
    assert "run" not in status
    entry, = site.verb("status", "-o", "json").json()
    assert entry["state"] == "paused" and entry["paused_by"]
    assert len(held.night.target.rows()) == written
    again.order("resume")
    assert again.finish().code == 0
    assert [r["state"] for r in site.runs()][0] == "completed"
    held.night.assert_converged()


def test_paused_over_a_kill(site, held):
    restarted(site, held, True)


def test_paused_over_a_stop(site, held):
    restarted(site, held, False)


def test_stop_waits_for_the_end(site, held):
    asked = site.start("stop", "-c", site.file)
    held.wait_for("it is stopping", state="stopping")
    assert asked.poll() is None
    refused = control.ask(site, "pause")
    assert refused["code"] == "stopping"
    held.night.release()
    assert site.finish(asked).code == 0
    # Whoever waited may have the store at once.
    books = site.run().books()
    assert books.read == len(held.night.rows) and books.unchanged
    assert held.finish().code == RESUMABLE
    held.night.assert_converged()


def test_cancel_ends_the_live_run(site, held):
    held.order("cancel", "99", expect=CONFIG).assert_says("no run 99")
    held.order("cancel", "others", expect=CONFIG).assert_says("others")
    held.order("cancel", "orders").assert_says("run 1 of orders is cancelled")
    assert held.finish().code == RESUMABLE
    held.night.release()
    row, = site.runs()
    assert row["state"] == "cancelled" and "cancelled it" in row["error"]
    assert audit(site, "cancel") == ["run 1 of orders"]
    site.run()
    held.night.assert_converged()


def test_what_was_cancelled_is_not_begun_again(site, database):
    held = HeldService(site, database, schedule={
        "window": {"start": "00:00", "end": "00:00"}})
    held.order("cancel")
    held.wait_for("it waits for the next night", state="waiting")
    held.night.release()
    assert [r["state"] for r in site.runs()] == ["cancelled"]
    held.stop(code=0)
    site.run()
    held.night.assert_converged()


def test_watch(site, held):
    """A picture a second, as lines; interrupted, it ends cleanly, and so it
    does when the service ends."""
    watchers = [site.start("status", "--watch", "-o", "json", "-c", site.file)
                for _ in range(2)]
    first = json.loads(watchers[0].stdout.readline())
    assert first["service"]["run"]["entity"] == "orders"
    assert first["entities"][0]["state"] == "running"
    assert first["entities"][0]["phase"] == "read"
    json.loads(watchers[0].stdout.readline())
    watchers[0].send_signal(signal.SIGINT)
    assert watchers[0].wait(control.PATIENCE_SECONDS) == 0
    assert watchers[0].stderr.read() == b""
    held.night.release()
    assert held.finish().code == 0
    last = site.finish(watchers[1])
    assert last.code == 0
    assert [json.loads(line) for line in last.out.splitlines()]


def test_watch_for_people(site, held):
    watcher = site.start("status", "--watch", "-c", site.file)
    line = watcher.stdout.readline().decode()
    assert "synclined" in line and "working" in line
    assert "orders" in watcher.stdout.readline().decode()
    held.night.release()
    assert held.finish().code == 0
    assert "completed" not in line and site.finish(watcher).code == 0


@pytest.mark.parametrize("words", [
    ("pause",), ("resume",), ("stop",), ("cancel",), ("status", "--watch")])
def test_without_a_service(site, words):
    Small(site).write()
    site.verb(*words, expect=UNREACHABLE).assert_says("no synclined runs")


def test_a_second_one_is_told_who_runs(site, held):
    result = site.verb(program="synclined", expect=RUNNING)
    assert f"process {held.process.pid}" in result.err
    result = site.verb("run", expect=RUNNING)
    result.assert_says(f"process {held.process.pid}")
    result.assert_says("syncline run --now")
    # … and has left what it needs alone.
    assert held.status()["run"]["entity"] == "orders"
    held.night.release()
    assert held.finish().code == 0
    held.night.assert_converged()


# --- a service that waits for its window

NIGHT = {"window": {"start": "19:00", "end": "07:00"}}


@pytest.fixture
def small(site):
    small = Small(site)
    small.write(others={"schedule": NIGHT})
    return small


@pytest.fixture
def waiting(site, small):
    """At noon there is nothing to do before 19:00."""
    clock = Clock(site.dir, "2026-06-10 12:00")
    service = Service(site, **clock.env)
    wait_for_night(service)
    yield service
    if service.process.poll() is None:
        service.stop(code=0)


def wait_for_night(service):
    status = service.wait_for("it waits for the night", state="waiting")
    assert status["waiting_until"] == "2026-06-10T19:00:00Z"
    assert status["waiting_because"] == "the window is closed"


def run_now(service, *entities, state="completed"):
    """A run more, and how it ended."""
    before = len(service.site.runs())
    service.order("run", "--now", *entities).assert_says("to be run now")
    wait_until(lambda: [r["state"] for r in service.site.runs()][:-before or
               None] == [state], f"the run has {state}")
    service.wait_for("it is done", state="waiting", ordered=[])
    return service.site.runs()[0]


def test_run_now_outside_of_the_window(site, small, waiting):
    run_now(waiting, "things")
    assert small.rows() == small.expected()
    assert audit(site, "run --now") == ["whatever the window says: things"]
    wait_for_night(waiting)
    text = site.verb("status").out
    assert "waiting until" in text and "the window is closed" in text
    waiting.order("run", "--now", "thing", expect=CONFIG).assert_says(
        "did you mean things")
    small.source.script("UPDATE things SET name = 'new' WHERE id = 7")
    run_now(waiting)
    assert small.rows() == small.expected()
    assert len(audit(site, "run --now")) == 2


def test_what_is_paused_is_not_run(site, small, waiting):
    waiting.order("pause", "things")
    waiting.order("pause", "things", expect=CONFIG).assert_says("already")
    waiting.order("resume", expect=CONFIG).assert_says("not paused")
    waiting.order("run", "--now", "things", expect=CONFIG).assert_says(
        "things is paused, by", "syncline resume things")
    # With all of them it is meant, too, and has its turn when it goes on.
    waiting.order("run", "--now")
    assert waiting.wait_for("it waits", state="waiting")["ordered"] == [
        "things"]
    assert not site.runs()
    waiting.order("resume", "things")
    wait_until(lambda: [r["state"] for r in site.runs()] == ["completed"],
               "it has run")
    assert small.rows() == small.expected()


def test_a_pause_outlives_its_entity(site, small, waiting):
    waiting.order("pause", "things")
    waiting.stop(code=0)
    site.write_text(site.file.read_text().replace(
        "name: things\n", "name: stuff\n", 1))
    again = Service(site)
    again.wait_for("it is up", pid=again.process.pid)
    again.order("resume", "thing", expect=CONFIG).assert_says("no entity")
    again.order("resume", "things").assert_says("goes on")
    assert again.status()["pauses"] == []
    again.stop(code=0)


def halted(small, service):
    run_now(service)
    small.source.script("DELETE FROM things WHERE id % 5 = 0")
    run = run_now(service, state="halted")
    assert run["withheld"] == 40
    return run["run"]


def test_approve_through_the_service(site, small, waiting):
    run = halted(small, waiting)
    waiting.order("approve", run + 1, expect=CONFIG).assert_says("no run")
    waiting.order("approve", run).assert_says("approved", "40")
    assert audit(site, "approve") == [f"run {run} of things: 40 deletes"]
    run_now(waiting)
    assert small.rows() == small.expected()


def test_cancel_gives_deletes_up(site, small, waiting):
    run = halted(small, waiting)
    waiting.order("approve", run)
    waiting.order("cancel", run).assert_says("40 withheld deletes")
    assert site.runs()[0]["state"] == "cancelled"
    waiting.order("cancel", run, expect=CONFIG).assert_says("already")
    waiting.order("approve", run, expect=CONFIG)
    # Nobody's word counts any more: the guard judges anew.
    again = run_now(waiting, state="halted")
    assert len(small.rows()) == 200
    waiting.stop(code=0)
    # Nor does it take a service to say so.
    site.verb("cancel", again["run"]).assert_says("40 withheld deletes")
    assert [r["state"] for r in site.runs()][:2] == ["cancelled"] * 2
    assert len(audit(site, "cancel")) == 2
