"""The ringer: rings the doorbell by a thread of its own, so that nobody at a door waits for the broker.

However many deliveries come while it is at it, a shop's workers are told once more. What it has not rung when its
process ends is lost as any ring may be: the heartbeat finds the work. Must not know what there is to do.
"""

from __future__ import annotations

import logging
import threading
import time
from queue import SimpleQueue

from flask import Flask, current_app

from app import doorbell, tally

log = logging.getLogger(__name__)
BREATH = 0.005  # seconds between two rings: a thousand deliveries a second are no thousand rings


class Ringer:
    """The thread of one process, begun at its first ring, and what it is still to ring."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock = app, threading.Lock()
        self._due: SimpleQueue[tuple[str, int]] = SimpleQueue()
        self._waiting: set[tuple[str, int]] = set()
        self._thread: threading.Thread | None = None

    def ring(self, kind: str, id: int) -> None:
        """Have it rung soon; returns at once."""
        if (kind, id) in self._waiting:
            return
        self._waiting.add((kind, id))
        self._due.put((kind, id))
        if self._thread is None:
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._ring_all, name="ringer", daemon=True)
                self._thread.start()

    def _ring_all(self) -> None:
        while True:
            kind, id = self._due.get()
            self._waiting.discard((kind, id))  # first: whoever comes from now on is to be rung for again
            try:
                with self._app.app_context():
                    doorbell.ring(kind, id)
                    tally.keep_when_due()
            except Exception:  # the next ring is another one
                log.exception("a ring failed: %s", kind)
            time.sleep(BREATH)


def ring(kind: str, id: int) -> None:
    """Hint, soon and without waiting for the broker, that work of this kind waits for this shop."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if doorbell.has_ears(app):
        (app.extensions.get("ringer") or app.extensions.setdefault("ringer", Ringer(app))).ring(kind, id)
