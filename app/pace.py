"""Pace: how fast one caller may go, counted in this process alone.

For a door through which thousands come a minute: a counter that all processes share would cost each of them a way to
the broker and back, which is more than all the rest of the answer.
"""

from __future__ import annotations

import threading
from collections import Counter

from app import clock

MOST_CALLERS = 10_000  # that are told apart; strangers with ever new names must not fill the memory


class Pace:
    """At most so many in so many seconds for each caller, counted from one full stretch of time to the next."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._lock = threading.Lock()
        self._stretch = 0
        self._counts: Counter[str] = Counter()

    def wait(self, who: str) -> float:
        """Count one more; return for how many seconds the caller must wait, 0.0 when they may go on."""
        now = clock.monotonic()
        stretch = int(now // self.seconds)
        with self._lock:
            if stretch != self._stretch or len(self._counts) > MOST_CALLERS:
                self._stretch, self._counts = stretch, Counter()
            self._counts[who] += 1
            over = self._counts[who] > self.most
        return (stretch + 1) * self.seconds - now if over else 0.0
