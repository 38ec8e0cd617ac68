"""A long list, page after page along an index: each page knows where it ended, and the next one begins there.

Nothing is counted and nothing skipped, so that the last page costs what the first one does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

SIZE = 25
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Stretch:
    """One page of rows; `first` leads back to the beginning, `next` further on, each None where it leads nowhere."""

    rows: Sequence[Any]
    first: str | None = None
    next: str | None = None


def stretch(found: Callable[[Place | None, int], Sequence[Any]], place: Callable[[Any], Place]) -> Stretch:
    """Return the page that this request asks for (?before=…) of what `found(before, size)` gives."""
    before = _read(request.args.get("before", ""))
    rows = found(before, SIZE + 1)
    last = place(rows[SIZE - 1]) if len(rows) > SIZE else None
    return Stretch(rows[:SIZE], _address() if before else None, _address(last) if last else None)


def _read(text: str) -> Place | None:
    moment, _tilde, id = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, int(id)) if at.tzinfo and 0 <= int(id) < 2**31 else None
    except ValueError:
        return None


def _address(place: Place | None = None) -> str:
    kept = {name: value for name, value in request.args.items() if name != "before" and value}
    before = {"before": f"{place[0].isoformat()}~{place[1]}"} if place else {}
    return url_for(request.endpoint or "", **(request.view_args or {}), **kept, **before)
