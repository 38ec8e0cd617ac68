"""Tally: counts what happens in this process, and adds it to the instance's counters now and then.

Counting costs nothing and never fails; what a killed process had not added yet is lost, and nobody's mail with it.
"""

from __future__ import annotations

import threading
from collections import Counter

from app.models.tallies import Tally
from app.unit import unit

_lock = threading.Lock()
_counted: Counter[tuple[str, str]] = Counter()


def count(name: str, label: str = "", times: int = 1) -> None:
    """Count one happening, or several."""
    if times:
        with _lock:
            _counted[name, label] += times


def keep() -> None:
    """Add what was counted since the last time to the instance's counters, in a unit of its own."""
    taken = _taken()
    try:
        if taken:
            unit(lambda: Tally.add(taken))
    except BaseException:
        with _lock:
            _counted.update(taken)
        raise


def _taken() -> Counter[tuple[str, str]]:
    with _lock:
        taken = _counted.copy()
        _counted.clear()
    return taken
