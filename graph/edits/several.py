"""Several steps at once: pasted, copied, moved, moved along and deleted, each one gesture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graph.edits.clips import clip, cut, entries, open_end, put, renamed
from graph.edits.refusals import Refused, node_of, title_of
from graph.edits.steps import NOTHING_FOLLOWS, MoveAfter
from graph.model import FORMAT, BadGraph, Graph
from graph.network import circle, reached
from graph.rewiring import without
from graph.words import MN, M, Words, counted

NOT_STEPS = M("What is on the clipboard are not steps of an automation. Copy steps first.")
ONLY_START = M("The start of an automation stays where it is. Choose steps below it.")


@dataclass(frozen=True)
class Paste:
    """Put in steps from elsewhere, settings and notes included; `after` is (node, port). What they name is checked."""

    clip: Mapping[str, Any]
    after: tuple[str, str] | None = None

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the steps under new ids. A start is left out where there is one already."""
        pasted = self._read()
        if graph.trigger or self.after:
            pasted = clip(pasted, pasted.by_id)
        if not pasted.nodes:
            raise Refused(ONLY_START)
        return put(graph, renamed(pasted, graph), self.after)

    def _read(self) -> Graph:
        try:
            read = Graph.from_json({**self.clip, "format": FORMAT, "settings": {}})
        except BadGraph as error:
            raise Refused(NOT_STEPS) from error
        if circle(read):
            raise Refused(NOT_STEPS)
        return read

    def label(self, graph: Graph) -> Words:
        """Say how many steps are put in."""
        nodes = self.clip.get("nodes")
        return counted(
            MN("paste a step", "paste %(count)s steps"), len(nodes) if isinstance(nodes, list) else 1
        )


@dataclass(frozen=True)
class CopySome:
    """A copy of some steps, at a way out, or behind the last of them where none is named."""

    ids: tuple[str, ...]
    after: tuple[str, str] | None = None

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the copies under new ids."""
        taken = _taken(graph, self.ids)
        after = self.after or open_end(taken, entries(taken)[-1])
        if after is None:
            raise Refused(NOTHING_FOLLOWS)
        return put(graph, renamed(taken, graph), after)

    def label(self, graph: Graph) -> Words:
        """Name the step that is copied, or say how many."""
        return _named(graph, self.ids, M("copy “%(step)s”"), MN("copy a step", "copy %(count)s steps"))


@dataclass(frozen=True)
class MoveSome:
    """Move some steps, with the links between them, to another way out. Their ids stay."""

    ids: tuple[str, ...]
    node: str
    port: str

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the steps at their new place."""
        taken = _taken(graph, self.ids)
        if len(taken.nodes) == 1:
            return MoveAfter(taken.nodes[0].id, self.node, self.port).apply(graph)
        node_of(graph, self.node)
        if self.node in taken.by_id:
            raise Refused(M("A step cannot follow itself."))
        moved = put(_cut(graph, taken), taken, (self.node, self.port))
        return replace(moved, nodes=tuple(moved.node(node.id) for node in graph.nodes))

    def label(self, graph: Graph) -> Words:
        """Name the step that moves, or say how many."""
        return _named(graph, self.ids, M("move “%(step)s”"), MN("move a step", "move %(count)s steps"))


@dataclass(frozen=True)
class DeleteSome:
    """Take some steps out; what led to them leads on. `keeps` names, by step, the branch that stays."""

    ids: tuple[str, ...]
    keeps: Mapping[str, str] = field(default_factory=dict)

    def apply(self, graph: Graph) -> Graph:
        """Return the graph without the steps, and without those that only their other branches led to."""
        taken = _taken(graph, self.ids)
        rest = cut(graph, set(taken.by_id), self.keeps)
        if graph.trigger is None or rest.trigger is None:
            return rest
        lost = reached(graph, graph.trigger.id) - reached(rest, rest.trigger.id) - set(taken.by_id)
        return without(rest, lost)

    def label(self, graph: Graph) -> Words:
        """Name the step that goes, or say how many."""
        return _named(graph, self.ids, M("delete “%(step)s”"), MN("delete a step", "delete %(count)s steps"))


@dataclass(frozen=True)
class Shift:
    """Move a step one place along the flow: `by` -1 before the step above it, 1 behind the one below."""

    id: str
    by: int

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with the step and its neighbour changed about; unchanged where there is none."""
        moved = node_of(graph, self.id)
        if len(moved.ports) > 1 or moved.described.group == "trigger":
            raise Refused(M("This step stays where its branches are. Move it with “Move to another place”."))
        place = self._up(graph) if self.by < 0 else self._down(graph)
        return MoveAfter(self.id, *place).apply(graph) if place else graph

    def _up(self, graph: Graph) -> tuple[str, str] | None:
        into = graph.into(self.id)
        above = graph.node(into[0].source) if into else None
        if above is None or above.described.group == "trigger":
            return None
        before = graph.into(above.id)
        return (before[0].source, before[0].port) if before else None

    def _down(self, graph: Graph) -> tuple[str, str] | None:
        ports = graph.node(self.id).ports
        below = graph.target(self.id, ports[0].name) if ports else None
        if below is None or not graph.node(below).ports:
            return None
        return below, graph.node(below).ports[0].name

    def label(self, graph: Graph) -> Words:
        """Name the step that moves."""
        return Words(M("move “%(step)s”"), {"step": title_of(graph, self.id)})


def _taken(graph: Graph, ids: tuple[str, ...]) -> Graph:
    for id in ids:
        node_of(graph, id)
    taken = clip(graph, ids)
    if not taken.nodes:
        raise Refused(ONLY_START)
    return taken


def _cut(graph: Graph, taken: Graph) -> Graph:
    try:
        return cut(graph, set(taken.by_id), {})
    except Refused as error:
        raise Refused(M("Choose what hangs below the branches too, then move them together.")) from error


def _named(graph: Graph, ids: tuple[str, ...], one: str, forms: tuple[str, str]) -> Words:
    if len(ids) == 1:
        return Words(one, {"step": title_of(graph, ids[0])})
    return counted(forms, len(ids))
