"""What a mail's reader touches: its links, its picture of one pixel, and the way out of the list.

Open to everybody, for a signed token says who is meant. Looking never unsubscribes: scanners follow links.
"""

from __future__ import annotations

import logging
import re
from base64 import b64decode
from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from app import clock, doorbell, languages, links
from app.emails import addresses, arrivals
from app.extensions import csrf, db
from app.links import Claim
from app.models import Cart, Click, Customer, Message, Policy, Shop
from app.unit import unit
from app.views.access import public

log = logging.getLogger(__name__)
pages = Blueprint("tracking", __name__)
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
AT_ONCE = timedelta(seconds=2)  # nobody reads and presses that fast; security scanners do
SCANNERS = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scanner|proofpoint|mimecast|barracuda|safelinks|urldefense|curl/|wget/|python|"
    r"go-http-client|facebookexternalhit|slackbot|whatsapp|^mozilla/5\.0$|^$", re.IGNORECASE,
)  # fmt: skip


def register(app: Flask) -> None:
    """Put these addresses on the application."""
    app.register_blueprint(pages)


@pages.get("/c/<token>")
@public
def click(token: str) -> Answer | tuple[str, int]:
    """Note the press of a link and lead to where it goes. HEAD only leads."""
    claim = links.read("click", token)
    if claim is None:
        return render_template("tracking/expired.html"), 404
    if request.method == "GET":
        try:
            unit(lambda: pressed(claim))
        except SQLAlchemyError:  # the reader wants the shop, not our books
            log.exception("a click was not noted")
    return redirect(addresses.destination(claim))


@pages.get("/o/<token>.gif")
@public
def open(token: str) -> Response:
    """Answer with a picture of one pixel, whatever happens; the first genuine request is an opening."""
    try:
        claim = links.read("open", token)
        if claim and request.method == "GET":
            unit(lambda: looked(claim))
    except SQLAlchemyError:
        log.exception("an opening was not noted")
    # Mail programs fetch it from pages of their own.
    return Response(PIXEL, mimetype="image/gif", headers={"Cross-Origin-Resource-Policy": "cross-origin"})


@pages.get("/u/<token>")
@public
def leave(token: str) -> str | tuple[str, int]:
    """Ask once before unsubscribing."""
    claim, shop, customer = meant("unsubscribe", token)
    return said(
        customer, "tracking/leave.html", shop=shop, token=token, already=customer.consent == "unsubscribed",
        choices=links.sign("preferences", shop.id, claim.message_id),
    )  # fmt: skip


@pages.post("/u/<token>")
@public
@csrf.exempt
def unsubscribe(token: str) -> str | Response | tuple[str, int]:
    """Unsubscribe at once, from the page's button or by RFC 8058's one click. A second time is as good."""
    claim, shop, customer = meant("unsubscribe", token)
    id, now = customer.id, clock.now(claim.shop_id)
    unit(lambda: Customer.unsubscribe(claim.shop_id, id, "link", now))
    doorbell.ring("enrol", claim.shop_id)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("", mimetype="text/plain")
    back = links.sign("resubscribe", claim.shop_id, claim.message_id)
    return said(customer, "tracking/left.html", shop=shop, back=back)


@pages.post("/u/<token>/back")
@public
@csrf.exempt
def come_back(token: str) -> str | tuple[str, int]:
    """Subscribe somebody again who pressed the wrong button."""
    claim, shop, customer = meant("resubscribe", token)
    id, now = customer.id, clock.now(claim.shop_id)
    unit(lambda: Customer.agree(claim.shop_id, id, "link", now))
    return said(customer, "tracking/back.html", shop=shop)


def meant(purpose: str, token: str) -> tuple[Claim, Shop, Customer]:
    """Return who a genuine token means, or answer 404."""
    claim = links.read(purpose, token)
    theirs = select(Shop, Customer).join(Customer, Customer.shop_id == Shop.id)
    theirs = theirs.join(Message, Message.customer_id == Customer.id)
    ours = claim and theirs.where(Message.id == claim.message_id, Message.shop_id == claim.shop_id)
    found = db.session.execute(ours).first() if ours is not None else None
    if claim is None or found is None:
        abort(Response(render_template("tracking/expired.html"), status=404))
    return claim, found[0], found[1]


def said(customer: Customer, template: str, /, **values: object) -> str:
    """Return a page in the customer's language when we know it, else in the browser's."""
    wanted = customer.locale[:2]
    with force_locale(wanted if wanted in languages.LANGUAGES else languages.locale()):
        return render_template(template, **values)


def pressed(claim: Claim) -> None:
    """Write a click and, when a person made it, the arrival in the shop and the cart they came back for."""
    if (message := arrivals.held(claim.shop_id, claim.message_id)) is None:
        return
    now = clock.now(claim.shop_id)
    machine = is_machine() or at_once(message.sent_at, now)
    cart = addresses.left_cart(claim) if claim.target == "cart" else None
    if not Policy.of(claim.shop_id).count_clicks:
        if cart and not machine:  # they asked for their cart back, which is not the same as being watched
            Cart.press(claim.shop_id, cart.token, now)
        return
    Click.record(claim.shop_id, message.id, claim.target, machine, now)
    if not machine:
        arrivals.arrived(claim.shop_id, message.id, cart.token if cart else "", now)


def looked(claim: Claim) -> None:
    """Write an opening, a program's apart from a person's; nothing in a shop that does not count them."""
    if not Policy.of(claim.shop_id).count_opens:
        return
    now = clock.now(claim.shop_id)
    sent_at = db.session.scalar(
        select(Message.sent_at).where(Message.shop_id == claim.shop_id, Message.id == claim.message_id)
    )
    verb = Message.opened_by_machine if is_machine() or at_once(sent_at, now) else Message.opened
    verb(claim.shop_id, claim.message_id, now)


def at_once(sent_at: datetime | None, now: datetime) -> bool:
    """Whether this came sooner after the mail than any person is."""
    return bool(sent_at and now - sent_at < AT_ONCE)


def is_machine() -> bool:
    """Whether this request says of itself that no person made it."""
    purpose = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return "prefetch" in purpose.lower() or bool(SCANNERS.search(request.headers.get("User-Agent", "")))
