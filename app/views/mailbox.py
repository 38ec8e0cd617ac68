"""The mailbox: every mail that this shop's automations sent on this machine, as its reader would see it."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as Answer

from app import clock
from app.extensions import db
from app.mailbox.reading import opened
from app.models import Customer, Flow, Mail, Message
from app.unit import unit
from app.views.framed import framed
from app.views.paging import page

pages = Blueprint("mailbox", __name__)
PARTS = ("html", "phone", "text", "headers", "source")


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/mailbox")
def index() -> str:
    """List the shop's mails, the newest first; ?search= looks at sender, recipient and subject."""
    search = request.args.get("search", "").strip()[:120]
    found = page(Mail.matching(g.shop.id, search))
    kept_here = _kept_here()
    return render_template("mailbox/index.html", page=found, search=search, unread=Mail.unread(g.shop.id),
                           now=clock.now(g.shop.id), kept_here=kept_here)  # fmt: skip


@pages.get("/mailbox/<int:mail_id>")
def show(mail_id: int) -> str:
    """Show one mail: as on a computer, as on a phone, as text, its headers or its source."""
    mail, shop_id = find(mail_id), g.shop.id
    if mail.read_at is None:
        unit(lambda: Mail.read(shop_id, mail_id, clock.now(shop_id)))
        mail = find(mail_id)
    part = request.args.get("part", "html")
    parts = opened(mail.raw)
    part = part if part in PARTS and (parts.html or part not in ("html", "phone")) else "text"
    return render_template("mailbox/show.html", mail=mail, parts=parts, part=part, **whence(mail))


@pages.get("/mailbox/<int:mail_id>/body")
def body(mail_id: int) -> Response:
    """Answer with the mail's HTML for the frame."""
    return framed(opened(find(mail_id).raw).html, links_open=True)


@pages.post("/mailbox/clear")
def clear() -> Answer:
    """Delete every mail of the shop's mailbox."""
    shop_id = g.shop.id
    gone = unit(lambda: Mail.clear(shop_id))
    flash(ngettext("%(num)s e-mail deleted.", "%(num)s e-mails deleted.", gone))
    return redirect(url_for("mailbox.index"))


def find(id: int) -> Mail:
    """Return this shop's mail with its source, or answer 404."""
    mine = select(Mail).where(Mail.id == id, Mail.shop_id == g.shop.id).options(undefer(Mail.raw))
    return db.session.scalar(mine) or abort(404)


def whence(mail: Mail) -> dict[str, Any]:
    """Return what a mail came from: its message, its flow and its customer, each None when unknown."""
    sent = select(Message, Flow, Customer).join(Flow, Flow.id == Message.flow_id)
    sent = sent.join(Customer, Customer.id == Message.customer_id)
    row = db.session.execute(sent.where(Message.id == mail.message_id, Message.shop_id == g.shop.id)).first()
    message, flow, customer = row or (None, None, None)
    return {"message": message, "flow": flow, "customer": customer}


def _kept_here() -> bool:
    # Mail stays on this machine while it goes to the launcher's own server on loopback.
    return "127.0.0.1" in str(current_app.extensions["settings"].smtp_url)
