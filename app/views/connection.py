"""Connection: the keys by which a shop's own system speaks to us, how it does so, and whether it has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from app import clock, passwords, signing
from app.extensions import db
from app.forms.shops import KeyForm
from app.models import ApiKey, InboxRow
from app.unit import unit
from app.views.access import public
from app.views.connection_fields import EVENTS, parts
from app.views.openapi import EXAMPLE

pages = Blueprint("connection", __name__)
PREFIX = "rel_"  # so that a key found in a log can be told for what it is


@dataclass(frozen=True, slots=True)
class Arrival:
    """The last thing that a shop's system told us: the event's name, when it came, and whether it was understood."""

    name: str
    at: datetime
    state: str


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/settings/keys", methods=["GET", "POST"])
def show() -> str | tuple[str, int]:
    """Lead through connecting a shop; make a key, and show it this once."""
    form = KeyForm()
    if not form.validate_on_submit():
        return page(form), 422 if form.errors else 200
    return page(KeyForm(formdata=None), made=make((form.name.data or "").strip()))


@pages.post("/settings/keys/secret")
def secret() -> str:
    """Show the secret by which another system can tell that a note is ours; not in a page that is only looked at."""
    return page(KeyForm(formdata=None), secret=signing.secret(g.shop.id))


def page(form: KeyForm, made: str = "", secret: str = "") -> str:
    """Return the page of the connection."""
    return render_template("connection/show.html", form=form, made=made, secret=secret, keys=keys(),
                           address=address(), arrival=arrival(), guide=guide())  # fmt: skip


@pages.get("/settings/keys/arrived")
def arrived() -> str:
    """Say whether anything has come in; the page asks again every few seconds."""
    return render_template("connection/arrived.html", arrival=arrival())


@pages.get("/developers")
@public
def developers() -> str:
    """Tell developers what to send: an example, the events, and each field."""
    return render_template("connection/developers.html", sample=sample(), events=EVENTS, parts=parts(),
                           fetched=fetched())  # fmt: skip


@pages.post("/settings/keys/<int:key_id>/revoke")
def revoke(key_id: int) -> Response:
    """End a key at once."""
    mine = update(ApiKey).where(ApiKey.id == key_id, ApiKey.shop_id == g.shop.id, ApiKey.revoked_at.is_(None))
    if not unit(lambda: db.session.execute(mine.values(revoked_at=clock.real())).rowcount):
        abort(404)
    flash(_("The key no longer opens anything."))
    return redirect(url_for("connection.show"))


def make(name: str) -> str:
    """Keep the fingerprint of a new key of this shop; return the key."""
    made, shop_id = PREFIX + passwords.token(), g.shop.id
    row = {"name": name, "prefix": made[:12], "digest": passwords.digest(made), "created_at": clock.real()}
    unit(lambda: db.session.add(ApiKey(shop_id=shop_id, **row)))
    return made


def keys() -> list[ApiKey]:
    """Return the shop's keys: those that still open first, then the latest."""
    mine = select(ApiKey).where(ApiKey.shop_id == g.shop.id)
    return list(db.session.scalars(mine.order_by(ApiKey.revoked_at.isnot(None), ApiKey.id.desc())))


def address() -> str:
    """Return the address to which a shop's system sends what happened."""
    return f"{current_app.extensions['settings'].base_url}/api/v1/events"


def sample() -> str:
    """Return a command that sends one event, ready for a terminal."""
    body = json.dumps(EXAMPLE, indent=2)
    said = (
        f"curl -X POST {address()}",
        '-H "Authorization: Bearer rel_…"',
        '-H "Content-Type: application/json"',
    )
    return " \\\n  ".join([*said, f"-d '{body}'"])


def fetched() -> list[tuple[str, str]]:
    """Return (method and address, what it does) of what a shop's own pages ask for one customer."""
    return [
        ("GET /api/v1/chat", _("The customer's chat messages, and how many are unread")),
        ("POST /api/v1/chat/read", _("Says up to which message they have read")),
        ("GET /api/v1/offers", _("The offer that they are to see, with its code and its terms")),
        ("POST /api/v1/offers/{id}/seen", _("Says that it was on their screen")),
    ]


def guide() -> str:
    """Return the address of the API's description, for somebody who is not signed in."""
    return f"{current_app.extensions['settings'].base_url}{url_for('connection.developers')}"


def arrival() -> Arrival | None:
    """Return the last thing that came in for this shop, or None."""
    row = InboxRow.latest(g.shop.id)
    if row is None:
        return None
    try:
        name = str(json.loads(row.body)["event"])
    except (ValueError, KeyError, TypeError):  # another platform's delivery has a shape of its own
        name = row.source
    return Arrival(name[:80], row.received_at, row.state)
