"""Together: what several threads have to write at once is written as one, and each gets its own answer.

A durable commit costs a wait for the disk, however little it holds. So whoever comes first writes; who comes meanwhile
lines up, and the first of them writes for all of these next. Nobody waits for company: a thread alone writes at once.
Knows threads. Must not know what is written, nor where.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Place(Generic[T, R]):
    """A thread's place in the line: what it brought, and how it came out as soon as somebody knows."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.outcome: Callable[[], R] | None = None
        self._gate = threading.Lock()
        self._gate.acquire()

    def wait(self) -> None:
        """Wait until there is an outcome, or until it is this thread's turn to write for all."""
        self._gate.acquire()

    def call(self) -> None:
        """Let its thread go on."""
        self._gate.release()


class Together(Generic[T, R]):
    """A line in front of `write`, which is given what waits and returns the answers in the same order.

    All or nothing: when it raises, nothing of what was given is written. An error that is everybody's, as a database
    that does not answer, everybody gets; of any other each hears only where it comes up again with theirs alone.
    """

    def __init__(
        self, write: Callable[[Sequence[T]], Sequence[R]], is_everybodys: Callable[[BaseException], bool]
    ) -> None:
        self._write, self._is_everybodys = write, is_everybodys
        self._lock = threading.Lock()
        self._line: list[_Place[T, R]] = []
        self._led = False

    def put(self, item: T) -> R:
        """Return what `write` answers for this item, once that is over. Raises what it raises."""
        mine = _Place[T, R](item)
        with self._lock:
            self._line.append(mine)
            first, self._led = not self._led, True
        if not first:
            mine.wait()
        if mine.outcome is None:
            self._lead()
        assert mine.outcome is not None
        return mine.outcome()

    def _lead(self) -> None:
        with self._lock:
            batch, self._line = self._line, []
        outcomes = self._outcomes([place.item for place in batch])
        with self._lock:
            self._led = bool(self._line)
            called = batch[1:] + self._line[:1]  # the leader stands first in its batch and waits for nobody
            for place, outcome in zip(batch, outcomes, strict=True):
                place.outcome = outcome
        for place in called:
            place.call()

    def _outcomes(self, items: Sequence[T]) -> list[Callable[[], R]]:
        try:
            return [partial(_answered, answer) for answer in self._write(items)]
        except BaseException as error:
            if len(items) == 1 or self._is_everybodys(error):
                return [partial(_raised, error)] * len(items)
        return [outcome for item in items for outcome in self._outcomes([item])]


def _answered(answer: R) -> R:
    return answer


def _raised(error: BaseException) -> NoReturn:
    raise error
