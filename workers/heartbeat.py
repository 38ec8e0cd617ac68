"""Heartbeat: once a second, look for what is due and see that it is done. Any number may beat at once.

`python -m workers.heartbeat` rings for the workers, and does the work itself where nobody can be rung; each worker
process has a heart too, which works without ringing. Knows when to look; what is due and what to do is told elsewhere.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import clock, doorbell, restored, tally
from app.extensions import db
from app.models import Call, Folded, Heartbeat, InboxRow, Message, Run, calls, handing, runs
from app.questions import asks, told
from app.unit import unit
from workers import application, due, folding, steadiness, suspending, young
from workers.hands import Hands
from workers.sweep import sweep
from workers.turns import Job

log = logging.getLogger(__name__)
SECOND = 1.0
FOLD = 20.0  # seconds between two looks for days that can be added up
TIDY = 3600.0  # seconds between two looks for what need not be kept any longer
BROKEN = 5.0  # seconds between two looks for coupons that nobody can be given any more, and for young tables
BEAT = 2.0  # seconds between two signs of life: each is a write


class Heart:
    """Looks again and again until it is stopped. `rings`: tell the workers rather than do it."""

    def __init__(self, app: Flask, role: str, rings: bool) -> None:
        self._app, self._rings = app, rings
        self._name = f"{role}:{socket.gethostname()}:{os.getpid()}"[:160]
        self._stop = threading.Event()
        self._beaten = self._tidied = self._looked = self._folded = 0.0
        self._thread: threading.Thread | None = None
        self.hands = Hands(app)

    def start(self) -> None:
        """Beat in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="heart", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the beat that is under way, and what the hands are at."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(SECOND * 10)
        self.hands.stop()

    def run(self) -> None:
        """Beat until stopped. Hearts that started together drift apart, so that they do not all look at once."""
        with self._app.app_context():
            self._does(self._begin)
        while not self._stop.wait(random.uniform(0.75, 1.25) * SECOND):
            with self._app.app_context():
                self.beat()

    def beat(self) -> None:
        """Look once, inside an application context. Never raises: the next beat looks again.

        Only looks: what is due is done by the workers, or by the hands of this process, so that no work, however
        slow, keeps the heart from the rest. Nor does one part that fails. While this machine's clock is in doubt it
        does not look: what would be found due may not be.
        """
        parts = (give_back, self._sweep, self._suspend, self._look, self._tidy, self._fold, self._remember)
        failed = [part for part in parts if steadiness.steady() and not self._does(part)]
        if not failed:  # a heart that beats in vain must not look alive
            self._does(self._sign)

    def _does(self, part: Callable[[], object]) -> bool:
        try:
            part()
        except Exception as error:
            name = getattr(part, "__name__", "part")
            log.warning("a heartbeat's %s failed: %s", name, type(error).__name__, exc_info=True)
            return False
        finally:
            db.session.remove()
        return True

    def _begin(self) -> None:
        # Whoever is started while this machine's clock is in doubt cannot know that by itself.
        if Heartbeat.doubted(socket.gethostname(), clock.real()):
            steadiness.watch().doubt()

    def _sign(self) -> None:
        if not self._beaten or clock.monotonic() - self._beaten >= BEAT:
            real = clock.real()
            unit(lambda: Heartbeat.beat(self._name, real, *steadiness.told(real)))
            tally.keep()
            self._beaten = clock.monotonic()

    def _sweep(self) -> None:
        self._see_to([("enrol", shop_id) for shop_id in sorted(sweep())])

    def _suspend(self) -> None:
        if not self._looked or clock.monotonic() - self._looked >= BROKEN:
            suspending.look()
            young.look()
            self._looked = clock.monotonic()

    def _look(self) -> None:
        jobs = list(due.work())
        db.session.remove()
        self._see_to(jobs)

    def _tidy(self) -> None:
        if not self._tidied or clock.monotonic() - self._tidied >= TIDY:
            more = unit(lambda: InboxRow.tidy(clock.real()))
            self._tidied = 0.0 if more else clock.monotonic()
            for shop_id in Folded.shops():
                self.hands.give("retire", shop_id)

    def _fold(self) -> None:
        if not self._folded or clock.monotonic() - self._folded >= FOLD:
            self._folded = clock.monotonic()
            for shop_id in folding.due():  # nobody waits for it: the hands of this process will do
                self.hands.give("fold", shop_id)

    def _remember(self) -> None:
        if self._rings:  # one process of a machine is enough
            restored.remember(self._app.extensions["settings"].data_dir)

    def _see_to(self, jobs: Iterable[Job]) -> None:
        rings = self._rings
        for kind, id in jobs:
            rings = rings and doorbell.ring(
                kind, id
            )  # a bell that was not heard once is not tried again this time
            if not rings:
                self.hands.give(kind, id)


HELD: dict[type[Run | Message | Call], Any] = {
    Run: runs.LEASED,
    Message: handing.HANDING,
    Call: calls.CALLING,
}


def give_back() -> int:
    """Free what silent workers hold: runs and messages before the gate go on, past it they are `unknown`."""
    real = clock.real() - timedelta(seconds=1)
    return sum(_freed(model, real) for model in HELD)


def _freed(model: type[Run | Message | Call], real: datetime) -> int:
    """Give back the stale rows of one kind; trouble with one kind is no trouble of the others."""
    try:
        stale = _stale(model, real=real)
        db.session.rollback()
        freed = unit(lambda: model.release_stale(real)) if stale else 0
        tally.count("lease_expiries", model.__tablename__, freed)
        return freed
    except SQLAlchemyError as error:
        log.warning("stale rows of %s have to wait: %s", model.__tablename__, type(error).__name__)
        return 0


@asks
def _stale(model: type[Run | Message | Call]) -> Any:
    return select(model.id).where(HELD[model], model.lease_until < told("real")).limit(1)


def main() -> None:
    """Beat until SIGTERM or SIGINT."""
    heart = Heart(application(), "heartbeat", rings=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: heart._stop.set())
    heart.run()
    heart.hands.stop()


if __name__ == "__main__":
    main()
