"""Gifts: one coupon in a flow that reminds, put in before its first message, exchanged, or taken out again.

Pure. Knows the kind of step that only gives a coupon by what it asks for. Must not know which coupons there are.
"""

from __future__ import annotations

from graph.catalogue import KINDS
from graph.edits import AddNode, Configure, DeleteNode, Refused
from graph.model import Graph, Node
from graph.passing import next_message
from graph.words import M

GIVES = next(kind for kind in KINDS if [field.type for field in kind.fields] == ["coupon"])


def given(graph: Graph) -> list[Node]:
    """Return the steps that give a coupon and do nothing else."""
    return [node for node in graph.nodes if node.kind == GIVES.name]


def with_coupon(graph: Graph, coupon: int | None) -> Graph:
    """Return the flow giving this coupon, or none (CART-20, CART-22); raise Refused where ways part too early."""
    steps = given(graph)
    if coupon is None:
        for step in steps:
            graph = DeleteNode(step.id).apply(graph)
        return graph
    if steps:
        for step in steps:
            graph = Configure(step.id, {"coupon": coupon}).apply(graph)
        return graph
    way = next_message(graph, graph.trigger.id) if graph.trigger else None
    if way is None or not way.passed:
        raise Refused(
            M("Ways part before the first e-mail. Put the coupon in where you want it, in the drawing.")
        )
    return AddNode(GIVES.name, way.passed[-1], settings={"coupon": coupon}).apply(graph)
