"""Geometry: where each card stands, how its links run, and where a step can be put in.

Top-down, in pixels; the start's card is centred on x = 0 at y = 0, so that nothing above a change ever moves. Blocks
(shape.py) are stacked and set side by side; a pin overrides one card and no other. Must not know what a step is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph.curves import BRANCH_SLOT_AT, SLOT_AT, Point, bounds, rounded, route
from graph.model import Graph, Node
from graph.shape import ROOT, Shape, shape

CARD_WIDTH, CARD_HEIGHT = 264, 64
COLUMN_GAP = 36
LINK = 60  # between two cards: room for the "+"
BRANCH = 136  # below a step with branches: elbow, pill and "+"
JOIN = 96  # above a join: "+" and elbow
LAST = 88  # below an open end: "+" and the mark "The end"
END_AT, BRANCH_END_AT = 72, 148


@dataclass(frozen=True)
class Box:
    """A card: upper left corner and size."""

    x: float
    y: float
    w: int = CARD_WIDTH
    h: int = CARD_HEIGHT

    @property
    def head(self) -> Point:
        """Where links arrive."""
        return self.x + self.w / 2, self.y

    @property
    def foot(self) -> Point:
        """Where links leave."""
        return self.x + self.w / 2, self.y + self.h


@dataclass(frozen=True)
class Curve:
    """A link. `mid` is the place of its "+", `pill` that of its branch's name (None where there is one way out)."""

    source: str
    port: str
    target: str
    path: str
    mid: Point
    pill: Point | None


@dataclass(frozen=True)
class Slot:
    """A place where a step can be put in: the centre of a "+"."""

    source: str
    port: str
    x: float
    y: float


@dataclass(frozen=True)
class End:
    """An open way out: the centre of its mark "The end", the line that leads there, and the branch's pill."""

    source: str
    port: str
    x: float
    y: float
    path: str
    pill: Point | None


@dataclass(frozen=True)
class Layout:
    """The drawing. `x`, `y`, `width` and `height` are the view box that holds all of it, with a margin."""

    boxes: Mapping[str, Box]
    curves: tuple[Curve, ...]
    slots: tuple[Slot, ...]
    ends: tuple[End, ...]
    x: float
    y: float
    width: float
    height: float


def layout(graph: Graph, heights: Mapping[str, int] = MappingProxyType({})) -> Layout:
    """Return the drawing of a graph; equal graphs give equal drawings. About 10 ms for 500 steps.

    `heights` are those of the cards, by id, that are not CARD_HEIGHT high.
    """
    blocks = shape(graph)
    high = {node.id: heights.get(node.id, CARD_HEIGHT) for node in graph.nodes}
    lanes, boxes = _place(graph, blocks, _measure(graph, blocks, high), high)
    boxes = {node.id: Box(*node.pin, h=high[node.id]) if node.pin else boxes[node.id] for node in graph.nodes}
    curves = tuple(_curves(graph, boxes, lanes))
    ends = tuple(_ends(graph, boxes, lanes))
    slots = (*(Slot(curve.source, curve.port, *curve.mid) for curve in curves), *_end_slots(graph, ends))
    places = [(box.x, box.y) for box in boxes.values()] + [
        (box.x + box.w, box.y + box.h) for box in boxes.values()
    ]
    view = bounds([*places, *((end.x, end.y) for end in ends), *((slot.x, slot.y) for slot in slots)])
    return Layout(boxes, curves, slots, ends, *view)


@dataclass
class _Size:
    width: int
    height: int
    branches: int


def _measure(graph: Graph, blocks: Shape, high: Mapping[str, int]) -> dict[str, _Size]:
    """Return the size of each block, a step with all that hangs below it; `branches` is where its joins begin."""
    sizes: dict[str, _Size] = {}
    for id in reversed(blocks.order):
        columns = list(_columns(graph.node(id), graph, blocks, sizes))
        joins = [sizes[join] for join in blocks.joins.get(id, ())]
        across = sum(width for _port, width, _height in columns) + COLUMN_GAP * (len(columns) - 1)
        width = max(CARD_WIDTH, across, *(join.width for join in joins), 0)
        branches = high[id] + max((height for _port, _width, height in columns), default=0)
        sizes[id] = _Size(width, branches + sum(JOIN + join.height for join in joins), branches)
    return sizes


