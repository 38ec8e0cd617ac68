"""What a customer chooses for themselves: which e-mails, in which language, and whether it was they who asked.

Open to everybody, for a signed token says who is meant. Looking changes nothing: scanners follow links.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, doorbell, languages, links
from app.extensions import csrf, db
from app.links import Claim
from app.models import Customer, Event, Shop, TopicRefusal
from app.unit import unit
from app.views.access import public
from app.views.tracking import meant, said
from graph.topics import MARKETING, TOPICS

pages = Blueprint("preferences", __name__)


def register(app: Flask) -> None:
    """Put these addresses on the application."""
    app.register_blueprint(pages)


@pages.get("/p/<token>")
@public
def show(token: str) -> str:
    """Show what they receive, to be changed."""
    _claim, shop, customer = meant("preferences", token)
    return page(shop, customer, token)


@pages.get("/p/sample/<token>")
@public
def sample(token: str) -> str:
    """Show the page of choices as a customer of the shop would see it, with nobody behind it and nothing to press."""
    claim = links.read("sample", token)
    shop = db.session.get(Shop, claim.shop_id) if claim else None
    if shop is None:
        abort(Response(render_template("tracking/expired.html"), status=404))
    nobody = Customer(shop_id=shop.id, email="camille@example.com", consent="subscribed", locale="")
    return said(
        nobody, "preferences/show.html", shop=shop, customer=nobody, topics=offered(), refused=frozenset(),
        tongues=languages.LANGUAGES, locale=languages.locale(), sample=True,
    )  # fmt: skip


@pages.post("/p/<token>")
@public
@csrf.exempt
def choose(token: str) -> str:
    """Keep what they chose, from the next e-mail on."""
    claim, _shop, customer = meant("preferences", token)
    id, now = customer.id, clock.now(claim.shop_id)
    refused = [topic for topic in MARKETING if topic not in request.form.getlist("topic")]
    locale = request.form.get("locale", "")
    unit(lambda: chosen(claim.shop_id, id, refused, locale))
    _claim, shop, customer = meant("preferences", token)
    return page(shop, customer, token, saved=now)


@pages.get("/s/<token>")
@public
def ask(token: str) -> str:
    """Ask whether it was they who wanted news; the button says yes."""
    _claim, shop, customer = asked(token)
    return said(customer, "preferences/confirm.html", shop=shop, customer=customer, token=token)


@pages.post("/s/<token>")
@public
@csrf.exempt
def confirm(token: str) -> str:
    """Take the yes. A second time is as good; a no that came meanwhile stays."""
    claim, shop, customer = asked(token)
    id, shop_id, shop_name = customer.id, claim.shop_id, shop.name
    yes = unit(lambda: confirmed(shop_id, id, shop_name))
    if yes:
        doorbell.ring("enrol", shop_id)
    _claim, shop, customer = asked(token)
    return said(customer, "preferences/confirmed.html", shop=shop, customer=customer)


def page(shop: Shop, customer: Customer, token: str, **values: object) -> str:
    """Return the page of choices."""
    leave = links.sign("unsubscribe", shop.id, getattr(links.read("preferences", token), "message_id", 0))
    return said(
        customer, "preferences/show.html", shop=shop, customer=customer, token=token, leave=leave, topics=offered(),
        refused=TopicRefusal.of(shop.id, customer.id), tongues=languages.LANGUAGES,
        locale=customer.locale[:2] or shop.locale, **values,
    )  # fmt: skip


def offered() -> list[tuple[str, str]]:
    """Return the kinds of e-mails that may be turned down, (name, title)."""
    return [(name, title) for name, title in TOPICS if name in MARKETING]


def chosen(shop_id: int, id: int, refused: list[str], locale: str) -> None:
    """Write the choices, inside the caller's unit."""
    TopicRefusal.choose(shop_id, id, refused, clock.now(shop_id))
    if locale in languages.LANGUAGES:
        Customer.speak(shop_id, id, locale)


def confirmed(shop_id: int, id: int, shop_name: str) -> bool:
    """Make a pending yes a real one, and let it be known; False when nothing is pending."""
    consent = db.session.scalar(
        select(Customer.consent).where(Customer.shop_id == shop_id, Customer.id == id).with_for_update()
    )
    now, wording = clock.now(shop_id), _("Yes, %(shop)s may write to me", shop=shop_name)
    if consent != "pending" or not Customer.agree(shop_id, id, "confirmation", now, wording):
        return False
    key = f"customer.subscribed:{id}:{now.isoformat()}"
    Event.record(shop_id, "customer.subscribed", key, id, now, {})
    return True


def asked(token: str) -> tuple[Claim, Shop, Customer]:
    """Return who a genuine question was for, or answer 404."""
    claim = links.read("confirm", token)
    id = int(claim.target) if claim and claim.target.isdigit() else 0
    theirs = select(Shop, Customer).join(Customer, Customer.shop_id == Shop.id).where(Customer.id == id)
    found = db.session.execute(theirs.where(Shop.id == claim.shop_id)).first() if claim else None
    if claim is None or found is None:
        abort(Response(render_template("tracking/expired.html"), status=404))
    return claim, found[0], found[1]
