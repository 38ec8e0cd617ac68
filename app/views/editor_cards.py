"""Cards: what one step shows on the drawing and in the outline, and how many lines it takes to show it.

The server lays the drawing out, so it must know how high a card will be before any browser has drawn it: the widths of
Inter's letters, in classes, are close enough to tell one line from two. Must not know a request or a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.geometry import CARD_HEIGHT

ROOM = 196  # px that a card leaves for its words
TITLE, LINE = 14.4, 12.6  # px of type, the title's a little more for its weight
ROW = 20  # px that each further line adds
MOST_LINES = 2
_WIDTHS: Mapping[str, float] = {
    **dict.fromkeys("iljI'|.,:;! ’", 0.29),
    **dict.fromkeys("frt()-/", 0.38),
    **dict.fromkeys("mwMW%…", 0.88),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZÀÉÈÊ&€", 0.69),
}
_OTHER = 0.585


@dataclass(frozen=True)
class StepCard:
    """What one card shows. `rows` is how many lines it takes beyond a title and a line of one row each."""

    id: str
    icon: str
    sort: str
    title: str
    line: str
    count: str
    counted: str
    problems: tuple[str, ...]
    pinned: bool
    place: int
    note: str = ""

    @property
    def rows(self) -> int:
        """How many more rows than two: a long title, a long line, a note."""
        return lines(self.title, TITLE) + lines(self.line, LINE) - 2 + bool(self.note)

    @property
    def height(self) -> int:
        """The height of the card on the drawing, in px."""
        return CARD_HEIGHT + ROW * self.rows


def lines(text: str, size: float, room: float = ROOM) -> int:
    """Return how many lines a text takes at a size of type, broken between words as a browser does; 1 or 2."""
    found, used = 1, 0.0
    for word in text.split():
        wide = width(word, size)
        space = width(" ", size) if used else 0
        if used and used + space + wide > room:
            found, used, space = found + 1, 0.0, 0
        used += space + wide
        found += int(used // (room + 1))
    return min(found, MOST_LINES)


def width(text: str, size: float) -> float:
    """Return about how many px a text is wide on one line."""
    return sum(_WIDTHS.get(letter, _OTHER) for letter in text) * size
