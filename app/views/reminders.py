"""Reminders of left carts: each with its switch, its coupon and its e-mails, and the way to a new one.

A reminder is an ordinary automation whose start is a left cart or checkout: this page and the canvas are two doors to
one thing. What is switched here is switched there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock
from app.extensions import db
from app.models import Coupon, Email, Flow, Version, counts, drafts
from app.passwords import token
from app.telling import tell
from app.unit import unit
from app.views import coupon_warnings, flows
from app.views.recipes import offered
from graph import gifts
from graph.edits import Refused
from graph.model import BadGraph, Graph
from graph.words import M, Words, length

pages = Blueprint("reminders", __name__)
SUBJECTS = ("cart", "checkout")


def register(app: Flask) -> None:
    """Put these pages on the application, and how long a reminder waits into their words."""
    app.jinja_env.filters.update(length_told=lambda span: tell(length(span)))
    app.register_blueprint(pages)


@dataclass(frozen=True)
class Reminder:
    """One reminder as the page shows it: its drawing, the coupon it gives, its e-mails, and who is in it."""

    flow: Flow
    graph: Graph
    coupon: Coupon | None
    emails: list[Email]
    here: int
    warnings: list[str]

    @property
    def delay(self) -> Any:
        """The first length of time that it waits, or None."""
        return next(
            (node.settings["duration"] for node in self.graph.nodes if node.settings.get("duration")), None
        )


@pages.get("/reminders")
def index() -> str:
    """Show the shop's reminders with their switches: the notification settings of left carts (CART-19)."""
    now = clock.now(g.shop.id)
    return render_template("reminders/index.html", reminders=reminders(), coupons=offered(), now=now)


@pages.post("/reminders/<int:flow_id>/off")
def off(flow_id: int) -> Response:
    """Deactivate a reminder; what waits to be sent is not sent (REMIND-14, REMIND-15, CART-32)."""
    find(flow_id)
    if done := unit(lambda: flows.switched_off(flow_id)):
        left = (
            ngettext("%(num)s person left it.", "%(num)s people left it.", done.cancelled)
            if done.cancelled
            else ""
        )
        flash(" ".join([_("It is off."), left]).strip())
    return redirect(url_for("reminders.index"))


@pages.post("/reminders/<int:flow_id>/coupon")
def coupon(flow_id: int) -> Response:
    """Attach a coupon that is active, or take it out and go on without (CART-20, CART-22)."""
    flow, typed = find(flow_id), request.form.get("coupon", "")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and int(typed) in offered() else None
    try:
        graph = gifts.with_coupon(Graph.from_json(flow.draft), wanted)
    except Refused as error:
        flash(tell(error.words))
        return redirect(url_for("reminders.index"))
    flash(unit(lambda: kept(flow_id, graph, wanted)))
    return redirect(url_for("reminders.index"))


def kept(flow_id: int, graph: Graph, coupon_id: int | None) -> str:
    """Save a drawing with another coupon, inside the caller's unit, and say what it means for what runs now."""
    flow, now = find(flow_id), clock.now(g.shop.id)
    same = flow.status == "live" and drawn_as_running(flow)
    label = Words(M("change the coupon"))
    if not drafts.save(
        flow, graph.to_json(), label, drafts.Stamp(flow.revision, token()[:40], now, g.user.id)
    ):
        return _("Somebody else changed this automation just now. Look at it, then try again.")
    db.session.expire(flow)
    if coupon_id:
        show_code(graph)
    if same:
        Flow.publish(g.shop.id, flow_id, now)
    if flow.status == "live" and not same:
        return _("Kept in the drawing. It has other changes that do not run yet: publish them together.")
    if coupon_id:
        return _("Saved. The reminders that leave from now on carry a code.")
    return _("Saved. The reminders go on without a code.")


def drawn_as_running(flow: Flow) -> bool:
    """Whether what is drawn is what runs."""
    version = db.session.get(Version, flow.version_id) if flow.version_id else None
    return version is not None and Version.hash_of(Graph.from_json(flow.draft)) == version.hash


def show_code(graph: Graph) -> None:
    """Give the first e-mail a place for the code where none of them has one, inside the caller's unit."""
    emails = emails_of(graph)
    if not emails or any(shows(email.content) for email in emails):
        return
    first, now = emails[0], clock.now(g.shop.id)
    Email.rewrite(
        g.shop.id, first.id, first.revision, {k: with_code(v) for k, v in first.content.items()}, now
    )


def shows(content: dict[str, Any]) -> bool:
    """Whether an e-mail has a place for a code, in any language."""
    return any(
        "coupon.code" in str(design.get("html") or "")
        or any(block.get("kind") == "coupon" for block in design.get("blocks", ()))
        for design in content.values()
    )


def with_code(design: dict[str, Any]) -> dict[str, Any]:
    """Return a design with a place for the code above its first button; one written by hand stays as it is."""
    if design.get("html"):
        return design
    blocks = list(design.get("blocks", ()))
    place = next((i for i, block in enumerate(blocks) if block.get("kind") == "button"), len(blocks))
    return {**design, "blocks": [*blocks[:place], {"kind": "coupon", "text": ""}, *blocks[place:]]}


def find(flow_id: int) -> Flow:
    """Return this shop's reminder, or answer 404."""
    flow = drafts.find(flow_id, g.shop.id)
    return flow if flow is not None and reminds(flow) else abort(404)


def reminds(flow: Flow) -> bool:
    """Whether an automation starts with a left cart or checkout."""
    try:
        sweep = Graph.from_json(flow.draft).sweep
    except BadGraph:
        return False
    return sweep is not None and sweep.subject in SUBJECTS


def reminders() -> list[Reminder]:
    """Return the shop's reminders: those that run first."""
    mine = (
        select(Flow)
        .where(Flow.shop_id == g.shop.id, Flow.status.not_in(("deleted", "hand")))
        .order_by(Flow.id)
    )
    here = counts.in_it_now(g.shop.id)
    found = [flow for flow in db.session.scalars(mine) if reminds(flow)]
    return [
        shown(flow, here.get(flow.id, 0)) for flow in sorted(found, key=lambda flow: flow.status != "live")
    ]


def shown(flow: Flow, here: int = 0) -> Reminder:
    """Return a reminder with all that its card says."""
    graph = Graph.from_json(flow.draft)
    steps = gifts.given(graph)
    ids = [step.settings.get("coupon") for step in steps]
    coupon = db.session.scalar(
        select(Coupon).where(Coupon.shop_id == flow.shop_id, Coupon.id.in_([i for i in ids if i]))
    )
    said = [words for step in steps for words in coupon_warnings.of_step(flow, graph, step.id)]
    return Reminder(flow, graph, coupon, emails_of(graph), here, said)


def emails_of(graph: Graph) -> list[Email]:
    """Return the e-mails that a drawing sends, in the order of its steps."""
    ids = [node.settings.get(field.name) for node in graph.nodes for field in node.described.fields
           if field.type == "email"]  # fmt: skip
    mine = select(Email).where(Email.shop_id == g.shop.id, Email.id.in_([id for id in ids if id]))
    known = {email.id: email for email in db.session.scalars(mine)}
    return [known[id] for id in ids if id in known]
