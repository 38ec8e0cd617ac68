"""Migration: where somebody who is on the way in one graph can go on in another (C7).

Knows two graphs. Must not know who stands where, nor who is moved.
"""

from __future__ import annotations

from graph.model import Graph, Node


def standing(old: Graph, new: Graph) -> frozenset[str]:
    """Return the ids of the steps of `old` at which a run can stand in `new` instead.

    The step must be there still, be of the same kind, and listen for the same events: a wait that has begun keeps its
    end, but one for an event that nobody watches any more would be a wait for nothing.
    """
    return frozenset(node.id for node in old.nodes if node.id in new.by_id and _same(node, new.node(node.id)))


def _same(before: Node, after: Node) -> bool:
    if before.kind != after.kind or before.described.group == "trigger":
        return before == after
    return before.described.watches(before.settings) == after.described.watches(after.settings)
