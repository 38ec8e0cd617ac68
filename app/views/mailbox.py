"""The mailbox: every mail that this shop's automations sent on this machine, as its reader would see it."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import default
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
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as Answer

from app import clock
from app.config import Settings
from app.extensions import db, limiter
from app.mailbox import checks, trying
from app.mailbox.reading import opened
from app.models import Customer, Flow, Mail, MailFault, Message
from app.models.mail_faults import FAULTS
from app.unit import unit
from app.views import mailbox_checks as words
from app.views.framed import framed
from app.views.paging import page

pages = Blueprint("mailbox", __name__)
PARTS = ("html", "phone", "text", "headers", "source", "checks")


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
                           now=clock.now(g.shop.id), kept_here=kept_here, fault=MailFault.of(g.shop.id))  # fmt: skip


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
    checked = checks_of(mail.raw) if part == "checks" else {}
    return render_template("mailbox/show.html", mail=mail, parts=parts, part=part, **checked, **whence(mail))


@pages.post("/mailbox/<int:mail_id>/links")
@limiter.limit("6/minute;60/hour", key_func=lambda: f"links of {g.user.id if g.user else 0}")
def try_links(mail_id: int) -> str:
    """Try where each link of a mail leads, and show the checks with what came of it. Nothing is kept."""
    mail = find(mail_id)
    parts, known = opened(mail.raw), whence(mail)
    answers = trying.tried(checks.addresses(parts.html, parts.text))
    said = {
        href: (each.well, words.TRIED[each.state] % {"status": each.status}) for href, each in answers.items()
    }
    checked = checks_of(mail.raw)
    return render_template(
        "mailbox/show.html", mail=mail, parts=parts, part="checks", tried=said, **checked, **known
    )


def checks_of(raw: bytes) -> dict[str, Any]:
    """Return what the page of checks shows: (well, sentence) lists, and where each link leads."""
    parts, mail = opened(raw), BytesParser(policy=default).parsebytes(raw)
    found = checks.addresses(parts.html, parts.text)
    return {
        "html_checks": words.told(checks.html(parts.html, parts.text, raw), words.HTML),
        "unsubscribe_checks": words.told(checks.unsubscribing(mail), words.UNSUBSCRIBE),
        "links": [(each, words.LINKS[each.sort] % {"target": each.target}) for each in found],
    }  # fmt: skip


@pages.post("/mailbox/fault")
def fault() -> Answer:
    """Let the mailbox answer the shop's mails as asked, to see what happens then."""
    shop_id, chosen = g.shop.id, request.form.get("fault", "")
    unit(lambda: MailFault.choose(shop_id, chosen))
    on = _("The mailbox answers the next e-mails like this, until you switch it off.")
    flash(on if chosen in FAULTS else _("The mailbox takes every e-mail again."))
    return redirect(url_for("mailbox.index"))


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
    settings: Settings = current_app.extensions["settings"]
    return settings.mail_stays(g.shop.is_demo)
