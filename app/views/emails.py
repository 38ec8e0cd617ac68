"""E-mails: the shop's designs, how each looks to a customer, a new one, and a test to oneself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import clock, languages, links
from app.emails import courier, mime, starters
from app.emails.fields import in_words
from app.emails.preview import preview, seen_in
from app.emails.wording import BadWording
from app.extensions import db, limiter
from app.forms.emails import NameForm
from app.mailbox.sink import TEST
from app.models import Customer, Email, EmailRevision, Flow, Version
from app.unit import unit
from app.views.framed import framed
from app.views.paging import page
from app.views.twins import Twin
from graph import recipes
from graph.model import BadGraph, Graph

pages = Blueprint("emails", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application, with the editor of designs."""
    from app.views import email_editor

    app.register_blueprint(pages)
    email_editor.register(app)


@pages.get("/emails")
def index() -> str:
    """List the shop's designs, with what sends them."""
    found = page(
        select(Email).where(Email.shop_id == g.shop.id).order_by(Email.updated_at.desc(), Email.id.desc())
    )
    subjects = {email.id: subject(email) for email in found.rows}
    return render_template("emails/index.html", page=found, subjects=subjects, flows=senders())


@pages.route("/emails/new", methods=["GET", "POST"])
def new() -> str | Answer | tuple[str, int]:
    """Offer the designs to start from; make the chosen one an e-mail of the shop's own."""
    form = NameForm()
    chosen = starters.find(request.form.get("starter", ""))
    if chosen and form.validate_on_submit():
        name = form.name.data or ""
        return redirect(url_for("emails.show", email_id=unit(lambda: add(name, chosen.content))))
    body = render_template("emails/new.html", form=form, starters=starters.all_starters(), chosen=chosen)
    return body, 422 if form.is_submitted() else 200


def add(name: str, content: Mapping[str, Any]) -> int:
    """Add a design inside the caller's unit and return its id. Raises Twin when a press before this one has made it."""
    shop_id, now = g.shop.id, clock.now(g.shop.id)
    if twin := Email.just_made(shop_id, name, content, now):
        raise Twin(url_for("emails.show", email_id=twin))
    email = Email(shop_id=shop_id, name=name, content=dict(content), updated_at=now)
    db.session.add(email)
    db.session.flush()
    return email.id


@pages.get("/emails/starter/<name>/preview")
def of_starter(name: str) -> Response:
    """Answer with a design to start from, in the shop's own looks."""
    starter = starters.find(name) or abort(404)
    return drawn(starter.content, request.args.get("language") or languages.locale())


@pages.get("/emails/<int:email_id>/preview")
def seen(email_id: int) -> Response:
    """Answer with the design as a mail program shows it, for the frame: the draft, or one of its revisions."""
    email = find(email_id)
    number = request.args.get("revision", 0, int)
    design = EmailRevision.content_of(g.shop.id, email_id, number) if number else email.working
    if design is None:
        abort(404)
    return drawn(design, language(design), customer())


@pages.get("/emails/recipe/<recipe>/<name>/preview")
def of_recipe(recipe: str, name: str) -> Response:
    """Answer with an e-mail of a template in the gallery, as this shop's customers would get it."""
    try:
        design = recipes.recipe(recipe).emails[name]
    except KeyError:
        abort(404)
    return drawn(design, request.args.get("language") or languages.locale())


@pages.post("/emails/<int:email_id>/test")
@limiter.limit("5/minute;40/hour", key_func=lambda: f"test of {g.user.id if g.user else 0}")
def test(email_id: int) -> Answer:
    """Send the design to the signed-in user's own address, and to nobody else."""
    email = find(email_id)
    locale, recipient = language(email.working), g.user.email
    try:
        courier.send(g.shop.id, sender(), recipient, trial(email, locale))
        gone = _("A test is on its way to %(address)s.", address=recipient)
        foot = _("Its links at the foot show a sample of the page that customers get.")
        flash(f"{gone} {foot}")
    except courier.NotSent:
        flash(
            _(
                "The test could not be sent: the mail server did not take it. Try again, or check the mail settings."
            )
        )
    except mime.BadAddress:
        flash(_("The test could not be sent: check the sender’s address in the settings."))
    except BadWording as error:
        flash(_("The test could not be sent: %(problem)s.", problem=str(error)))
    return redirect(url_for("emails.show", email_id=email_id, language=locale))


def find(id: int) -> Email:
    """Return this shop's design, or answer 404."""
    return db.session.scalar(select(Email).where(Email.id == id, Email.shop_id == g.shop.id)) or abort(404)


def language(content: Mapping[str, Any]) -> str:
    """Return the language that is asked for if the design has it, else the reader's, else its first."""
    for wanted in (request.values.get("language", ""), languages.locale()):
        if wanted in content:
            return wanted
    return next(iter(content), "en")


def customer() -> Customer | None:
    """Return the customer of this shop that is asked for by address, or None."""
    address = request.args.get("customer", "").strip().lower()
    theirs = select(Customer).where(Customer.shop_id == g.shop.id, Customer.email == address)
    return db.session.scalar(theirs) if address else None


def drawn(design: Mapping[str, Any], locale: str, customer: Customer | None = None) -> Response:
    """Return the preview's document, under a policy of its own."""
    try:
        html = preview(design, locale, g.shop, customer).html
    except BadWording as error:
        html = render_template("emails/broken.html", problem=str(error))
    return framed(seen_in(html, request.args.get("scheme", "")))


def trial(email: Email, locale: str) -> bytes:
    """Return the test mail; its Message-ID says by a signed token which shop's mailbox it belongs to."""
    rendered = preview(email.working, locale, g.shop)
    name = g.shop.sender_name or g.shop.name
    mail_id = f"{TEST}{links.sign('test', g.shop.id)}@relance"
    me, you = mime.Mailbox(sender(), name), mime.Mailbox(g.user.email, g.user.name)
    return mime.compose(rendered, me, you, mail_id, clock.now(g.shop.id))


def sender() -> str:
    """Return the address that the shop's mails come from."""
    return str(g.shop.sender_email or g.shop.contact_email or "relance@localhost")


def subject(email: Email) -> str:
    """Return the subject with its fields by name, or the preview line when the name says the same."""
    content = email.content.get(languages.locale()) or next(iter(email.content.values()), {})
    said = in_words(str(content.get("subject") or ""))
    return said if said != email.name else in_words(str(content.get("preheader") or ""))


def senders() -> dict[int, list[Flow]]:
    """Return which of the shop's flows send each design."""
    flows = db.session.scalars(
        select(Flow).where(Flow.shop_id == g.shop.id, Flow.status.not_in(("deleted", "hand")))
    )
    found: dict[int, list[Flow]] = {}
    for flow in flows:
        for email in sent_by(flow.draft):
            found.setdefault(email, []).append(flow)
    return found


def sent_now(shop_id: int, email_id: int) -> bool:
    """Whether an automation that is on sends this design."""
    on = select(Version.graph).join(Flow, Flow.version_id == Version.id)
    graphs = db.session.scalars(on.where(Flow.shop_id == shop_id, Flow.status == "live"))
    return any(email_id in sent_by(graph) for graph in graphs)


def sent_by(drawn: Mapping[str, Any]) -> set[int]:
    """Return the ids of the designs that a drawn flow sends. What cannot be read sends none."""
    try:
        nodes = Graph.from_json(drawn).nodes
    except BadGraph:
        return set()
    fields = ((node, field) for node in nodes for field in node.described.fields if field.type == "email")
    chosen = (node.settings.get(field.name) for node, field in fields)
    return {email for email in chosen if isinstance(email, int)}
