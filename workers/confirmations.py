"""Confirmations: ask those who are said to want news whether it was they who said so (double opt-in).

The mail itself is no advertising: it has one button, and whoever does not press it hears nothing more.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
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
from app.unit import unit
from workers import marks
from workers.channels.email import EmailChannel
from workers.letters import Letter
from workers.smtp import TransportError, Unanswered

log = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=5)
LATER = timedelta(minutes=15)
TRIES = 8


def send(shop_id: int) -> int:
    """Send the shop's due questions; return how many were looked after."""
    now, real = clock.now(shop_id), clock.real()
    channel = EmailChannel(shop_id)
    ready = channel.ready()
    db.session.rollback()
    rows = unit(lambda: Confirmation.claim(shop_id, now, real, real + LEASE, BATCH)) if ready else []
    for row in rows:
        _one(channel, shop_id, row)
    return len(rows)


def _one(channel: EmailChannel, shop_id: int, row: Any) -> None:
    try:
        letter = _written(shop_id, row)
        db.session.rollback()
        if letter is None or row.attempts > TRIES:
            unit(lambda: Confirmation.settle(row.id, row.token, "skipped"))
            return
        channel.begin(letter)
    except TransportError as error:
        log.warning("confirmation %s has to wait: %s", row.id, type(error).__name__)
        later = clock.now(shop_id) + LATER
        state = "failed" if error.permanent and not error.channel else "prepared"
        unit(lambda: Confirmation.settle(row.id, row.token, state, later))
        return
    _finish(channel, row)


def _finish(channel: EmailChannel, row: Any) -> None:
    """Send the dot after the last look. What nobody knows stays `unknown`, and is not sent again."""
    if not unit(lambda: Confirmation.pass_gate(row.id, row.token)):
        channel.abandon()
        unit(lambda: Confirmation.settle(row.id, row.token, "skipped"))
        return
    try:
        state = "sent" if channel.finish().state == "sent" else "failed"
    except Unanswered:
        return
    unit(lambda: Confirmation.settle(row.id, row.token, state))


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
    id = marks.mail_id(f"confirmation:{row.id}", shop_id)
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
