"""Waiting for what another process does: a condition decides, never a pause of a chosen length."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def until(true: Callable[[], object], limit: float = 60.0, pause: float = 0.02) -> None:
    """Return once a real process has made something true; fail when it does not in `limit` seconds.

    `pause`: seconds between two looks; a measure takes a shorter one.
    """
    deadline = time.monotonic() + limit
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(pause)
