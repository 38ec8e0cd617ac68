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
    """Return the kind called `name`; refuse one that does not exist, with the nearest name."""
    try:
        return catalogue.kind(name)
    except catalogue.UnknownKind as error:
        raise Refused(error.msgid, error.values) from error


def node_of(graph: Graph, id: str) -> Node:
    """Return the node; refuse one that somebody has removed meanwhile."""
    found = graph.by_id.get(id)
    if found is None:
        raise Refused(M("This step is no longer there. Somebody may have removed it a moment ago."))
    return found


def title_of(graph: Graph, id: str) -> Words:
    """Return the title of a step for a label, whether or not the step still exists."""
    node = graph.by_id.get(id)
    return Words(node.described.title if node else M("a step"))


def check_port(graph: Graph, id: str, port: str) -> None:
    """Refuse a way out that the step does not have."""
    if port not in {each.name for each in node_of(graph, id).ports}:
        raise Refused(M("This step has no such way out."))


def check_room(graph: Graph, id: str) -> None:
    """Refuse an id that is taken, and one step too many."""
    if id in graph.by_id:
        raise Refused(M("There is already a step of this name. Try again."))
    if len(graph.nodes) >= MOST_NODES:
        raise Refused(
            M("An automation can hold %(most)s steps. Make a second one for the rest."), {"most": MOST_NODES}
        )


def check_no_circle(graph: Graph, source: str, target: str) -> None:
    """Refuse a link after which somebody could go round for ever."""
    if source in reached(graph, target):
        values = {"first": title_of(graph, target), "second": title_of(graph, source)}
        raise Refused(
            M("“%(first)s” comes before “%(second)s”: people would go round and round for ever."), values
        )


def cleaned(kind: NodeKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return some settings of a kind, each cleaned by its field; refuse the first that is wrong."""
    return {name: clean_one(known(kind.field(str(name))), raw) for name, raw in settings.items()}


def known(found: Field | None) -> Field:
    """Return the field; refuse a setting that does not exist."""
    if found is None:
        raise Refused(M("This step has no such setting."))
    return found


def clean_one(each: Field, raw: Any) -> Any:
    """Return a clean value, None for a blank one; refuse what the field refuses, naming the field."""
    if each.blank(raw):
        return None
    try:
        return each.clean(raw)
    except FieldError as error:
        raise Refused(error.msgid, error.values, each.name) from error
