"""Alerts: what a notice says, by mail to the shop's own people, with a button to where it is mended (OFFER-26)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.emails import addresses
from app.emails.frame import Frame
from app.emails.mime import BadAddress, Mailbox, compose
from app.emails.rendering import Rendered, render
from app.extensions import db
from app.models import Membership, Shop, StaffNotice, User
from workers import marks, singles
from workers.letters import Letter


def send(shop_id: int) -> int:
    """Mail the shop's notices that are due; return how many were looked after."""
    return singles.send(shop_id, StaffNotice, _written)


def _written(shop_id: int, row: Any) -> Letter | None:
    shop, notice = db.session.get_one(Shop, shop_id), db.session.get_one(StaffNotice, row.id)
    sender = Mailbox(shop.sender_email or shop.contact_email, shop.sender_name or shop.name)
    to = reader(shop)
    if not sender.address or not to:
        return None
    rendered = _rendered(shop, notice)
    id = marks.single_id(f"notice:{row.id}", shop_id)
    try:
        raw = compose(rendered, sender, Mailbox(to), id, clock.now(shop_id), reply_to=shop.contact_email)
    except BadAddress:
        return None
    return Letter(sender.address, to, rendered.subject, raw)


def reader(shop: Shop) -> str:
    """Return the address at which somebody of the shop reads: the team's, else that of who opened the shop, or ""."""
    first = select(User.email).join(Membership, Membership.user_id == User.id)
    first = first.where(Membership.shop_id == shop.id).order_by(User.id).limit(1)
    return shop.staff_email or db.session.scalar(first) or ""


def _rendered(shop: Shop, notice: StaffNotice) -> Rendered:
    with force_locale(shop.locale):
        subject = _("%(shop)s: one of your automations needs you", shop=shop.name)
        reason = _("You receive this because an automation of your shop has stopped itself.")
        button = {"kind": "button", "text": _("Mend it"), "target": addresses.base_url() + notice.path}
    blocks = [{"kind": "text", "text": "{{ note.text }}"}, button]
    design = {shop.locale: {"subject": "{{ note.subject }}", "preheader": "", "blocks": blocks}}
    frame = replace(Frame.of(shop, addresses.base_url()), reason=reason)
    return render(design, shop.locale, {"note": {"text": notice.text, "subject": subject}}, frame)
