"""Upgrades: older saved formats become today's.

Knows one small function a format, from it to the next. Must not know what any later reader does with the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.words import Complaint, M

CURRENT = 1

# UPGRADES[n] takes format n to n + 1.
UPGRADES: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}


class UnknownFormat(Complaint):
    """The flow was saved in a format that this version does not read."""


def upgrade(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `data` in today's format; raise UnknownFormat for one that is newer or not a format at all."""
    number = data.get("format")
    if type(number) is not int or not 1 <= number <= CURRENT:
        raise UnknownFormat(
            M("This automation was saved by another version of the program and cannot be read here.")
        )
    for step in range(number, CURRENT):
        data = UPGRADES[step](data)
    return data
