"""Steps put in, taken out, moved and copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.edits.refusals import (
    Refused,
    check_no_circle,
    check_port,
    check_room,
    cleaned,
    kind_of,
    node_of,
    title_of,
)
from graph.model import Graph, Node
from graph.rewiring import fresh_id, insert, link, remove, unlink
from graph.words import M, Words

NOTHING_FOLLOWS = M("Nothing can follow “End here”. Put it at an open end.")


@dataclass(frozen=True)
class AddNode:
    """A new step: on the edge or open end `after` (node, port), or standing alone while there is no start yet."""

    kind: str
    after: tuple[str, str] | None = None
    id: str | None = None
    settings: Mapping[str, Any] | None = None
    pin: tuple[float, float] | None = None

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the step, whose settings are the kind's defaults under `settings`."""
        kind = kind_of(self.kind)
        id = self.id or fresh_id(graph)
        check_room(graph, id)
        settings = {**kind.defaults(), **cleaned(kind, self.settings or {})}
        return place(graph, Node(id, kind.name, settings, self.pin), self.after)

    def label(self, graph: Graph) -> Words:
        """Name the kind that is added."""
        return Words(M("add “%(step)s”"), {"step": Words(kind_of(self.kind).title)})


@dataclass(frozen=True)
class ChangeTrigger:
    """Another start in place of the present one; all that follows stays."""

    kind: str

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with a start of the kind, at its defaults."""
        kind = kind_of(self.kind)
        if kind.group != "trigger":
            raise Refused(M("An automation cannot start with this step."))
        if graph.trigger is None:
            return AddNode(self.kind).apply(graph)
        return graph.with_node(replace(graph.trigger, kind=kind.name, settings=kind.defaults()))

    def label(self, graph: Graph) -> Words:
        """Name the new start."""
        return Words(M("start with “%(step)s”"), {"step": Words(kind_of(self.kind).title)})


@dataclass(frozen=True)
class DeleteNode:
    """Take a step out; what led to it leads on. Where it has several branches, `keep` names the one that stays."""

    id: str
    keep: str | None = None

    def apply(self, graph: Graph) -> Graph:
        """Return the graph without the step, and without the steps that only its other branches led to."""
        node = node_of(graph, self.id)
        if node.described.group == "trigger" and len(graph.nodes) > 1 and node == graph.trigger:
            raise Refused(M("An automation needs its start. Choose another start in its place."))
        return remove(graph, self.id, self._kept(graph, node))

    def _kept(self, graph: Graph, node: Node) -> str | None:
        linked = [port.name for port in node.ports if graph.target(node.id, port.name)]
        if self.keep is not None:
            check_port(graph, node.id, self.keep)
            return self.keep
        if len(linked) > 1:
            raise Refused(M("Choose which branch stays."))
        return linked[0] if linked else None

    def label(self, graph: Graph) -> Words:
        """Name the step that goes."""
        return Words(M("delete “%(step)s”"), {"step": title_of(graph, self.id)})


@dataclass(frozen=True)
class MoveAfter:
    """Move a step to another edge or open end. One with branches takes along what follows it, to an open end only."""

    id: str
    node: str
    port: str

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the step at its new place."""
        moved = node_of(graph, self.id)
        check_port(graph, self.node, self.port)
        if moved.described.group == "trigger":
            raise Refused(M("The start of an automation stays at the top."))
        if graph.target(self.node, self.port) == self.id:
            return graph.with_node(replace(moved, pin=None))
        if self.node == self.id:
            raise Refused(M("A step cannot follow itself."))
        return self._branching(graph) if len(moved.ports) > 1 else self._single(graph, moved)

    def _single(self, graph: Graph, moved: Node) -> Graph:
        if not moved.ports and graph.target(self.node, self.port):
            raise Refused(NOTHING_FOLLOWS)
        alone = unlink(graph, moved.id, moved.ports[0].name if moved.ports else None)
        rest = replace(alone, nodes=tuple(node for node in alone.nodes if node.id != moved.id))
        return _in_order(insert(rest, replace(moved, pin=None), self.node, self.port), graph)

    def _branching(self, graph: Graph) -> Graph:
        if graph.target(self.node, self.port):
            raise Refused(M("This step takes its branches along. Put it where nothing follows."))
        check_no_circle(graph, self.node, self.id)
        for edge in graph.into(self.id):
            graph = link(graph, edge.source, edge.port, None)
        return link(graph, self.node, self.port, self.id)

    def label(self, graph: Graph) -> Words:
        """Name the step that moves."""
        return Words(M("move “%(step)s”"), {"step": title_of(graph, self.id)})


@dataclass(frozen=True)
class Duplicate:
    """A copy of a step, settings and note included, on another edge or open end."""

    id: str
    node: str
    port: str

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the copy under a new id."""
        copied = replace(node_of(graph, self.id), id=fresh_id(graph), pin=None)
        check_room(graph, copied.id)
        return place(graph, copied, (self.node, self.port))

    def label(self, graph: Graph) -> Words:
        """Name the step that is copied."""
        return Words(M("copy “%(step)s”"), {"step": title_of(graph, self.id)})


def place(graph: Graph, node: Node, after: tuple[str, str] | None) -> Graph:
    """Return the graph with a new node on an edge or open end, or standing alone."""
    if node.described.group == "trigger":
        if graph.trigger or after:
            raise Refused(M("An automation starts in one way only. Change its start instead."))
        return replace(graph, nodes=(node, *graph.nodes))
    if after is None:
        return replace(graph, nodes=(*graph.nodes, node))
    check_port(graph, *after)
    if graph.target(*after) and not node.ports:
        raise Refused(NOTHING_FOLLOWS)
    return insert(graph, node, *after)


def _in_order(graph: Graph, before: Graph) -> Graph:
    """Return the graph with its nodes in the order that they had before, so that moving is not renaming."""
    return replace(graph, nodes=tuple(graph.node(node.id) for node in before.nodes))
