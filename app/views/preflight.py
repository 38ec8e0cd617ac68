"""Preflight: what must be there before an automation may be turned on, each with the page where it is mended (AUTO-03).

Knows the shop's own gaps and the graph's problems. Must not know how anything is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _

from app import clock
from app.models import Flow, Shop, silences
from app.models.attention import missing
from app.telling import references_in, tell
from graph import validation
from graph.model import BadGraph, Graph


@dataclass(frozen=True)
class Lack:
    """One thing that is missing, in a sentence, and where it is mended."""

    said: str
    href: str


def lacks(flow: Flow, shop: Shop) -> list[Lack]:
    """Return everything that keeps this flow's draft from being turned on; empty when it may."""
    return [*of_shop(shop), *of_graph(flow, shop)]


def of_shop(shop: Shop) -> list[Lack]:
    """Return what a lawful e-mail of this shop lacks."""
    sentences = {
        "sender_email": _("The sender's address is missing: your customers could not see who writes."),
        "business_name": _("The business name is missing: the law wants it at the foot of each e-mail."),
        "postal_address": _("The postal address is missing: the law wants it at the foot of each e-mail."),
    }
    return [Lack(sentences[name], url_for("settings.show") + f"#{name}") for name in missing(shop)]


def of_graph(flow: Flow, shop: Shop) -> list[Lack]:
    """Return what is wrong with the drawn flow, each with the step where it is mended."""
    try:
        graph = Graph.from_json(flow.draft)
    except BadGraph as error:
        return [Lack(tell(error.words), url_for("editor.show", flow_id=flow.id))]
    found = validation.problems(graph, references_in(shop, clock.now(shop.id)))
    return [Lack(tell(each.words), url_for("editor.show", flow_id=flow.id, step=each.node)) for each in found]


def reached_back(graph: Graph, shop: Shop, first: bool) -> int:
    """Return how many happenings of the days before turning this graph on would take in (C1, C2)."""
    backfill = graph.settings.get("backfill") or {}
    days = int(backfill.get("days") or 0) if first or backfill.get("again") else 0
    sweep = graph.trigger.described.sweep(graph.trigger.settings) if graph.trigger else None
    if not days or sweep is None:
        return 0
    now = clock.now(shop.id)
    return silences.count(
        sweep.subject, silences.Window(shop.id, sweep.after, now - timedelta(days=days), now)
    )
