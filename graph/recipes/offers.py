"""Offers: the flow underneath an offer after a purchase, and the step of any flow that gives one.

Knows how what a merchant promises becomes a graph and is read from one again. Must not know a shop. A flow that was
drawn by hand is an offer as well, as soon as it has such a step: one object, two doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from graph import flow
from graph.model import Edge, Graph, Node

KIND = "grant_offer"
ALSO_SENDS = ("send_email", "send_chat")


@dataclass(frozen=True, slots=True)
class Promise:
    """What an offer says and gives: a coupon (None: not chosen yet), a line, a sentence more, a picture's address."""

    coupon: int | None = None
    title: str = ""
    text: str = ""
    image: str = ""


def build(promise: Promise) -> Graph:
    """Return the flow of a new offer: each purchase grants it to who holds none that is unused (OFFER-02, OFFER-20).

    It stands in the shop's own pages and is no mail, so everybody who buys may have it.
    """
    start = Node("start", "order_placed", {"moment": "order.placed", "scope": "all", "products": []})
    offer = Node("offer", KIND, _settings(promise))
    settings = flow.defaults() | {
        "audience": "everyone",
        "reentry": {"rule": "not_while_offer", "every": 30, "unit": "days"},
        "exit": ["order.cancelled"],
    }
    return Graph((start, offer), (Edge("start", "next", "offer"),), settings)


def step(graph: Graph) -> Node | None:
    """Return the first step that grants an offer, or None when the flow is none."""
    return next((node for node in graph.nodes if node.kind == KIND), None)


def promised(graph: Graph) -> Promise:
    """Return what the flow's offer promises; an empty promise when it grants none."""
    node = step(graph)
    told: dict[str, Any] = dict(node.settings) if node else {}
    words = {name: str(told.get(name) or "") for name in ("title", "text", "image")}
    return Promise(told.get("coupon"), **words)


def promising(graph: Graph, promise: Promise) -> Graph:
    """Return the graph whose offer makes this promise; every other step stays as it is."""
    node = step(graph)
    return graph.with_node(replace(node, settings={**node.settings, **_settings(promise)})) if node else graph


def only(drawn: Mapping[str, Any]) -> bool:
    """Return whether a stored graph speaks to customers by offers only: then its figures stay apart (OFFER-16)."""
    nodes = drawn.get("nodes")
    kinds = (
        {node.get("kind") for node in nodes if isinstance(node, Mapping)}
        if isinstance(nodes, list)
        else set()
    )
    return KIND in kinds and kinds.isdisjoint(ALSO_SENDS)


def _settings(promise: Promise) -> dict[str, Any]:
    return {name: value or None for name, value in asdict(promise).items()}
