"""Hands: the few threads with which a process does what its own heart has found.

Those who wait for somebody outside (a mail server, another system) never stand in the way of those who do not.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from workers import work
from workers.turns import Job

INSIDE, OUTSIDE = 2, 4  # threads
SPEAKS = ("deliver", "call")  # kinds of work that speak with others


class Hands:
    """A small pool. A job waits in it once at the most, and is at work once at the most."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inside = ThreadPoolExecutor(INSIDE, "hand")
        self._outside = ThreadPoolExecutor(OUTSIDE, "speaking-hand")
        self._changed = threading.Condition()
        self._waiting: set[Job] = set()
        self._busy = 0
        self._stopped = False

    def give(self, kind: str, id: int) -> None:
        """Have a job done as soon as a hand is free; one that waits already is not given twice."""
        with self._changed:
            if not self._stopped and (kind, id) not in self._waiting:
                self._waiting.add((kind, id))
                (self._outside if kind in SPEAKS else self._inside).submit(self._do, (kind, id))

    def _do(self, job: Job) -> None:
        with self._changed:
            self._waiting.discard(job)
            self._busy += 1
        try:
            with self._app.app_context():
                work.off(*job, tell=self.give)
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def rest(self, patience: float) -> bool:
        """Wait until nothing is left to do; False when that takes longer than `patience` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._busy, patience)

    def stop(self) -> None:
        """Finish what is in hand and begin nothing more: what was given is still in the rows."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
        for pool in (self._inside, self._outside):
            pool.shutdown(wait=True, cancel_futures=True)
