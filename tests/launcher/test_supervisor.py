"""What dies is started again; what is asked to stop, stops, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from app.launcher.supervisor import StartFailed
from tests.launcher.conftest import Stage, runs, until

LIVES = "import time\nwhile True: time.sleep(0.05)"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf')\n" + LIVES
FORKS = (
    "import subprocess, sys\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)\n"
)


def test_a_killed_child_is_started_again(stage: Stage) -> None:
    child = stage.child("worker", LIVES)
    stage.supervisor.start([child])
    first = child.pid
    stage.watch()
    os.kill(first, signal.SIGKILL)
    until(lambda: child.alive and child.pid != first)
    assert "worker      was stopped by SIGKILL; starting again in 0.05 s" in stage.said


def test_the_pause_grows_while_a_child_keeps_dying(stage: Stage) -> None:
    child = stage.child("worker", "print('up')", ready=lambda: True)
    stage.supervisor.start([child])
    stage.watch()
    until(lambda: "0.2 s" in stage.said)
    pauses = [
        line.split(" again in ")[1].split(" s")[0] for line in stage.said.splitlines() if "again in" in line
    ]
    assert pauses[:3] == ["0.05", "0.1", "0.2"]


def test_what_a_dead_child_had_forked_is_swept_away(stage: Stage) -> None:
    child = stage.child("web", FORKS + LIVES)
    stage.supervisor.start([child])
    until(lambda: child.last_lines())
    forked = int(child.last_lines()[0])
    stage.watch()
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: not runs(forked))


def test_a_child_that_dies_at_the_start_shows_its_last_words(stage: Stage) -> None:
    child = stage.child("web", "raise SystemExit('no such module: pages')", ready=lambda: False)
    with pytest.raises(StartFailed, match="web ended with code 1"):
        stage.supervisor.start([child])
    assert "| no such module: pages" in stage.said


def test_a_child_that_is_never_ready_is_given_up(stage: Stage) -> None:
    child = stage.child("web", LIVES, ready=lambda: False)
    with pytest.raises(StartFailed, match="not ready in time"):
        stage.supervisor.start([child], patience=0.2)


def test_stopping_leaves_no_process_behind(stage: Stage) -> None:
    child = stage.child("web", FORKS + LIVES)
    stage.supervisor.start([child])
    until(lambda: child.last_lines())
    forked = int(child.last_lines()[0])
    stage.supervisor.stop()
    assert not child.alive
    until(lambda: not runs(forked))


def test_a_child_that_does_not_listen_is_killed_after_its_grace(stage: Stage) -> None:
    child = stage.child("worker", DEAF, grace=0.2)
    stage.supervisor.start([child])
    until(lambda: child.last_lines() == ["deaf"])
    stage.supervisor.stop()
    assert child.ending == "was stopped by SIGKILL"


def test_what_the_others_lean_on_stops_last(stage: Stage) -> None:
    log = stage.directory / "order"
    says = "import signal, sys\ndef stop(*_):\n    open({log!r}, 'a').write({name!r} + ' ')\n    sys.exit()\n"
    says += "signal.signal(signal.SIGTERM, stop)\nprint('up')\n" + LIVES
    broker = stage.child("broker", says.format(log=str(log), name="broker"), outlives=True)
    worker = stage.child("worker", says.format(log=str(log), name="worker"))
    stage.supervisor.start([broker, worker])
    until(lambda: broker.last_lines() and worker.last_lines())
    stage.supervisor.stop()
    assert log.read_text() == "worker broker "


def test_being_asked_twice_does_not_wait_for_the_drain(stage: Stage) -> None:
    child = stage.child("worker", DEAF, grace=60)
    stage.supervisor.start([child])
    until(lambda: child.last_lines() == ["deaf"])
    threading.Timer(0.2, stage.supervisor.ask_to_stop).start()
    stage.supervisor.stop()
    assert child.ending == "was stopped by SIGKILL"


def test_a_child_is_ready_once_it_says_so(stage: Stage) -> None:
    child = stage.child("worker", "import time\nprint('ready for action')\n" + LIVES, says="ready for action")
    stage.supervisor.start([child])
    assert child.last_lines() == ["ready for action"]


def test_what_an_earlier_life_said_does_not_count(stage: Stage) -> None:
    child = stage.child("worker", LIVES, says="ready for action")
    child.log.write_text("ready for action\n")
    child.start()
    assert child.alive
    assert not child.ready


CHATTY = "import time\nwhile True:\n    print('x' * 1000)\n    time.sleep(0.001)\n"


def test_the_log_of_a_child_that_talks_on_and_on_stays_within_bounds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.launcher.child._LOG_LIMIT", 20_000)
    child = stage.child("worker", CHATTY)
    stage.supervisor.start([child])
    stage.watch()
    aside = child.log.with_suffix(".1.log")
    until(lambda: aside.exists() and aside.stat().st_size > 20_000)
    before = aside.stat().st_mtime_ns
    until(lambda: aside.stat().st_mtime_ns > before)  # and again, while the same process writes on
    assert child.alive and child.log.stat().st_size < 1_000_000
