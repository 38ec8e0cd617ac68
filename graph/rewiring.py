"""Rewiring: taking steps out of a flow and putting them in, so that what was linked stays linked.

Knows edges. Must not know what a merchant may do; edits.py refuses, this only does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from graph.model import Edge, Graph, Node
from graph.network import reached


def fresh_id(graph: Graph) -> str:
    """Return an id that no node has: "n" and one more than the highest such number."""
    numbers = [int(id[1:]) for id in graph.by_id if id[0] == "n" and id[1:].isdecimal() and id.isascii()]
    return f"n{max(numbers, default=0) + 1}"


def link(graph: Graph, source: str, port: str, target: str | None) -> Graph:
    """Return the graph with a port leading to `target`, or to nothing; the order of edges is kept."""
    kept = [edge for edge in graph.edges if (edge.source, edge.port) != (source, port)]
    added = [Edge(source, port, target)] if target else []
    return replace(graph, edges=(*kept, *added))


def insert(graph: Graph, node: Node, source: str, port: str) -> Graph:
    """Return the graph with a new node at a port; what followed there follows the node's first way out."""
    following = graph.target(source, port)
    grown = link(replace(graph, nodes=(*graph.nodes, node)), source, port, node.id)
    return link(grown, node.id, node.ports[0].name, following) if following and node.ports else grown


def unlink(graph: Graph, id: str, keep: str | None) -> Graph:
    """Return the graph with a node standing alone: who led to it leads to what its port `keep` led to."""
    following = graph.target(id, keep) if keep else None
    for edge in graph.into(id):
        graph = link(graph, edge.source, edge.port, following)
    return replace(graph, edges=tuple(edge for edge in graph.edges if edge.source != id))


def without(graph: Graph, ids: Collection[str]) -> Graph:
    """Return the graph without these nodes and without every edge that touches one."""
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id not in ids),
        edges=tuple(edge for edge in graph.edges if edge.source not in ids and edge.target not in ids),
    )


def remove(graph: Graph, id: str, keep: str | None) -> Graph:
    """Return the graph without a node, and without the steps that only its other ways out led to."""
    before = _from_start(graph)
    relinked = without(unlink(graph, id, keep), {id})
    return without(relinked, before - _from_start(relinked) - {id})


def _from_start(graph: Graph) -> set[str]:
    return reached(graph, graph.trigger.id) if graph.trigger else set()
