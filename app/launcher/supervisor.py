"""Keeps children up: starts them in order, restarts what dies, stops all of them in order.

Time and patience are arguments, so the tests run with real processes and without waiting. Must not
know what any child is for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.launcher.child import Child
from app.launcher.console import Console

_TICK = 0.1
_STEADY = 30.0  # a child that lived this long starts again from the shortest pause
_LONGEST_PAUSE = 30.0


class StartFailed(RuntimeError):
    """A child did not come up; its last lines have been shown."""


@dataclass
class _Place:
    child: Child
    started: float = 0.0
    failures: int = 0
    again_at: float | None = None


class Supervisor:
    """The children of one launcher."""

    def __init__(
        self, console: Console, clock: Callable[[], float] = time.monotonic, first_pause: float = 0.5
    ) -> None:
        self._console = console
        self._clock = clock
        self._first_pause = first_pause
        self._places: list[_Place] = []
        self.asked = 0

    def ask_to_stop(self, *_: object) -> None:
        """A signal handler: the first time asks for a calm end, the second for an immediate one."""
        self.asked += 1

    def start(self, children: list[Child], patience: float = 60.0) -> None:
        """Start the children together and return when all are ready; raises StartFailed."""
        for child in children:
            place = _Place(child)
            self._places.append(place)
            self._launch(place)
        self._wait_until_ready(children, patience)

    def run(self) -> None:
        """Watch over the children until asked to stop."""
        while not self.asked:
            for place in self._places:
                self._tend(place)
            time.sleep(_TICK)

    def stop(self) -> None:
        """Stop everything: first those who work, then what they lean on. Nothing is left behind."""
        for outlives in (False, True):
            self._drain([place.child for place in self._places if place.child.role.outlives is outlives])

    def _launch(self, place: _Place) -> None:
        place.child.start()
        place.started, place.again_at = self._clock(), None

    def _wait_until_ready(self, children: list[Child], patience: float) -> None:
        waiting, deadline = list(children), self._clock() + patience
        while waiting and not self.asked:
            for child in list(waiting):
                self._must_live(child, deadline)
                if child.ready:
                    self._console.done(child.role.name, child.role.told)
                    waiting.remove(child)
            if waiting:
                self._console.working(waiting[0].role.name, "starting")
                time.sleep(_TICK)

    def _must_live(self, child: Child, deadline: float) -> None:
        if child.alive and self._clock() < deadline:
            return
        trouble = "is not ready in time" if child.alive else child.ending
        self._console.done(child.role.name, f"{trouble}. The end of {child.log}:")
        self._console.quote(child.last_lines())
        raise StartFailed(f"{child.role.name} {trouble}.")

    def _tend(self, place: _Place) -> None:
        if place.child.alive:
            place.child.trim()
            return
        if place.again_at is None:
            self._plan_restart(place)
        elif self._clock() >= place.again_at:
            self._launch(place)

    def _plan_restart(self, place: _Place) -> None:
        now = self._clock()
        place.failures = 1 if now - place.started >= _STEADY else place.failures + 1
        pause = min(self._first_pause * 2 ** (place.failures - 1), _LONGEST_PAUSE)
        place.again_at = now + pause
        place.child.sweep()
        name, log = place.child.role.name, place.child.log
        self._console.done(name, f"{place.child.ending}; starting again in {pause:g} s (see {log})")

    def _drain(self, children: list[Child]) -> None:
        asked, begun = self.asked, self._clock()
        for child in children:
            child.ask_to_stop()
        while any(self._may_drain(child, begun) for child in children) and self.asked <= asked:
            self._console.working("stopping", ", ".join(c.role.name for c in children if c.alive))
            time.sleep(_TICK)
        for child in children:
            child.kill()

    def _may_drain(self, child: Child, begun: float) -> bool:
        return child.alive and self._clock() - begun < child.role.grace
