"""Confirmations: ask those who are said to want news whether it was they who said so (double opt-in).

The mail itself is no advertising: it has one button, and whoever does not press it hears nothing more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from app import clock, links
from app.emails import addresses
from app.emails.frame import Frame
from app.emails.mime import BadAddress, Mailbox, compose
from app.emails.rendering import render
from app.extensions import db
from app.languages import LANGUAGES
from app.models import Confirmation, Customer, Shop, Suppression
from app.models.suppressions import HARD
from workers import marks, singles
from workers.letters import Letter


def send(shop_id: int) -> int:
    """Send the shop's due questions; return how many were looked after."""
    return singles.send(shop_id, Confirmation, _written)


def _written(shop_id: int, row: Any) -> Letter | None:
    """Return the mail, or None when it must not or cannot be written."""
    shop, customer = db.session.get_one(Shop, shop_id), db.session.get_one(Customer, row.customer_id)
    sender = Mailbox(shop.sender_email or shop.contact_email, shop.sender_name or shop.name)
    email = customer.email or ""
    gone = not email or Suppression.reasons(shop_id, [email]).get(email) in HARD
    if gone or customer.consent != "pending" or not sender.address:
        return None
    locale = customer.locale[:2] if customer.locale[:2] in LANGUAGES else shop.locale
    rendered = render(*_design(shop, customer.id, locale))
    id = marks.single_id(f"confirmation:{row.id}", shop_id)
    to = Mailbox(email, f"{customer.first_name} {customer.last_name}".strip())
    try:
        raw = compose(rendered, sender, to, id, clock.now(shop_id), reply_to=shop.contact_email)
    except BadAddress:
        return None
    return Letter(sender.address, to.address, rendered.subject, raw)


def _design(shop: Shop, customer_id: int, locale: str) -> tuple[dict[str, Any], str, dict[str, Any], Frame]:
    """Return what `render` asks for: one sentence and one button."""
    link = f"{addresses.base_url()}/s/{links.sign('confirm', shop.id, target=str(customer_id))}"
    with force_locale(locale):
        blocks = [
            {
                "kind": "text",
                "text": _("Somebody gave this address to hear from {{ shop.name }}. Was it you?"),
            },
            {"kind": "button", "text": _("Yes, write to me"), "target": link},
            {"kind": "text", "text": _("If it was not you, do nothing: you will hear nothing more.")},
        ]
        design = {
            "subject": _("Do you want to hear from {{ shop.name }}?"),
            "preheader": "",
            "blocks": blocks,
        }
        reason = _(
            "You receive this one question because your address was entered at %(shop)s.", shop=shop.name
        )
    frame = replace(Frame.of(shop, addresses.base_url()), reason=reason)
    return {locale: design}, locale, {"shop": {"name": shop.name}}, frame
