"""Steadiness: whether this machine's clock can be trusted, or has jumped and everything that has a time must wait.

A clock that leaps a day ahead makes a day's worth of mails due at once. So the wall's clock is compared with one that
only counts seconds: when they part by more than JUMP, nothing is sent and nobody moves on until the wall's clock has
either come back or stayed where it is for SETTLE. A machine that slept is no hazard: its seconds were counted.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import current_app

from app import clock, tally

log = logging.getLogger(__name__)
JUMP = 60.0  # seconds by which the two clocks may part; daemons that set the time gently stay far below
SETTLE = 300.0  # seconds after which a time that nobody took back is believed


@dataclass(frozen=True, slots=True)
class Guard:
    """What is believed: how far the wall's clock is `ahead` of the counted seconds (None: nothing was read yet).

    While the clock is in doubt, `jumped` is where it is now and `since` the counted second at which it went there.
    """

    ahead: float | None = None
    jumped: float | None = None
    since: float = 0.0

    @property
    def steady(self) -> bool:
        """Whether the clock can be trusted."""
        return self.jumped is None

    @property
    def jump(self) -> int:
        """By how many seconds the clock has jumped; 0 while it is steady, or nobody knows."""
        return 0 if self.jumped is None or self.ahead is None else round(self.jumped - self.ahead)

    def remaining(self, counted: float) -> float:
        """Return for how many seconds more the clock is in doubt, if it stays where it is."""
        return 0.0 if self.steady else max(0.0, SETTLE - (counted - self.since))


def judge(guard: Guard, wall: float, counted: float) -> Guard:
    """Return what to believe after one look at both clocks, in seconds since any beginning. Pure."""
    ahead = wall - counted
    if guard.steady and (guard.ahead is None or abs(ahead - guard.ahead) <= JUMP):
        return Guard(ahead)  # a slow drift is followed
    if guard.ahead is not None and abs(ahead - guard.ahead) <= JUMP:
        return Guard(ahead)  # it has come back
    if guard.jumped is None or abs(ahead - guard.jumped) > JUMP:
        return replace(guard, jumped=ahead, since=counted)
    return Guard(ahead) if counted - guard.since >= SETTLE else guard


class Watch:
    """One process's guard: every thread asks it, and each asking is a look at the clocks."""

    def __init__(self, guard: Guard | None = None) -> None:
        self._lock = threading.Lock()
        self._guard = guard or Guard()

    def look(self) -> Guard:
        """Read both clocks and return what is believed now; a change is logged and counted."""
        with self._lock:
            before, self._guard = self._guard, judge(self._guard, clock.real().timestamp(), clock.counted())
            after = self._guard
        if before.steady != after.steady:
            _tell(after)
        return after

    def doubt(self) -> None:
        """Begin in doubt: another process of this machine was, a moment ago, and we cannot know since when."""
        with self._lock:
            if self._guard.steady:
                self._guard = Guard(None, clock.real().timestamp() - clock.counted(), clock.counted())


def _tell(guard: Guard) -> None:
    if guard.steady:
        log.warning("this machine's clock is steady again: sending goes on")
        return
    tally.count("clock_jumps")
    log.warning("this machine's clock has jumped: sending waits", extra={"seconds": guard.jump})


def watch() -> Watch:
    """Return the watch of this process, inside an application context."""
    found: Watch = current_app.extensions.setdefault("steadiness", Watch())
    return found


def steady() -> bool:
    """Whether this machine's clock can be trusted now."""
    return watch().look().steady


def told(real: datetime) -> tuple[int | None, datetime | None]:
    """Return by how many seconds the clock has jumped and until when that holds us back; (None, None) when steady."""
    guard = watch().look()
    if guard.steady:
        return None, None
    return guard.jump, real + timedelta(seconds=guard.remaining(clock.counted()))
