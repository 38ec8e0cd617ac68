"""Refusals: what an edit checks before it is made, and the sentence when it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from graph import catalogue
from graph.fields import Field, FieldError
from graph.kind import NodeKind
from graph.model import MOST_NODES, Graph, Node
from graph.network import reached
from graph.words import Complaint, M, Words


class Refused(Complaint):
    """Why an edit cannot be made; `field` names the setting at fault, where one is."""

    def __init__(self, msgid: str, values: Mapping[str, Any] | None = None, field: str | None = None) -> None:
        super().__init__(msgid, values)
        self.field = field


class Edit(Protocol):
    """What every edit can do."""

    def apply(self, graph: Graph) -> Graph:
        """Return the changed graph; raise Refused."""

    def label(self, graph: Graph) -> Words:
        """Return what this does to `graph`, for a tooltip such as "Undo: delete Send an e-mail"."""


def kind_of(name: str) -> NodeKind:
    try:
        return catalogue.kind(name)
    except catalogue.UnknownKind as error:
        raise Refused(error.msgid, error.values) from error


def node_of(graph: Graph, id: str) -> Node:
    found = graph.by_id.get(id)
    if found is None:
        raise Refused(M("This step is no longer there. Somebody may have removed it a moment ago."))
    return found


def title_of(graph: Graph, id: str) -> Words:
    node = graph.by_id.get(id)
    return Words(node.described.title if node else M("a step"))


def check_port(graph: Graph, id: str, port: str) -> None:
    if port not in {each.name for each in node_of(graph, id).ports}:
        raise Refused(M("This step has no such way out."))


def check_room(graph: Graph, id: str) -> None:
    if id in graph.by_id:
        raise Refused(M("There is already a step of this name. Try again."))
    if len(graph.nodes) >= MOST_NODES:
        raise Refused(M("An automation can hold %(most)s steps. Make a second one for the rest."), {"most": MOST_NODES})


def check_no_circle(graph: Graph, source: str, target: str) -> None:
    if source in reached(graph, target):
        values = {"first": title_of(graph, target), "second": title_of(graph, source)}
        raise Refused(M("“%(first)s” comes before “%(second)s”: people would go round and round for ever."), values)


def cleaned(kind: NodeKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: clean_one(known(kind.field(str(name))), raw) for name, raw in settings.items()}


def known(found: Field | None) -> Field:
    if found is None:
        raise Refused(M("This step has no such setting."))
    return found


def clean_one(each: Field, raw: Any) -> Any:
    if each.blank(raw):
        return None
    try:
        return each.clean(raw)
    except FieldError as error:
        raise Refused(error.msgid, error.values, each.name) from error
