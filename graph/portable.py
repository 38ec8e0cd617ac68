"""Portable: a flow on its way from one shop to another. What it names by id there means nothing here.

Knows which settings name an e-mail or a coupon, by their type of field. Must not know a shop, nor what an e-mail says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.fields import CouponChoice, EmailChoice
from graph.model import LONGEST_NOTE, Graph, Node


@dataclass(frozen=True)
class Named:
    """The ids that a flow's steps name."""

    emails: frozenset[int]
    coupons: frozenset[int]


def named(graph: Graph) -> Named:
    """Return which e-mails and coupons the steps of a flow name."""
    return Named(frozenset(_ids(graph, EmailChoice)), frozenset(_ids(graph, CouponChoice)))


def rebound(
    graph: Graph, emails: Mapping[int, int], coupons: Mapping[int, int], notes: Mapping[int, str]
) -> Graph:
    """Return the flow with the ids of another shop: an id without a counterpart is not chosen any more.

    `notes` says, by the coupon's old id, what was given there; it is left on each step that gave it.
    """
    return replace(graph, nodes=tuple(_rebound(node, emails, coupons, notes) for node in graph.nodes))


def _rebound(
    node: Node, emails: Mapping[int, int], coupons: Mapping[int, int], notes: Mapping[int, str]
) -> Node:
    settings, said = dict(node.settings), [node.note] if node.note else []
    for each in node.described.fields:
        was = settings.get(each.name)
        if was is None or not isinstance(each, EmailChoice | CouponChoice):
            continue
        known = emails if isinstance(each, EmailChoice) else coupons
        settings[each.name] = known.get(was)
        if isinstance(each, CouponChoice) and was not in known and was in notes:
            said.append(notes[was])
    return replace(node, settings=settings, note="\n".join(said)[:LONGEST_NOTE])


def _ids(graph: Graph, kind: type[Any]) -> Iterator[int]:
    for node in graph.nodes:
        for each in node.described.fields:
            if isinstance(each, kind) and isinstance(id := node.settings.get(each.name), int):
                yield id
