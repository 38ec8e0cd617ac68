"""The outline: the same flow as a nested, ordered list, for phones, screen readers and whoever prefers lists.

Knows how a graph unfolds into lines, each step once, a join below the branches that meet there. Must not know HTML.
It walks without recursion: a flow may be nested deeper than Python would follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.model import Graph
from graph.shape import ROOT, Shape, shape


@dataclass(frozen=True)
class Line:
    """One line to draw.

    `what` is "step", "add" (a place for one more), "join" (goes on at a step told before), "end", or "open" and
    "close" around a branch or, with no port, around what is not linked yet. `depth` counts the branches around it.
    """

    what: str
    node: str = ""
    port: str = ""
    depth: int = 0


def outline(graph: Graph) -> list[Line]:
    """Return the lines from the start on, then those of the steps that nothing leads to."""
    blocks = shape(graph)
    lines: list[Line] = []
    for root in (*blocks.roots, *blocks.joins.get(ROOT, ())):
        starts = graph.trigger is not None and root == graph.trigger.id
        lines += _from(graph, blocks, root) if starts else _loose(graph, blocks, root)
    return lines


def order(graph: Graph) -> list[str]:
    """Return the ids of the steps in the order in which they are told."""
    return [line.node for line in outline(graph) if line.what == "step"]


def _loose(graph: Graph, blocks: Shape, id: str) -> list[Line]:
    return [Line("open", depth=1), *_from(graph, blocks, id, 1), Line("close", depth=1)]


def _from(graph: Graph, blocks: Shape, start: str, depth: int = 0) -> Iterator[Line]:
    ahead = [Line("go", start, depth=depth)]
    while ahead:
        line = ahead.pop()
        if line.what == "go":
            ahead += reversed(list(_arrive(graph, blocks, line.node, line.depth)))
        else:
            yield line


def _arrive(graph: Graph, blocks: Shape, id: str, depth: int) -> Iterator[Line]:
    yield Line("step", id, depth=depth)
    ports = graph.node(id).ports
    inside = depth + (len(ports) > 1)
    for port in ports:
        if len(ports) > 1:
            yield Line("open", id, port.name, inside)
        yield from _way(graph, blocks, id, port.name, inside)
        if len(ports) > 1:
            yield Line("close", depth=inside)
    for join in blocks.joins.get(id, ()):
        yield Line("go", join, depth=depth)


def _way(graph: Graph, blocks: Shape, id: str, port: str, depth: int) -> Iterator[Line]:
    """Yield the "+" and what follows a way out: the step below it, the end, or a step that is told elsewhere."""
    yield Line("add", id, port, depth)
    target = graph.target(id, port)
    if target is None:
        yield Line("end", id, port, depth)
    elif blocks.children.get((id, port)) == target:
        yield Line("go", target, depth=depth)
    elif len(graph.node(id).ports) > 1 or target not in blocks.joins.get(id, ()):
        yield Line("join", target, depth=depth)
