"""Tally: counts what happens in this process, and adds it to the instance's counters now and then.

Counting costs nothing and never fails; what a killed process had not added yet is lost, and nobody's mail with it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.models.tallies import Tally
from app.unit import unit

log = logging.getLogger(__name__)
OFTEN = 10.0  # seconds between two times that a web process adds what it counted


class Counted:
    """What one process has counted and not added yet."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: Counter[tuple[str, str]] = Counter()
        self.kept_at = clock.monotonic()


def count(name: str, label: str = "", times: int = 1) -> None:
    """Count one happening, or several, inside an application context."""
    mine = _mine()
    if times:
        with mine.lock:
            mine.counts[name, label] += times


def keep() -> None:
    """Add what was counted since the last time to the instance's counters, in a unit of its own."""
    mine = _mine()
    with mine.lock:
        taken, mine.counts, mine.kept_at = mine.counts, Counter(), clock.monotonic()
    try:
        if taken:
            unit(lambda: Tally.add(taken))
    except BaseException:
        with mine.lock:
            mine.counts.update(taken)
        raise


def keep_when_due() -> None:
    """The same in a process without a heart, where that is to be done again; a database in trouble can wait."""
    mine = _mine()
    if not mine.counts or clock.monotonic() - mine.kept_at < OFTEN:
        return
    try:
        keep()
    except SQLAlchemyError as error:
        log.warning("what was counted has to wait: %s", type(error).__name__)


def _mine() -> Counted:
    extensions = current_app.extensions
    found: Counted = extensions.get("tally") or extensions.setdefault("tally", Counted())
    return found
