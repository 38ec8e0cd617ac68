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
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app import clock, create_app, doorbell
from app.extensions import db
from app.models import Call, Heartbeat, Message, Run
from app.unit import unit
from workers import due, work
from workers.sweep import sweep

log = logging.getLogger(__name__)
SECOND = 1.0
BEAT = 2.0  # seconds between two signs of life: each is a write


class Heart:
    """Looks again and again until it is stopped. `rings`: tell the workers rather than do it."""

    def __init__(self, app: Flask, role: str, rings: bool) -> None:
        self._app, self._rings = app, rings
        self._name = f"{role}:{socket.gethostname()}:{os.getpid()}"[:160]
        self._stop = threading.Event()
        self._beaten = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Beat in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="heart", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the beat that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(SECOND * 10)

    def run(self) -> None:
        """Beat until stopped. Hearts that started together drift apart, so that they do not all look at once."""
        while not self._stop.wait(random.uniform(0.75, 1.25) * SECOND):
            with self._app.app_context():
                self.beat()

    def beat(self) -> None:
        """Look once, inside an application context. Never raises: the next beat looks again."""
        try:
            self._sign()
            give_back()
            for shop_id in sweep():
                self._see_to("enrol", shop_id)
            jobs = list(due.work())
            db.session.rollback()
            for kind, id in jobs:
                if not self._stop.is_set():
                    self._see_to(kind, id)
        except Exception as error:
            log.warning("a heartbeat failed: %s", type(error).__name__, exc_info=True)
        finally:
            db.session.remove()

    def _sign(self) -> None:
        if not self._beaten or clock.monotonic() - self._beaten >= BEAT:
            unit(lambda: Heartbeat.beat(self._name, clock.real()))
            self._beaten = clock.monotonic()

    def _see_to(self, kind: str, id: int) -> None:
        if not (self._rings and doorbell.ring(kind, id)):
            work.off(kind, id)


def give_back() -> int:
    """Free what silent workers hold: runs and messages before the gate go on, past it they are `unknown`."""
    real = clock.real() - timedelta(seconds=1)
    runs = select(Run.id).where(Run.status == "leased", Run.lease_until < real)
    messages = select(Message.id).where(Message.state == "handing", Message.lease_until < real)
    calls = select(Call.id).where(Call.state == "calling", Call.lease_until < real)
    stale = any(db.session.scalar(query.limit(1)) is not None for query in (runs, messages, calls))
    db.session.rollback()
    return unit(lambda: sum(each.release_stale(real) for each in (Run, Message, Call))) if stale else 0


def main() -> None:
    """Beat until SIGTERM or SIGINT."""
    heart = Heart(create_app(), "heartbeat", rings=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: heart._stop.set())
    heart.run()


if __name__ == "__main__":
    main()
