"""Shape: a flow as nested blocks, which is how it is drawn and how it is told.

A step with one way in stands right below that way. A step with several ways in (a join) stands below the step from
which all of them come, its immediate dominator, so that branches close where they opened. Knows order and nesting. Must
not know sizes or words. Total: a circle is cut where it closes, and what nothing leads to becomes a further root.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from graph.model import Graph

ROOT = ""


@dataclass(frozen=True)
class Shape:
    """`order`: ids, every step after all that lead to it. `children`: the step right below a (node, port).

    `joins`: for an id, or for ROOT, the joins that stand below its branches, in order. `roots`: the start goes first.
    """

    order: tuple[str, ...]
    roots: tuple[str, ...]
    children: Mapping[tuple[str, str], str]
    joins: Mapping[str, tuple[str, ...]]


def shape(graph: Graph) -> Shape:
    """Return the blocks of a graph, the same for equal graphs."""
    roots, order, links = _walk(graph)
    ways_in = Counter(target for _source, _port, target in links)
    children = {(source, port): target for source, port, target in links if ways_in[target] == 1}
    joins = defaultdict(list)
    above = _dominators(roots, links)
    for id in order:
        if ways_in[id] > 1:
            joins[above[id]].append(id)
    return Shape(order, roots, children, {id: tuple(below) for id, below in joins.items()})


def _walk(graph: Graph) -> tuple[tuple[str, ...], tuple[str, ...], list[tuple[str, str, str]]]:
    """Return roots, ids in topological order and (source, port, target) links, those that close a circle left out."""
    finished: list[str] = []
    links: list[tuple[str, str, str]] = []
    seen: set[str] = set()
    roots = []
    for root in _candidates(graph):
        if root not in seen:
            roots.append(root)
            _descend(graph, root, seen, finished, links)
    return tuple(roots), tuple(reversed(finished)), links


def _descend(
    graph: Graph, root: str, seen: set[str], finished: list[str], links: list[tuple[str, str, str]]
) -> None:
    open_: dict[str, Iterator[tuple[str, str]]] = {root: _ways(graph, root)}
    seen.add(root)
    while open_:
        id, ways = next(reversed(open_.items()))
        port, target = next(ways, ("", ""))
        if not target:
            finished.append(id)
            del open_[id]
        elif target not in open_:
            links.append((id, port, target))
            if target not in seen:
                seen.add(target)
                open_[target] = _ways(graph, target)


def _ways(graph: Graph, id: str) -> Iterator[tuple[str, str]]:
    for port in graph.node(id).ports:
        target = graph.target(id, port.name)
        if target is not None:
            yield port.name, target


def _candidates(graph: Graph) -> list[str]:
    """Return all ids: the start, then those that nothing leads to, then the rest (only circles are left by then)."""
    led_to = {edge.target for edge in graph.edges}
    start = [graph.trigger.id] if graph.trigger else []
    return [*start, *(node.id for node in graph.nodes if node.id not in led_to), *graph.by_id]


def _dominators(roots: tuple[str, ...], links: list[tuple[str, str, str]]) -> Mapping[str, str]:
    drawn: nx.DiGraph[str] = nx.DiGraph()
    drawn.add_edges_from((ROOT, root) for root in roots)
    drawn.add_edges_from((source, target) for source, _port, target in links)
    found: Mapping[str, str] = nx.immediate_dominators(drawn, ROOT) if roots else {}
    return found
