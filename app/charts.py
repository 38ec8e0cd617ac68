"""Charts: numbers as the points, heights and ticks of a drawing. Pure geometry; the words and colours are the page's.

Two sizes of each, so that the letters on a phone are as large as on a desk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

TOP, BOTTOM, LEFT = 16.0, 26.0, 56.0  # room for the highest words, for the days below, and for the amounts


@dataclass(frozen=True)
class Tick:
    """A line across at a value."""

    value: int
    y: float


@dataclass(frozen=True)
class Spot:
    """One place on the way: where it is, and the strip that answers to a pointer."""

    place: int
    x: float
    y: float
    left: float
    width: float


@dataclass(frozen=True)
class Curve:
    """A drawing of numbers over time. `line`, `area` and `before` are paths; `before` is the earlier period's."""

    width: int
    height: int
    ticks: tuple[Tick, ...]
    spots: tuple[Spot, ...]
    line: str
    area: str
    before: str

    @property
    def floor(self) -> float:
        """Where nothing is."""
        return self.height - BOTTOM

    @property
    def marks(self) -> tuple[Spot, ...]:
        """The places that are named below: the first, the last, and as many between as there is room for."""
        many = max(2, min(len(self.spots), self.width // 120))
        last = len(self.spots) - 1
        places = sorted({round(place * last / (many - 1)) for place in range(many)}) if last else [0]
        return tuple(self.spots[place] for place in places)


def curve(now: Sequence[int], before: Sequence[int], width: int = 720, height: int = 232) -> Curve:
    """Draw one number a place from left to right, with the period before behind it on the same scale."""
    top = _top(max([0, *now, *before]))
    low = min([0, *now, *before])
    low = -_top(-low) if low < 0 else 0

    def y(value: float) -> float:
        return round(TOP + (top - value) / (top - low) * (height - TOP - BOTTOM), 1)

    strip = (width - LEFT) / max(len(now), 1)
    xs = [round(LEFT + (place + 0.5) * strip, 1) for place in range(len(now))]
    spots = tuple(
        Spot(place, x, y(value), round(LEFT + place * strip, 1), round(strip, 1))
        for place, (x, value) in enumerate(zip(xs, now, strict=True))
    )
    line, earlier = (
        _path([(spot.x, spot.y) for spot in spots]),
        _path([(x, y(v)) for x, v in zip(xs, before, strict=False)]),
    )
    area = f"{line} L{xs[-1]} {y(0)} L{xs[0]} {y(0)} Z" if xs else ""
    ticks = tuple(Tick(value, y(value)) for value in _steps(low, top))
    return Curve(width, height, ticks, spots, line, area, earlier if len(before) == len(now) else "")


def share(part: int, whole: int) -> float:
    """Return a part of a whole as a share of one, at the most one; nothing of nothing is nothing."""
    return min(part / whole, 1.0) if whole > 0 else 0.0


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in points) if points else ""


def _top(highest: int) -> int:
    """Return a round number that is not below: 1, 2, 4, 5 or 10 times a power of ten, so that halves are whole too."""
    if highest <= 4:
        return 4
    power = 10 ** int(math.log10(highest))
    return next(factor * power for factor in (1, 2, 4, 5, 10, 20) if factor * power >= highest)


def _steps(low: int, top: int) -> list[int]:
    if low < 0:
        return [low, 0, top]
    return [0, top // 2, top] if top % 4 else [0, top // 4, top // 2, 3 * top // 4, top]
