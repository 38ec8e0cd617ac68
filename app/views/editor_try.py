"""Trying: a draft rehearsed with a customer, real or invented. Nothing leaves and nothing is written.

All that was chosen stands in the address, so going back, reloading and sharing do what one expects.
"""

from __future__ import annotations

import random
from typing import Any

from flask import Blueprint, Flask, Response, abort, g, render_template, request
from sqlalchemy import select

from app import clock
from app.emails.preview import preview
from app.emails.wording import BadWording
from app.extensions import db
from app.forms.rehearsal import GuestForm
from app.models import Customer, Email
from app.views.customers import like
from app.views.editor_drawing import Drawing
from app.views.editor_guest import invented, real, words
from app.views.editor_mine import mine
from app.views.editor_sent import Tried
from app.views.editor_trail import Trail, trail
from app.views.framed import framed
from graph.effects import SendMessage
from graph.interpreter import compile
from graph.rehearsal import rehearse

pages = Blueprint("trying", __name__)
FEW = 8  # customers that a search shows
WAY = "way-"  # what the name of a chosen way begins with in the address


def register(app: Flask) -> None:
    """Put trying on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/try")
def show(flow_id: int) -> str:
    """Ask with whom, or show how it would go for them, over the drawing of the draft."""
    drawing, form = (
        Drawing(mine(flow_id), g.shop),
        GuestForm(request.args, meta={"currency": g.shop.currency}),
    )
    asked = not drawing.problems and bool(request.args.get("who")) and form.validate()
    tried = _tried(drawing, form) if asked else None
    shown: Trail | None = trail(drawing, tried, request.args.to_dict()) if tried else None
    return render_template("editor/try.html", drawing=drawing, form=form, tried=tried, trail=shown,
                           text=_text(), found=_found(), who=request.args.get("who", ""))  # fmt: skip


@pages.get("/automations/<int:flow_id>/try/<int:visit>/mail")
def mail(flow_id: int, visit: int) -> Response:
    """Answer with the e-mail of one step as this customer would get it, for a frame."""
    drawing, form = (
        Drawing(mine(flow_id), g.shop),
        GuestForm(request.args, meta={"currency": g.shop.currency}),
    )
    if drawing.problems or not form.validate():
        abort(404)
    tried = _tried(drawing, form)
    asked = [
        effect
        for at, effect, _when in tried.played.effects
        if at == visit and isinstance(effect, SendMessage)
    ]
    email = db.session.scalar(_email(asked[0].email)) if asked else None
    if email is None:
        abort(404)
    said = words(tried.guest, tried.played, visit, g.shop)
    try:
        return framed(preview(email.content, tried.guest.facts.customer.locale, g.shop, known=said).html)
    except BadWording as error:
        return framed(render_template("emails/broken.html", problem=str(error)))


def _tried(drawing: Drawing, form: GuestForm) -> Tried:
    plan, now, who = compile(drawing.graph), clock.now(g.shop.id), request.args.get("who", "")
    guest = (
        invented(form, plan, g.shop, now) if who == "invented" else real(_customer(who), plan, g.shop, now)
    )
    chosen = {name[len(WAY) :]: port for name, port in request.args.items() if name.startswith(WAY)}
    played = rehearse(plan, guest.facts, now, chosen, lambda _id: random.SystemRandom().random())
    return Tried(plan, guest, played)


def _customer(id: str) -> Customer:
    mine = select(Customer).where(Customer.shop_id == g.shop.id, Customer.erased_at.is_(None))
    return (
        db.session.scalar(mine.where(Customer.id == int(id))) if id.isdecimal() and len(id) < 12 else None
    ) or abort(404)


def _email(id: int) -> Any:
    return select(Email).where(Email.id == id, Email.shop_id == g.shop.id)


def _text() -> str:
    return request.args.get("q", "").strip()[:120]


def _found() -> list[Customer]:
    """Return the customers that the search finds, or the latest ones."""
    mine = select(Customer).where(Customer.shop_id == g.shop.id, Customer.erased_at.is_(None))
    mine = mine.where(like(_text())) if _text() else mine
    return list(
        db.session.scalars(
            mine.order_by(Customer.last_order_at.desc().nulls_last(), Customer.id.desc()).limit(FEW)
        )
    )
