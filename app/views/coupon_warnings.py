"""What a merchant should know about a coupon where they choose it: nothing here is forbidden, and all of it surprises.

Knows the rules CART-21, OFFER-07, OFFER-11 and C10: a banner never spells its code, a message has to show it. Must not
know a request, nor change anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import db
from app.models import Coupon, Email, Flow
from graph.fields import CouponChoice, EmailChoice, Field, LongText
from graph.model import BadGraph, Graph, Node
from graph.network import reached


def of_step(flow: Flow, graph: Graph, node_id: str) -> list[str]:
    """Return the sentences about the coupon that a step gives; none when it gives none."""
    node = graph.by_id.get(node_id)
    coupon = _coupon(flow.shop_id, node) if node else None
    if node is None or coupon is None:
        return []
    return [*_warnings(flow.id, node, coupon), *_unseen(flow.shop_id, graph, node)]


def of_template(shop_id: int, graph: Graph, flow_id: int = 0) -> list[str]:
    """Return the sentences about the coupons of a flow that is not made yet, or is about to change, each once."""
    given = [(node, coupon) for node in graph.nodes if (coupon := _coupon(shop_id, node))]
    return list(dict.fromkeys(words for node, coupon in given for words in _warnings(flow_id, node, coupon)))


def of_words(code: str, *written: str | None) -> list[str]:
    """Return the sentence about words that spell a shared code which is about to be made (OFFER-11)."""
    return [_spelt()] if _says({str(place): words for place, words in enumerate(written)}, code) else []


def _warnings(flow_id: int, node: Node, coupon: Coupon) -> Iterator[str]:
    if coupon.personal:  # a code of its own for each customer: none of this can happen
        return
    if coupon.usage_limit == 1:
        yield _(
            "This code works only once in all: the first customer benefits, and everyone after them is refused."
        )
    if others := [each.name for each in givers(coupon.shop_id).get(coupon.id, []) if each.id != flow_id]:
        yield _("“%(flow)s” gives the same code: an order with it cannot be told apart. Personal codes can.",
                flow=others[0])  # fmt: skip
    if _says(node.settings, coupon.prefix):
        yield _spelt()


def _spelt() -> str:
    return _(
        "Your words contain the code. Leave it out: the banner shows it by itself, and this one never changes."
    )


def _unseen(shop_id: int, graph: Graph, node: Node) -> Iterator[str]:
    """Warn where no message after a step shows the code that it gives; an offer shows its code by itself (C10)."""
    if any(isinstance(field, CouponChoice) and field.channel for field in node.described.fields):
        return
    after = [graph.node(id) for id in reached(graph, node.id) - {node.id}]
    emails = {value for each in after for value in _chosen(each, EmailChoice) if isinstance(value, int)}
    designs = db.session.scalars(select(Email.content).where(Email.shop_id == shop_id, Email.id.in_(emails)))
    written = [
        *map(json.dumps, designs),
        *(str(value) for each in after for value in _chosen(each, LongText)),
    ]
    if not any('"kind": "coupon"' in words or "coupon.code" in words for words in written):
        yield _(
            "No message after this step shows the code, so nobody would learn it. Add a coupon to an e-mail."
        )


def _chosen(node: Node, sort: type[Field]) -> list[Any]:
    return [node.settings.get(field.name) for field in node.described.fields if isinstance(field, sort)]


def _says(settings: Mapping[str, Any], code: str) -> bool:
    return spells(" ".join(value for value in settings.values() if isinstance(value, str)), code)


def spells(words: str, code: str) -> bool:
    """Return whether words hold a code as codes are written, in capitals: “Bonjour” greets and gives nothing away."""
    return bool(code) and re.search(rf"(?<!\w){re.escape(code.upper())}(?!\w)", words) is not None


def _coupon(shop_id: int, node: Node) -> Coupon | None:
    ids = _given(node)
    mine = select(Coupon).where(Coupon.shop_id == shop_id, Coupon.id.in_(ids))
    return db.session.scalar(mine) if ids else None


def givers(shop_id: int) -> dict[int, list[Flow]]:
    """Return which of a shop's flows give each coupon."""
    flows = db.session.scalars(
        select(Flow).where(Flow.shop_id == shop_id, Flow.status.not_in(("deleted", "hand")))
    )
    found: dict[int, list[Flow]] = {}
    for flow in flows:
        for coupon in coupons_in(flow.draft):
            found.setdefault(coupon, []).append(flow)
    return found


def coupons_in(drawn: dict[str, Any]) -> set[int]:
    """Return the ids of the coupons that a drawn flow gives. What cannot be read gives none."""
    try:
        nodes = Graph.from_json(drawn).nodes
    except BadGraph:
        return set()
    return {coupon for node in nodes for coupon in _given(node)}


def _given(node: Node) -> set[int]:
    return {coupon for coupon in _chosen(node, CouponChoice) if isinstance(coupon, int)}
