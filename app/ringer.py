"""The ringer: rings the doorbell by a thread of its own, so that nobody at a door waits for the broker.

However many deliveries come while it is at it, a shop's workers are told once more. What it has not rung when its
process ends is lost as any ring may be: the heartbeat finds the work. Must not know what there is to do.
"""

from __future__ import annotations

import logging
import threading
import time

from flask import Flask, current_app

from app import doorbell, tally

log = logging.getLogger(__name__)
# Seconds between two rounds. A hint costs a worker a millisecond, and a batch of a hundred deliveries hardly more than
# one of five, during which no other is let in: so in a crowd they come to those who hear of it in larger batches.
BREATH, CROWDED = 0.005, 0.15
FEW = 2  # deliveries of one round that are no crowd


class Ringer:
    """The thread of one process, begun at its first ring, and what it is still to ring."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock, self._called = app, threading.Lock(), threading.Event()
        self._waiting: dict[tuple[str, int], int] = {}  # and how many asked for it
        self._thread: threading.Thread | None = None

    def ring(self, kind: str, id: int) -> None:
        """Have it rung soon; returns at once."""
        with self._lock:
            self._waiting[kind, id] = self._waiting.get((kind, id), 0) + 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._ring_all, name="ringer", daemon=True)
                self._thread.start()
        self._called.set()

    def _ring_all(self) -> None:
        while self._called.wait():
            self._called.clear()
            with self._lock:
                round, self._waiting = self._waiting, {}
            for kind, id in round:
                self._ring(kind, id)
            time.sleep(CROWDED if sum(round.values()) > FEW else BREATH)

    def _ring(self, kind: str, id: int) -> None:
        try:
            with self._app.app_context():
                doorbell.ring(kind, id)
                tally.keep_when_due()
        except Exception:  # the next ring is another one
            log.exception("a ring failed: %s", kind)


def ring(kind: str, id: int) -> None:
    """Hint, soon and without waiting for the broker, that work of this kind waits for this shop."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if doorbell.has_ears(app):
        (app.extensions.get("ringer") or app.extensions.setdefault("ringer", Ringer(app))).ring(kind, id)
