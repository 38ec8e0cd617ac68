"""The last mails of the demo's past, as the mail server took them, so that the mailbox has something to show."""

from __future__ import annotations

from typing import Any

from app.demo.past import Journey, Past, Person
from app.demo.rows import Row
from app.emails.addresses import framed
from app.emails.mime import Mailbox, compose
from app.emails.rendering import render
from app.extensions import db
from app.models import Email, Mail, Message, Shop

MOST = 8


def fill(shop: Shop, past: Past) -> None:
    """Write every e-mail's subject, and the last few whole mails."""
    written = [message for message in past.rows.tables[Message] if "email_id" in message]
    sent = [message for message in written if message["state"] == "sent"]
    whose = {person.row["id"]: person for person in past.people}
    designs = {email.id: email.content for email in db.session.query(Email).where(Email.shop_id == shop.id)}
    for message in written:
        words = designs[message["email_id"]].get(whose[message["customer_id"]].name.locale)
        message["subject"] = words["subject"].replace("{{ shop.name }}", shop.name)
    for message in sorted(sent, key=lambda message: message["sent_at"])[-MOST:]:
        _keep(shop, past, message, whose[message["customer_id"]], designs[message["email_id"]])


def _keep(shop: Shop, past: Past, message: Row, person: Person, design: dict[str, Any]) -> None:
    frame = framed(shop, message["id"])
    rendered = render(design, person.name.locale, _context(shop, past.journeys[message["run_id"]]), frame)
    raw = compose(
        rendered, Mailbox(shop.sender_email, shop.sender_name), Mailbox(person.name.email), message["mail_id"],
        message["sent_at"], unsubscribe_url=frame.unsubscribe_url,
    )  # fmt: skip
    past.rows.add(
        Mail, message_id=message["id"], mail_id=message["mail_id"], sender=shop.sender_email,
        recipient=person.name.email, subject=rendered.subject, raw=raw, received_at=message["sent_at"],
    )  # fmt: skip


def _context(shop: Shop, journey: Journey) -> dict[str, Any]:
    """What the wording may speak of: the customer, what they left or bought, and the code they were given."""
    name, cart, order, code = journey.person.name, journey.cart, journey.order, journey.code
    context: dict[str, Any] = {
        "customer": {"first_name": name.first, "last_name": name.last, "email": name.email},
        "shop": {"name": shop.name, "url": shop.url},
    }
    if cart:
        context["cart"] = {key: cart[key] for key in ("items", "total", "currency", "url")}
    if order:
        context["order"] = {key: order[key] for key in ("number", "items", "total", "currency")}
    coupon = journey.automation.coupon
    if code and coupon:
        context["coupon"] = {"code": code["code"], "ends_at": code["ends_at"], "terms": "",
                             "kind": coupon.kind, "value": coupon.value}  # fmt: skip
    return context
