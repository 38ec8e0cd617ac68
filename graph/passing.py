"""Passing: the way from a step to the next message, where it can be told before anybody has walked it.

Pure. Knows edges and which steps send a design. Must not know a run, nor what a step would ask of the world.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.model import Graph, Node


@dataclass(frozen=True, slots=True)
class Way:
    """The steps to leave, each with its way out, and the step that sends."""

    passed: tuple[tuple[str, str], ...]
    sends: str


def next_message(graph: Graph, node_id: str) -> Way | None:
    """Return the way from a step to the next one that sends; None where none follows, or where ways part."""
    passed: list[tuple[str, str]] = []
    node = graph.by_id.get(node_id)
    while node is not None and not sends(node):
        leads = [(port.name, target) for port in node.ports if (target := graph.target(node.id, port.name))]
        if len(leads) != 1:
            return None
        passed.append((node.id, leads[0][0]))
        node = graph.by_id.get(leads[0][1])
    return Way(tuple(passed), node.id) if node else None


def sends(node: Node) -> bool:
    """Whether this step writes to the customer from a design."""
    return any(field.type == "email" for field in node.described.fields)
