"""By hand: the flow of one step that carries a letter which somebody of the shop wrote for one customer.

So a letter by hand is a run like any other: one outbox, one gate, one way to count what it brought. Knows the two
drawings, one about a cart and one about an order. Must not know who writes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from graph.edits import Configure
from graph.model import Graph
from graph.topics import ORDER

CART = "cart"


@cache
def drawing(about: str) -> Graph:
    """Return the flow of a letter about "cart" or "order".

    A reminder ends with the order; what concerns an order itself is told to everybody, whatever happened since.
    """
    graph = Graph.from_json(json.loads((Path(__file__).parent / "by_hand.json").read_text("utf-8")))
    if about == CART:
        return graph
    graph = Configure(LETTER, {"topic": ORDER}).apply(graph)
    return replace(graph, settings={**graph.settings, "goal": [], "latest": None})


LETTER = "letter"
