"""A shelf for what is made from words: kept until others need the room, however long or short the words are.

A cache by number would let two thousand long wordings take all the memory there is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Shelf(Generic[Made]):
    """Remembers what `make(words, *rest)` returned; the words of all that is remembered together fit into `room`."""

    def __init__(self, make: Callable[..., Made], room: int) -> None:
        self.make, self.room = make, room
        self._kept: OrderedDict[tuple[str, object], Made] = OrderedDict()
        self._taken, self._lock = 0, Lock()

    def __call__(self, words: str, rest: object = None) -> Made:
        """Return what is made from these words, made now if it is not there. Raises what `make` raises."""
        key = words, rest
        try:
            self._kept.move_to_end(key)
            return self._kept[key]
        except KeyError:  # never made, or another thread has taken its room
            return self._keep(key, self.make(words, rest))

    def _keep(self, key: tuple[str, object], made: Made) -> Made:
        with self._lock:
            if key not in self._kept and len(key[0]) <= self.room:
                self._kept[key] = made
                self._taken += len(key[0])
            while self._taken > self.room:
                (words, _rest), _gone = self._kept.popitem(last=False)
                self._taken -= len(words)
        return made
