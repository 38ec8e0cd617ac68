"""E-mails: the shop's designs, how each looks to a customer, its words in each language, and a test to oneself."""

from __future__ import annotations

from collections.abc import Mapping
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
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import clock, languages, links
from app.emails import courier, mime
from app.emails.checking import check
from app.emails.preview import preview
from app.emails.wording import BadWording
from app.extensions import db, limiter
from app.forms.emails import changed, words_form
from app.mailbox.sink import TEST
from app.models import Email, Flow
from app.unit import unit
from app.views.framed import framed
from app.views.paging import page
from graph import recipes
from graph.model import BadGraph, Graph

pages = Blueprint("emails", __name__)
WIDTHS = ("desktop", "phone")


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/emails")
def index() -> str:
    """List the shop's designs, with what sends them."""
    found = page(
        select(Email).where(Email.shop_id == g.shop.id).order_by(Email.updated_at.desc(), Email.id.desc())
    )
    subjects = {email.id: subject(email) for email in found.rows}
    return render_template("emails/index.html", page=found, subjects=subjects, flows=senders())


@pages.route("/emails/<int:email_id>", methods=["GET", "POST"])
def show(email_id: int) -> str | Answer | tuple[str, int]:
    """Show a design as customers see it, and let its words be changed in one language."""
    email = find(email_id)
    locale = language(email.content)
    form = words_form(email.content.get(locale) or {}, locale)
    if form.validate_on_submit() and save(email, locale, form):
        flash(_("Saved. E-mails that leave from now on say it this way."))
        return redirect(url_for("emails.show", email_id=email_id, language=locale, width=width()))
    shown = {
        "email": email,
        "form": form,
        "locale": locale,
        "width": width(),
        "flows": senders().get(email_id, []),
    }
    return render_template("emails/show.html", **shown), 422 if form.is_submitted() else 200


@pages.get("/emails/<int:email_id>/preview")
def seen(email_id: int) -> Response:
    """Answer with the design as a mail program shows it, for the frame."""
    email = find(email_id)
    return drawn(email.content, language(email.content))


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
    locale, recipient = language(email.content), g.user.email
    try:
        courier.send(current_app.extensions["settings"].smtp_url, sender(), recipient, trial(email, locale))
        flash(_("A test is on its way to %(address)s.", address=recipient))
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
    for wanted in (request.args.get("language", ""), languages.locale()):
        if wanted in content:
            return wanted
    return next(iter(content), "en")


def width() -> str:
    """Return how wide the preview is: desktop or phone."""
    wanted = request.args.get("width", "")
    return wanted if wanted in WIDTHS else WIDTHS[0]


def save(email: Email, locale: str, form: Any) -> bool:
    """Save the form's words; False, with the reason on the form, when they cannot be used or somebody was faster."""
    content = {**email.content, locale: changed(email.content.get(locale) or {}, form)}
    fields = {field.short_name: field for field in form}
    for problem in check({locale: content[locale]}):
        field = fields.get(problem.field, form["subject"])
        field.errors = [*field.errors, problem.text]
    if any(field.errors for field in form):
        return False
    id, revision, shop_id = email.id, email.revision, g.shop.id
    if unit(lambda: Email.rewrite(shop_id, id, revision, content, clock.now(shop_id))):
        return True
    form["subject"].errors = [
        _("Somebody else saved this e-mail a moment ago. Copy your words, then reload the page.")
    ]
    return False


def drawn(design: Mapping[str, Any], locale: str) -> Response:
    """Return the preview's document, under a policy of its own."""
    try:
        return framed(preview(design, locale, g.shop).html)
    except BadWording as error:
        return framed(render_template("emails/broken.html", problem=str(error)))


def trial(email: Email, locale: str) -> bytes:
    """Return the test mail; its Message-ID says by a signed token which shop's mailbox it belongs to."""
    rendered = preview(email.content, locale, g.shop)
    name = g.shop.sender_name or g.shop.name
    mail_id = f"{TEST}{links.sign('test', g.shop.id)}@relance"
    me, you = mime.Mailbox(sender(), name), mime.Mailbox(g.user.email, g.user.name)
    return mime.compose(rendered, me, you, mail_id, clock.now(g.shop.id))


def sender() -> str:
    """Return the address that the shop's mails come from."""
    return str(g.shop.sender_email or g.shop.contact_email or "relance@localhost")


def subject(email: Email) -> str:
    """Return the subject as its author wrote it, or the preview line when the name says the same."""
    content = email.content.get(languages.locale()) or next(iter(email.content.values()), {})
    said = str(content.get("subject") or "")
    return said if said != email.name else str(content.get("preheader") or "")


def senders() -> dict[int, list[Flow]]:
    """Return which of the shop's flows send each design."""
    flows = db.session.scalars(select(Flow).where(Flow.shop_id == g.shop.id, Flow.status != "deleted"))
    found: dict[int, list[Flow]] = {}
    for flow in flows:
        for email in sent_by(flow.draft):
            found.setdefault(email, []).append(flow)
    return found


def sent_by(drawn: Mapping[str, Any]) -> set[int]:
    """Return the ids of the designs that a drawn flow sends. What cannot be read sends none."""
    try:
        nodes = Graph.from_json(drawn).nodes
    except BadGraph:
        return set()
    fields = ((node, field) for node in nodes for field in node.described.fields if field.type == "email")
    chosen = (node.settings.get(field.name) for node, field in fields)
    return {email for email in chosen if isinstance(email, int)}
