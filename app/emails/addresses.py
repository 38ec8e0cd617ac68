"""The addresses in a mail: each link is a signed token that says whose mail it is and what it leads to.

Writes them (`framed`) and reads where one leads (`destination`). A token holds a target, never an address:
cart, order, product, shop, item:KEY, or url:DIGEST of an address that the design itself contains. So a link
can only lead where this shop's own rows and designs say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from flask import current_app
from sqlalchemy import select

from app import clock, links
from app.emails import handmade, markup
from app.emails.frame import Frame, is_address
from app.extensions import db
from app.links import Claim
from app.models import (
    Cart,
    Email,
    EmailRevision,
    Event,
    Flow,
    Handwritten,
    Message,
    Order,
    Policy,
    Product,
    Run,
    Shop,
)  # fmt: skip


def base_url() -> str:
    """Return the public address of this instance, without a slash at its end."""
    return str(current_app.extensions["settings"].base_url)


def framed(shop: Shop, message_id: int, policy: Policy | None = None) -> Frame:
    """Return the frame of a real message: its links are counted, it can be unsubscribed from, it knows its opening.

    `policy` is the shop's; it is read here where it is left out.
    """

    now, base, shop_id = clock.now(shop.id), base_url(), shop.id

    def signed(purpose: str, target: str = "") -> str:
        return links.sign(purpose, shop_id, message_id, target, now)

    def link(target: str) -> str:
        return f"{base}/c/{signed('click', _short(target))}"

    pixel = f"{base}/o/{signed('open')}.gif" if (policy or Policy.of(shop_id)).count_opens else ""
    choices = f"{base}/p/{signed('preferences')}"
    frame = Frame.of(shop, base, link, f"{base}/u/{signed('unsubscribe')}", pixel)
    return replace(frame, preferences_url=choices)


def destination(claim: Claim) -> str:
    """Return where a click leads, tagged with its campaign: always an http(s) address, the shop's when in doubt."""
    shop = db.session.get(Shop, claim.shop_id)
    message = db.session.scalar(
        select(Message).where(Message.shop_id == claim.shop_id, Message.id == claim.message_id)
    )
    home = shop.url if shop and is_address(shop.url) else f"{base_url()}/"
    if shop is None or message is None:
        return home
    found = _looked_up(claim, shop, message)
    flow = (
        db.session.scalar(select(Flow.name).where(Flow.shop_id == shop.id, Flow.id == message.flow_id)) or ""
    )
    return tagged(found if is_address(found) else home, flow, message.node)


def tagged(address: str, campaign: str, content: str) -> str:
    """Return the address with UTM parameters, unless it has its own; query and fragment stay."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if not any(name.startswith("utm_") for name, _ in query):
        named = {"source": "relance", "medium": "email", "campaign": campaign, "content": content}
        added = urlencode({f"utm_{name}": value for name, value in named.items() if value})
        parts = parts._replace(query=f"{parts.query}&{added}" if parts.query else added)
    return urlunsplit(parts)


def left_cart(claim: Claim) -> Cart | None:
    """Return the cart that the run of this message was about, or None."""
    event = _event(claim)
    theirs = select(Cart).where(Cart.shop_id == claim.shop_id, Cart.id == event.cart_id) if event else None
    return None if theirs is None else db.session.scalar(theirs)


def _short(target: str) -> str:
    return f"url:{_digest(target)}" if is_address(target) else target


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _looked_up(claim: Claim, shop: Shop, message: Message) -> str:
    kind, _, name = claim.target.partition(":")
    if kind == "cart":
        return _cart_address(claim, shop)
    if kind == "url":
        return next((found for found in _in_design(shop.id, message) if _digest(found) == name), "")
    if kind == "item":
        return _item_address(claim, name)
    if kind == "order":
        order = _order(claim)
        return (order.url if order else None) or shop.url
    return _product_address(claim) if kind == "product" else shop.url


def _cart_address(claim: Claim, shop: Shop) -> str:
    cart = left_cart(claim)
    if cart is None or not shop.is_demo:
        return cart.url if cart else ""
    token = links.sign("recovery", shop.id, claim.message_id, cart.token)
    return f"{shop.url.rstrip('/')}/cart?recover={quote(token)}"


def _product_address(claim: Claim) -> str:
    event = _event(claim)
    told = event.data if event else {}
    return _item_address(claim, str(told.get("product") or next(iter(told.get("products") or ()), "")))


def _item_address(claim: Claim, key: str) -> str:
    known = db.session.scalar(select(Product.url).where(Product.shop_id == claim.shop_id, Product.key == key))
    if known:
        return known
    noun = left_cart(claim) or _order(claim)
    return next(
        (str(item.get("url") or "") for item in (noun.items if noun else []) if item.get("product") == key),
        "",
    )


def _order(claim: Claim) -> Order | None:
    event = _event(claim)
    theirs = (
        select(Order).where(Order.shop_id == claim.shop_id, Order.id == event.order_id) if event else None
    )
    return None if theirs is None else db.session.scalar(theirs)


def _event(claim: Claim) -> Event | None:
    # From the message over its run to the event that began it, all in the shop that the token names.
    began = select(Event).join(Run, Run.event_id == Event.id).join(Message, Message.run_id == Run.id)
    return db.session.scalar(began.where(Message.shop_id == claim.shop_id, Message.id == claim.message_id))


def _in_design(shop_id: int, message: Message) -> Iterator[str]:
    for language in _written_from(shop_id, message).values():
        for block in language.get("blocks") or []:
            yield from handmade.addresses(str(block.get("html") or ""))
            for part in (block, *(block.get("cells") or ())):
                yield str(part.get("target") or "")
                yield from markup.targets(str(part.get("text") or ""))
        yield from handmade.addresses(str(language.get("html") or ""))


def _written_from(shop_id: int, message: Message) -> Mapping[str, Any]:
    """Return the design that a message was written from: by hand, in the revision that it left with, or today's."""
    by_hand = Handwritten.of(message.run_id, message.visit)
    if by_hand:
        return dict(by_hand.content)
    email_id, number = message.email_id, message.email_revision
    kept = EmailRevision.content_of(shop_id, email_id, number) if email_id and number else None
    today = select(Email.content).where(Email.shop_id == shop_id, Email.id == email_id)
    return kept or db.session.scalar(today) or {}
