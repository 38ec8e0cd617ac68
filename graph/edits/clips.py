"""Clips: several steps taken together, cut out of a flow and put in elsewhere, here or in another flow.

Knows which links stay inside a handful of steps, where it is entered and where it goes on. Must not know a clipboard.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from graph.edits.refusals import Refused, check_port, check_room
from graph.edits.steps import NOTHING_FOLLOWS
from graph.model import Graph, Node
from graph.rewiring import fresh_id, link, without
from graph.words import M


def clip(graph: Graph, ids: Collection[str]) -> Graph:
    """Return these steps, the start left out, with the links between them; places by hand are let go."""
    nodes = [node for node in graph.nodes if node.id in ids and node != graph.trigger]
    kept = {node.id for node in nodes}
    edges = tuple(edge for edge in graph.edges if {edge.source, edge.target} <= kept)
    return replace(graph, nodes=tuple(replace(node, pin=None) for node in nodes), edges=edges)


def cut(graph: Graph, ids: Collection[str], keep: Mapping[str, str]) -> Graph:
    """Return the graph without these steps: who led to them leads on. `keep` names the branch that stays, by step."""
    outside = [edge for edge in graph.edges if edge.target in ids and edge.source not in ids]
    for edge in outside:
        graph = link(graph, edge.source, edge.port, _onward(graph, edge.target, ids, keep))
    return without(graph, ids)


def put(graph: Graph, clipped: Graph, after: tuple[str, str] | None) -> Graph:
    """Return the graph with the steps of a clip at a way out; what followed there follows them. Ids must be free."""
    if after is not None:
        check_port(graph, *after)
    following = graph.target(*after) if after else None
    for node in clipped.nodes:
        check_room(graph, node.id)
        graph = replace(graph, nodes=(*graph.nodes, node))
    graph = replace(graph, edges=(*graph.edges, *clipped.edges))
    for entry in entries(clipped):
        graph = link(graph, *after, entry) if after else graph
        after = open_end(clipped, entry) or _refuse_more(clipped, entry, following)
    return link(graph, *after, following) if following and after else graph


def renamed(clipped: Graph, graph: Graph) -> Graph:
    """Return the clip with ids that the graph does not have yet."""
    ids: dict[str, str] = {}
    for node in clipped.nodes:
        ids[node.id] = fresh_id(graph)
        graph = replace(graph, nodes=(*graph.nodes, replace(node, id=ids[node.id])))
    nodes = tuple(replace(node, id=ids[node.id]) for node in clipped.nodes)
    edges = tuple(replace(edge, source=ids[edge.source], target=ids[edge.target]) for edge in clipped.edges)
    return replace(clipped, nodes=nodes, edges=edges)


def entries(clipped: Graph) -> list[str]:
    """Return the ids of the steps that nothing in the clip leads to, in order: where it is entered."""
    led_to = {edge.target for edge in clipped.edges}
    return [node.id for node in clipped.nodes if node.id not in led_to]


def open_end(clipped: Graph, id: str) -> tuple[str, str] | None:
    """Return the first way out from a step on that leads nowhere inside the clip, first branches first."""
    return next(_open_ends(clipped, id), None)


def _open_ends(clipped: Graph, start: str) -> Iterator[tuple[str, str]]:
    ahead, seen = _ways(clipped, start), {start}
    while ahead:
        id, port = ahead.pop()
        target = clipped.target(id, port)
        if target is None:
            yield id, port
        elif target not in seen:
            seen.add(target)
            ahead += _ways(clipped, target)


def _ways(clipped: Graph, id: str) -> list[tuple[str, str]]:
    return [(id, port.name) for port in reversed(clipped.node(id).ports)]


def _onward(graph: Graph, id: str, ids: Collection[str], keep: Mapping[str, str]) -> str | None:
    """Return where a cut handful leads on from one of its steps, or None where it ends; refuse two answers."""
    found: list[str] = []
    ahead, seen = [id], set()
    while ahead:
        here = ahead.pop()
        if here not in ids:
            found.append(here)
        elif here not in seen:
            seen.add(here)
            ahead += _led_to(graph, graph.node(here), keep.get(here))
    if len(set(found)) > 1:
        raise Refused(M("Choose which branch stays."))
    return found[0] if found else None


def _led_to(graph: Graph, node: Node, keep: str | None) -> list[str]:
    if keep is not None:
        check_port(graph, node.id, keep)
    ports = [keep] if keep is not None else [port.name for port in node.ports]
    return [target for port in ports if (target := graph.target(node.id, port))]


def _refuse_more(clipped: Graph, entry: str, following: str | None) -> tuple[str, str] | None:
    if following or entry != entries(clipped)[-1]:
        raise Refused(NOTHING_FOLLOWS)
    return None
