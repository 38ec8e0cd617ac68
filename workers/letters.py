"""Letters: a row of the outbox becomes the bytes of one mail, written with the facts of this moment.

Knows which design, whose words, which headers. Must not know the mail server, nor whether the mail may leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from app.emails import addresses
from app.emails.frame import Frame
from app.emails.mime import BadAddress, Mailbox, compose
from app.emails.rendering import Rendered, language_of, render
from app.emails.wording import BadWording
from app.extensions import db
from app.models import Customer, Email, Run, Shop
from app.returned.addresses import return_path
from workers import context
from workers.background import Background


class Unwritable(Exception):
    """A message that cannot become a mail; `reason` is why, and `words` what the merchant may need to mend it."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(reason)
        self.reason, self.words = reason, words


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to go. `codes` are the ids of those that it shows, `revision` that of its design."""

    sender: str
    recipient: str
    subject: str
    raw: bytes
    codes: tuple[int, ...] = ()
    revision: int | None = None


def write(message: Any, about: Background, now: datetime, with_code: bool = True) -> Letter:
    """Return the mail of a message (a row), one of those that `about` was read for; raises Unwritable."""
    shop, customer = (
        db.session.get_one(Shop, message.shop_id),
        db.session.get_one(Customer, message.customer_id),
    )
    try:
        if message.audience == "staff":
            return _note(message, about, shop, customer, now)
        return _letter(message, about, shop, customer, now, with_code)
    except BadWording as error:
        raise Unwritable("wording", str(error)) from error
    except BadAddress as error:
        raise Unwritable("address", str(error)) from error


def _letter(
    message: Any, about: Background, shop: Shop, customer: Customer, now: datetime, with_code: bool
) -> Letter:
    if not customer.email:
        raise Unwritable("erased")
    by_hand = about.by_hand.get((message.run_id, message.visit))
    design = by_hand or db.session.get(Email, message.email_id or 0)
    if design is None or design.shop_id != shop.id:
        raise Unwritable("email_gone")
    run = db.session.get_one(Run, message.run_id)
    offered = context.offered(run) if with_code else None
    locale = language_of(design.content, customer.locale, shop.locale)
    frame = addresses.framed(shop, message.id, about.policy)
    told = context.of(shop, run, customer, offered, locale, about.products)
    rendered = render(design.content, locale, told, frame)
    name = f"{customer.first_name} {customer.last_name}".strip()
    shown = (offered.code.id,) if offered and offered.code.code in rendered.text + rendered.html else ()
    to = Mailbox(customer.email, name)
    letter = _posted(message, about, shop, to, rendered, now, frame.unsubscribe_url, shown)
    return replace(letter, revision=design.revision)


def _note(message: Any, about: Background, shop: Shop, customer: Customer, now: datetime) -> Letter:
    """Return the note to the shop's own people: what the merchant wrote, whom it is about, and a link to them."""
    if not shop.staff_email:
        raise Unwritable("no_staff_address")
    who = f"{customer.first_name} {customer.last_name}".strip() or customer.email or ""
    with force_locale(shop.locale):
        button, path = _door(message, customer)
        subject = _("%(shop)s: a note from your automation", shop=shop.name)
        reason = _("You are receiving this note because an automation of your shop asked for it.")
    page = f"{addresses.base_url()}{path}"
    blocks = [{"kind": "text", "text": "{{ note.text }}"}, {"kind": "text", "text": "{{ note.who }}"},
              {"kind": "button", "text": button, "target": page}]  # fmt: skip
    design = {shop.locale: {"subject": "{{ note.subject }}", "preheader": "", "blocks": blocks}}
    plain = {"note": {"text": message.text, "who": who, "subject": subject}}
    frame = Frame.of(shop, addresses.base_url())
    rendered = render(design, shop.locale, plain, replace(frame, reason=reason))
    return _posted(message, about, shop, Mailbox(shop.staff_email), rendered, now)


def _door(message: Any, customer: Customer) -> tuple[str, str]:
    """Return the words and the path of a note's button: to what is to be mended, to the customer, or to the run."""
    if path := (message.data or {}).get("path"):
        return _("Mend it"), str(path)
    if customer.email:
        return _("Open this customer"), f"/customers/{customer.id}"
    return _("See what happened"), f"/runs/{message.run_id}"


def _posted(
    message: Any, about: Background, shop: Shop, to: Mailbox, rendered: Rendered, now: datetime, unsubscribe: str = "",
    codes: tuple[int, ...] = (),
) -> Letter:  # fmt: skip
    sender = Mailbox(shop.sender_email or shop.contact_email, shop.sender_name or shop.name)
    if not sender.address:
        raise Unwritable("sender")
    headers = {"Feedback-ID": f"{message.flow_id}:{message.shop_id}:{message.audience}:relance"}
    told: dict[str, Any] = {
        "unsubscribe_url": unsubscribe,
        "reply_to": shop.contact_email,
        "headers": headers,
    }
    raw = compose(rendered, sender, to, message.mail_id, now, **told)
    back = return_path(message.shop_id, message.id, sender.address, about.returning)
    return Letter(back, to.address, rendered.subject, raw, codes)
