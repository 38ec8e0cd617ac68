"""Topics: what an e-mail is about, which decides whose wish counts before it leaves.

A reminder and news are marketing: they need no earlier no, and each can be turned down by itself. What an order needs
is not: it reaches those too who want no news.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph.words import M

if TYPE_CHECKING:
    from graph.model import Node

TOPICS = (
    ("reminder", M("A reminder of what they left")),
    ("news", M("News or an offer")),
    ("order", M("Their order: reaches everybody")),
)
ORDER = "order"
MARKETING = ("reminder", "news")


def serves_orders(nodes: Iterable[Node]) -> bool:
    """Return whether one of these sends what an order needs: then everybody enters, and the gate keeps news back."""
    return any(node.settings.get("topic") == ORDER for node in nodes)
