"""Replies: what a merchant wants to happen after a purchase becomes a flow that the editor opens.

Knows how the wizard's answers become steps, one after the other. Must not know a shop: coupons and e-mails are ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from graph import flow
from graph.model import Edge, Graph, Node

# Who may set it off again (REPLY-10 to REPLY-12), as the flow's own setting says it.
REENTRY: Mapping[str, Mapping[str, Any]] = {
    "unlimited": {"rule": "unlimited", "every": 30, "unit": "days"},
    "once": {"rule": "once", "every": 30, "unit": "days"},
    "day": {"rule": "period", "every": 24, "unit": "hours"},
}
MOMENTS = ("order.placed", "order.paid")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: after `wait` ({"amount", "unit"}; None: at once), an e-mail, a chat message, or a coupon's mail.

    `email` is a design; `coupon` is given just before it; `chat` is the message's wording and goes without an e-mail.
    """

    wait: Mapping[str, Any] | None = None
    email: int | None = None
    coupon: int | None = None
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Which purchase sets it off: the moment, one of MOMENTS, and the products (none: any)."""

    moment: str = "order.placed"
    products: tuple[str, ...] = ()


def build(trigger: Trigger, answers: Sequence[Answer], reentry: str, audience: str) -> Graph:
    """Return the flow: the purchase, then each answer in turn. `reentry` is one of REENTRY."""
    scope = "chosen" if trigger.products else "all"
    asked = {"moment": trigger.moment, "scope": scope, "products": list(trigger.products)}
    nodes = [Node("start", "order_placed", asked)]
    for place, answer in enumerate(answers, 1):
        nodes += _steps(place, answer)
    edges = tuple(Edge(one.id, "next", other.id) for one, other in pairwise(nodes))
    settings = flow.defaults() | {
        "audience": audience,
        "reentry": dict(REENTRY[reentry]),
        "exit": ["customer.unsubscribed", "order.cancelled"],
    }
    return Graph(tuple(nodes), edges, settings)


def _steps(place: int, answer: Answer) -> Iterator[Node]:
    if answer.wait:
        yield Node(f"wait{place}", "wait", {"duration": dict(answer.wait), "ending": "any"})
    if answer.chat:
        yield Node(f"chat{place}", "send_chat", {"text": answer.chat, "topic": "news"})
        return
    if answer.coupon is not None:
        yield Node(f"coupon{place}", "give_coupon", {"coupon": answer.coupon})
    yield Node(f"email{place}", "send_email", {"email": answer.email, "topic": "news"})