def _columns(
    node: Node, graph: Graph, blocks: Shape, sizes: Mapping[str, _Size]
) -> Iterator[tuple[str, int, int]]:
    """Yield (port, width, height) of what stands below each way out, gap included; a lane where no step does."""
    single = len(node.ports) == 1
    gap, lane, last = (LINK, 0, LAST) if single else (BRANCH, BRANCH, BRANCH + LAST - LINK)
    for port in node.ports:
        child = blocks.children.get((node.id, port.name))
        if child is not None:
            yield port.name, sizes[child].width, gap + sizes[child].height
        elif graph.target(node.id, port.name) is not None:
            yield port.name, CARD_WIDTH, lane
        else:
            yield port.name, CARD_WIDTH, last


def _place(
    graph: Graph, blocks: Shape, sizes: Mapping[str, _Size], high: Mapping[str, int]
) -> tuple[dict[tuple[str, str], float], dict[str, Box]]:
    """Return the x of each way out's lane and the box of each step, pins not yet counted."""
    centres = _rows_of_roots(blocks, sizes)
    lanes: dict[tuple[str, str], float] = {}
    for id in blocks.order:
        x, y = centres[id]
        columns = list(_columns(graph.node(id), graph, blocks, sizes))
        left = x - (sum(width for _port, width, _height in columns) + COLUMN_GAP * (len(columns) - 1)) / 2
        for port, width, _height in columns:
            lanes[id, port] = left + width / 2
            left += width + COLUMN_GAP
            if (id, port) in blocks.children:
                gap = LINK if len(columns) == 1 else BRANCH
                centres[blocks.children[id, port]] = lanes[id, port], y + high[id] + gap
        _stack(blocks.joins.get(id, ()), x, y + sizes[id].branches, sizes, centres)
    boxes = {id: Box(x - CARD_WIDTH / 2, y, h=high[id]) for id, (x, y) in centres.items()}
    return lanes, boxes


def _rows_of_roots(blocks: Shape, sizes: Mapping[str, _Size]) -> dict[str, Point]:
    """Return the places of the roots, side by side from x = 0 to the right, and of joins that two of them share."""
    centres: dict[str, Point] = {}
    right: float | None = None
    for root in blocks.roots:
        half = sizes[root].width / 2
        x = 0 if right is None else right + COLUMN_GAP + half
        centres[root] = x, 0
        right = x + half
    deepest = max((sizes[root].height for root in blocks.roots), default=0)
    _stack(blocks.joins.get(ROOT, ()), 0, deepest, sizes, centres)
    return centres


def _stack(
    joins: tuple[str, ...], x: float, y: float, sizes: Mapping[str, _Size], centres: dict[str, Point]
) -> None:
    for join in joins:
        centres[join] = x, y + JOIN
        y += JOIN + sizes[join].height


def _curves(
    graph: Graph, boxes: Mapping[str, Box], lanes: Mapping[tuple[str, str], float]
) -> Iterator[Curve]:
    for edge in graph.edges:
        node = graph.node(edge.source)
        if edge.port not in {port.name for port in node.ports}:
            continue
        branch = len(node.ports) > 1
        foot, head = boxes[edge.source].foot, boxes[edge.target].head
        pinned = node.pin or graph.node(edge.target).pin
        lane = head[0] if pinned and branch else foot[0] if pinned else lanes[edge.source, edge.port]
        points, mid, pill = route(foot, head, lane, branch)
        yield Curve(edge.source, edge.port, edge.target, rounded(points), mid, pill)


def _ends(graph: Graph, boxes: Mapping[str, Box], lanes: Mapping[tuple[str, str], float]) -> Iterator[End]:
    for node in graph.nodes:
        branch = len(node.ports) > 1
        x, y = boxes[node.id].foot
        shift = x - (
            sum(lanes[node.id, port.name] for port in node.ports) / len(node.ports) if node.ports else 0
        )
        for port in node.ports:
            if graph.target(node.id, port.name) is None:
                lane = lanes[node.id, port.name] + shift if branch else x
                mark = lane, y + (BRANCH_END_AT if branch else END_AT)
                points, _mid, pill = route((x, y), mark, lane, branch)
                yield End(node.id, port.name, *mark, rounded(points), pill)


def _end_slots(graph: Graph, ends: tuple[End, ...]) -> Iterator[Slot]:
    for end in ends:
        above = BRANCH_END_AT - BRANCH_SLOT_AT if end.pill else END_AT - SLOT_AT
        yield Slot(end.source, end.port, end.x, end.y - above)
