"""A backup taken under load and put back: nothing leaves until somebody has decided; what they skip stays skipped."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from app.extensions import db
from app.models import Flow, Message, pauses
from app.unit import unit
from tests.faults.children import ROOT
from tests.faults.scene import scene
from tests.patience import until


def flask(played, *command):
    command = (sys.executable, "-m", "flask", "--app", "app", *command)
    done = subprocess.run(command, env=played.stage.environ, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_database_that_was_put_back_sends_nothing_twice(tmp_path, seed):
    with scene(tmp_path / "stage", seed=seed, workers=2, migrated=True) as played:
        copy = tmp_path / "copy.sqlite3"
        played.orders(6, "known")
        played.until_sent(6)
        with played.load() as load:
            played.until_sent(8)
            flask(played, "backup", str(copy))
            told = load.told
            played.until_sent(len(played.stage.sink.mails) + 6)
            until(lambda: load.told > told)
        times = [trader.now for trader in played.traders]
        stop(played)
        flask(played, "restore", str(copy))
        for trader, time in zip(played.traders, times, strict=True):
            trader.skip(
                seconds=(time - trader.now).total_seconds()
            )  # the shops' clocks were put back, the world's not
        before = len(played.stage.sink.mails)
        start(played)
        played.wait(4)  # all that the copy thinks due is due, and nobody has decided
        assert len(played.stage.sink.mails) == before
        assert {flow.paused_reason for flow in played.traders[0].all(Flow)} == {"restored"}
        skip_all(played)
        played.wait(3)
        ids = Counter(mail["id"] for mail in played.stage.sink.mails)
        assert len(ids) == before and set(ids.values()) == {1}
        assert played.count(Message, state="prepared") == 0


def stop(played):
    """Stop everything, as before a restore."""
    family = played.family
    family.leave(*family.of("worker"), *family.of("heartbeat"))
    played.stage.web.kill()
    played.forget()


def start(played):
    played.stage.start_web()
    played.family.keep("worker", "worker0", "worker1")
    played.family.keep("heartbeat", "heartbeat0")


def skip_all(played):
    """Choose for every automation that what is overdue is left out."""
    for trader in played.traders:
        for flow in trader.all(Flow, Flow.shop_id == trader.shop.id):
            unit(lambda flow=flow, trader=trader: pauses.resume(trader.shop.id, flow.id, "skip", trader.now))
    db.session.rollback()
