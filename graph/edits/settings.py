"""What steps and the flow say, and where cards stand: edits that leave every link as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph import flow
from graph.edits.refusals import clean_one, cleaned, known, node_of, title_of
from graph.fields import LongText
from graph.model import LONGEST_NOTE, Graph
from graph.words import M, Words


@dataclass(frozen=True)
class Configure:
    """Change some settings of a step; a blank value means not chosen yet."""

    id: str
    settings: Mapping[str, Any]

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the cleaned settings; Refused carries the field at fault."""
        node = node_of(graph, self.id)
        changed = cleaned(node.described, self.settings)
        return graph.with_node(replace(node, settings={**node.settings, **changed}))

    def label(self, graph: Graph) -> Words:
        """Name the step that is set."""
        return Words(M("change “%(step)s”"), {"step": title_of(graph, self.id)})


@dataclass(frozen=True)
class Annotate:
    """Write a note on a step; it moves with it."""

    id: str
    note: str = ""

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the note."""
        note = LongText(name="note", label="", longest=LONGEST_NOTE)
        return graph.with_node(replace(node_of(graph, self.id), note=clean_one(note, self.note) or ""))

    def label(self, graph: Graph) -> Words:
        """Name the step that is noted."""
        return Words(M("write a note on “%(step)s”"), {"step": title_of(graph, self.id)})


@dataclass(frozen=True)
class ConfigureFlow:
    """Change some settings of the flow itself; names and values are those of flow.FIELDS."""

    settings: Mapping[str, Any]

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the cleaned settings; Refused carries the field at fault."""
        values = flow.flat(graph.settings)
        by_name = {each.name: each for each in flow.FIELDS}
        for name, raw in self.settings.items():
            values[name] = clean_one(known(by_name.get(name)), raw)
        return replace(graph, settings=flow.nested(flow.clean(values)))

    def label(self, graph: Graph) -> Words:
        """Return the same words for every graph."""
        return Words(M("change the settings of the automation"))


@dataclass(frozen=True)
class MoveNode:
    """Put a card somewhere by hand (`pin` is its upper left corner), or give it back to the layout (None)."""

    id: str
    pin: tuple[float, float] | None = None

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the pin set."""
        return graph.with_node(replace(node_of(graph, self.id), pin=self.pin))

    def label(self, graph: Graph) -> Words:
        """Name the step that moves."""
        return Words(M("move “%(step)s”"), {"step": title_of(graph, self.id)})


@dataclass(frozen=True)
class Tidy:
    """Give every card back to the layout."""

    def apply(self, graph: Graph) -> Graph:
        """Return the graph without pins."""
        return replace(graph, nodes=tuple(replace(node, pin=None) for node in graph.nodes))

    def label(self, graph: Graph) -> Words:
        """Return the same words for every graph."""
        return Words(M("tidy up"))
