"""Model: Node, Edge and Graph, frozen, with their JSON.

Knows the shape (format 1), its bounds, and which kinds exist. Must not know whether a flow makes sense: validation.py
does, so that an unfinished draft can be opened. Whatever comes from outside becomes a Graph here or a BadGraph.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from graph import catalogue, flow, strict, upgrades
from graph.kind import NodeKind, Port, Sweep, TriggerKind
from graph.words import Complaint, M

FORMAT = 1
MOST_NODES = 500
MOST_EDGES = 1_000
LONGEST_NOTE = 1_000
FARTHEST = 100_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class BadGraph(Complaint):
    """Why something is not the JSON of a flow."""


@dataclass(frozen=True)
class Node:
    """One step. `pin` is where the merchant put its card, (x, y) of the upper left corner; None: laid out for them."""

    id: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    pin: tuple[float, float] | None = None
    note: str = ""

    @property
    def described(self) -> NodeKind:
        """The kind itself."""
        return catalogue.kind(self.kind)

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ways out of this step."""
        return self.described.ports(self.settings)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        pin = list(self.pin) if self.pin else None
        return {
            "id": self.id,
            "kind": self.kind,
            "settings": dict(self.settings),
            "pin": pin,
            "note": self.note,
        }


@dataclass(frozen=True)
class Edge:
    """From a port of one node to another node."""

    source: str
    port: str
    target: str

    def to_json(self) -> dict[str, str]:
        """Return plain JSON values."""
        return {"from": self.source, "port": self.port, "to": self.target}


@dataclass(frozen=True)
class Graph:
    """A flow as drawn. Frozen: every change is an edit that returns another Graph."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=flow.defaults)

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by id, in order."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def targets(self) -> Mapping[tuple[str, str], str]:
        """Where each (node, port) leads."""
        return {(edge.source, edge.port): edge.target for edge in self.edges}

    @cached_property
    def trigger(self) -> Node | None:
        """The first step that enrols, or None while none is chosen."""
        return next((node for node in self.nodes if node.described.group == "trigger"), None)

    @property
    def sweep(self) -> Sweep | None:
        """What the heartbeat looks for to begin it; None where the shop itself tells, or while a setting is missing."""
        trigger = self.trigger
        if trigger is None or not isinstance(trigger.described, TriggerKind):
            return None
        try:
            return trigger.described.sweep(trigger.settings)
        except (KeyError, TypeError):  # a draft may have gaps
            return None

    def node(self, id: str) -> Node:
        """Return the node; raise KeyError."""
        return self.by_id[id]

    def target(self, id: str, port: str) -> str | None:
        """Return the id that a port leads to, or None at an open end."""
        return self.targets.get((id, port))

    def into(self, id: str) -> tuple[Edge, ...]:
        """Return the edges that lead to a node."""
        return tuple(edge for edge in self.edges if edge.target == id)

    def with_node(self, changed: Node) -> Graph:
        """Return the graph with one node in place of the one of the same id."""
        return replace(self, nodes=tuple(changed if node.id == changed.id else node for node in self.nodes))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, format 1; `Graph.from_json` takes them back to an equal Graph."""
        return {
            "format": FORMAT,
            "nodes": [node.to_json() for node in self.nodes],
            "edges": [edge.to_json() for edge in self.edges],
            "settings": dict(self.settings),
        }

    def dumps(self) -> str:
        """Return canonical JSON text: equal graphs give equal texts, so that it can be hashed."""
        return json.dumps(
            self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )

    @staticmethod
    def from_json(data: Any) -> Graph:
        """Return the Graph that plain JSON values describe, older formats included; raise BadGraph."""
        try:
            strict.check(data)
            data = upgrades.upgrade(_mapping(data))
        except (strict.Unreadable, upgrades.UnknownFormat) as error:
            raise BadGraph(error.msgid, error.values) from error
        nodes = tuple(_node(each) for each in _list(data.get("nodes"), MOST_NODES))
        _check_unique(nodes)
        edges = tuple(_edge(each) for each in _list(data.get("edges", []), MOST_EDGES))
        _check_ends(nodes, edges)
        return Graph(nodes, edges, flow.complete(_mapping(data.get("settings", {}))))


def loads(raw: bytes | str) -> Graph:
    """Return the Graph in JSON text that came from outside; raise BadGraph with a sentence, whatever the text is."""
    try:
        data = strict.parse(raw)
    except strict.Unreadable as error:
        raise BadGraph(error.msgid, error.values) from error
    return Graph.from_json(data)


NOT_A_FLOW = M("This is not an automation: a part of it is missing or has the wrong shape.")


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadGraph(NOT_A_FLOW)
    return value


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise BadGraph(NOT_A_FLOW)
    if len(value) > most:
        raise BadGraph(
            M("This automation is too large: at most %(most)s steps or links can be kept."), {"most": most}
        )
    return value


def _node(value: Any) -> Node:
    data = _mapping(value)
    kind = _kind(data.get("kind"))
    return Node(
        id=_id(data.get("id")),
        kind=kind.name,
        settings=kind.readable(_mapping(data.get("settings", {}))),
        pin=_pin(data.get("pin")),
        note=_note(data.get("note", "")),
    )


def is_id(text: str) -> bool:
    """Return whether `text` can name a step or a way out."""
    return _ID.fullmatch(text) is not None


def _id(value: Any) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise BadGraph(M("A step has a name of its own that cannot be used: letters, digits, - and _ only."))
    return value


def _kind(value: Any) -> NodeKind:
    try:
        return catalogue.kind(str(value)[:100])
    except catalogue.UnknownKind as error:
        raise BadGraph(error.msgid, error.values) from error


def _pin(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(_is_place(each) for each in value):
        raise BadGraph(M("A step stands at a place that does not exist."))
    return value[0], value[1]


def _is_place(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= FARTHEST


def _note(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NOTE:
        raise BadGraph(M("A note is too long: at most %(longest)s characters."), {"longest": LONGEST_NOTE})
    return value


def _edge(value: Any) -> Edge:
    data = _mapping(value)
    port = data.get("port")
    if not isinstance(port, str) or not is_id(port):
        raise BadGraph(NOT_A_FLOW)
    return Edge(_id(data.get("from")), port, _id(data.get("to")))


def _check_unique(nodes: tuple[Node, ...]) -> None:
    twice = [id for id, count in Counter(node.id for node in nodes).items() if count > 1]
    if twice:
        raise BadGraph(M("Two steps have the same name, “%(id)s”."), {"id": twice[0]})


def _check_ends(nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> None:
    known = {node.id for node in nodes}
    for edge in edges:
        if edge.source not in known or edge.target not in known:
            raise BadGraph(M("A link leads to or from a step that is not there."))
