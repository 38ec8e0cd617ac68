"""Curves: polylines with rounded elbows as SVG paths. Knows points. Must not know cards or steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

RADIUS = 20
MARGIN = 40
STUB = 28
ELBOW_AT, PILL_AT, BRANCH_SLOT_AT, SLOT_AT, ARRIVE = 36, 72, 108, 30, 32
HALF_CARD, ASIDE = 132, 36


def route(foot: Point, head: Point, lane: float, branch: bool) -> tuple[list[Point], Point, Point | None]:
    """Return the corners from a card's foot to the next one's head, the place of the "+" and that of the branch's pill.

    A branch first turns to its lane; whoever arrives from another lane turns just above the head. Where a card was put
    by hand and this has no room, the line goes round.
    """
    (x, y), (to_x, to_y) = foot, head
    least = (BRANCH_SLOT_AT if branch else SLOT_AT) + (2 * ARRIVE if lane != to_x else STUB)
    if to_y - y < least:
        return _round_about(foot, head, branch)
    points = [foot]
    if branch:
        points += [(x, y + ELBOW_AT), (lane, y + ELBOW_AT)]
    if lane != to_x:
        points += [(lane, to_y - ARRIVE), (to_x, to_y - ARRIVE)]
    points.append(head)
    pill = (lane, y + PILL_AT) if branch else None
    return points, (lane, y + (BRANCH_SLOT_AT if branch else SLOT_AT)), pill


def _round_about(foot: Point, head: Point, branch: bool) -> tuple[list[Point], Point, Point | None]:
    (x, y), (to_x, to_y) = foot, head
    near = abs(x - to_x) < 2 * HALF_CARD + ASIDE
    middle = max(x, to_x) + HALF_CARD + ASIDE if near else (x + to_x) / 2
    points = [foot, (x, y + STUB), (middle, y + STUB), (middle, to_y - STUB), (to_x, to_y - STUB), head]
    mid = middle, (y + to_y) / 2
    return points, mid, (middle, mid[1] - ARRIVE) if branch else None


def rounded(points: Sequence[Point], radius: float = RADIUS) -> str:
    """Return an SVG path through `points` whose corners are quarter turns of `radius`, less where there is no room."""
    corners = _straightened(points)
    path = [f"M{_at(corners[0])}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        turn = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        path.append(
            f"L{_at(_toward(corner, before, turn))} Q{_at(corner)} {_at(_toward(corner, after, turn))}"
        )
    path.append(f"L{_at(corners[-1])}")
    return " ".join(path)


def _straightened(points: Sequence[Point]) -> list[Point]:
    """Return the points without repetitions and without those on a straight line between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and _aligned(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept if len(kept) > 1 else [*kept, kept[0]]


def _aligned(first: Point, second: Point, third: Point) -> bool:
    return first[0] == second[0] == third[0] or first[1] == second[1] == third[1]


def _toward(start: Point, goal: Point, length: float) -> Point:
    share = length / math.dist(start, goal)
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share


def _at(point: Point) -> str:
    return f"{point[0]:g},{point[1]:g}"


def bounds(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """Return the view box (x, y, width, height) around the points, with a margin; an empty drawing is one margin."""
    xs, ys = [x for x, _y in points] or [0], [y for _x, y in points] or [0]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    return left, top, max(xs) + MARGIN - left, max(ys) + MARGIN - top
