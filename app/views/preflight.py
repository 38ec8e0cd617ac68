"""Preflight: what must be there before an automation may be turned on, each with the page where it is mended (AUTO-03).

Knows the shop's own gaps and the graph's problems. Must not know how anything is mended.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Customer, Flow, InboxRow, MailServer, Shop, backfills
from app.models.attention import missing
from app.telling import references_in, tell
from app.views import permissions
from graph import validation
from graph.model import BadGraph, Graph
from graph.problem import Problem, References
from graph.recipes import offers


@dataclass(frozen=True)
class Lack:
    """One thing that is missing, in a sentence, and where it is mended."""

    said: str
    href: str


def lacks(flow: Flow, shop: Shop) -> list[Lack]:
    """Return everything that keeps this flow's draft from being turned on; empty when it may."""
    return [*of_instance(flow), *of_shop(shop), *of_graph(flow, shop)]


def of_instance(flow: Flow) -> list[Lack]:
    """Return that reminders of left carts are switched off here, for a flow that is one (REMIND-02)."""
    if not permissions.is_off("reminders") or _silence(flow) not in ("cart", "checkout"):
        return []
    off = _(
        "Reminders of left carts are switched off on this instance. Ask whoever runs it to switch them on."
    )
    return [Lack(off, url_for("settings.about"))]


def willing(flow: Flow, shop: Shop) -> list[Lack]:
    """Return that nobody could be written to yet: it writes to subscribers, and there are none."""
    try:
        audience = Graph.from_json(flow.draft).settings.get("audience")
    except BadGraph:
        return []
    agreed = select(Customer.id).where(Customer.shop_id == shop.id, Customer.consent == "subscribed").limit(1)
    if audience != "subscribers" or db.session.scalar(agreed) is not None:
        return []
    said = _("Nobody has agreed to receive news yet, and it writes only to those who did. Change whom it writes to, or "
             "let your shop tell us who agrees.")  # fmt: skip
    return [Lack(said, url_for("editor.show", flow_id=flow.id))]


def _silence(flow: Flow) -> str:
    try:
        sweep = Graph.from_json(flow.draft).sweep
    except BadGraph:
        return ""
    return sweep.subject if sweep else ""


def of_shop(shop: Shop) -> list[Lack]:
    """Return what a lawful e-mail of this shop lacks."""
    sentences = {
        "sender_email": _("The sender's address is missing: your customers could not see who writes."),
        "business_name": _("The business name is missing: the law wants it at the foot of each e-mail."),
        "postal_address": _("The postal address is missing: the law wants it at the foot of each e-mail."),
    }
    return [Lack(sentences[name], url_for("settings.show") + f"#{name}") for name in missing(shop)]


def of_channel(shop: Shop) -> list[Lack]:
    """Return what keeps offers from being shown in the shop's own pages and used there (OFFER-01)."""
    if shop.can_offer:
        return []
    absent = _("Your shop's pages cannot show offers yet.")
    silent = _("Your shop does not sell at the moment, so nobody could use an offer.")
    return [Lack(absent if shop.channel == "absent" else silent, url_for("offers_channel.show"))]


def unplugged(shop: Shop) -> list[Lack]:
    """Return what keeps a flow that is on from working: nothing comes in, nothing goes out. The demo plays both."""
    if shop.is_demo:
        return []
    incoming = _("Connect your shop: nothing has come in from it yet, so nobody can enter an automation.")
    outgoing = _("Connect a mail server: until then e-mails stay in the built-in mailbox and reach nobody.")
    quiet = [] if InboxRow.latest(shop.id) else [Lack(incoming, url_for("connection.show"))]
    stays = [Lack(outgoing, url_for("mail_server.show"))] if mails_stay(shop) else []
    return [*quiet, *stays]


def mails_stay(shop: Shop) -> bool:
    """Whether this shop's e-mails go no further than the built-in mailbox."""
    stays: bool = current_app.extensions["settings"].mail_stays(shop.is_demo)
    return stays and db.session.get(MailServer, shop.id) is None


def of_graph(flow: Flow, shop: Shop) -> list[Lack]:
    """Return what is wrong with the drawn flow, each with the step where it is mended."""
    try:
        graph = Graph.from_json(flow.draft)
    except BadGraph as error:
        return [Lack(tell(error.words), url_for("editor.show", flow_id=flow.id))]
    references = references_in(shop, clock.now(shop.id))
    found = validation.problems(graph, references)
    channel = of_channel(shop) if offers.step(graph) else []
    return channel + [Lack(tell(each.words), _mended(flow, graph, each, references)) for each in found]


def _mended(flow: Flow, graph: Graph, problem: Problem, references: References) -> str:
    """Return where a problem is mended: the coupon's own page for one that has ended, else its step in the editor."""
    node = graph.by_id.get(problem.node or "")
    fields = node.described.fields if node else ()
    field = next((each for each in fields if each.name == problem.field), None)
    coupon = node.settings.get(field.name) if node and field and field.type == "coupon" else None
    if coupon in references.coupons:
        return url_for("coupons.edit", coupon_id=coupon)
    return url_for("editor.show", flow_id=flow.id, step=problem.node)


def reached_back(graph: Graph, shop: Shop, first: bool) -> int:
    """Return how many people of the days before turning this graph on would take in (C1, C2)."""
    asked = graph.settings.get("backfill") or {}
    days = int(asked.get("days") or 0) if first or asked.get("again") else 0
    return backfills.people(shop.id, 0, graph, days, clock.now(shop.id))
