"""Permissions: which pages belong to which area of the work, and who is let into it.

One table for the whole house, held by a test over every address: a new page cannot be forgotten. Also the features
that whoever runs this instance has switched off. Must not know what a page does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.extensions import db
from app.models import Membership, User
from app.models.users import TEAM

NAMES: Mapping[str, Any] = {
    "automations": _l("Automations"), "carts": _l("Carts and orders"), "customers": _l("Customers"),
    "coupons": _l("Coupons"), "settings": _l("Settings"), TEAM: _l("Team"),
}  # fmt: skip
ROOMS: Mapping[str, str] = {
    **dict.fromkeys((
        "flows", "reports", "recipes", "editor", "clips", "conflicts", "counts", "exports", "publishing", "replay",
        "trying", "resume", "runs", "status", "flow_backfill", "emails", "images", "products", "offers",
        "offers_wizard", "offers_channel", "replies", "clock", "calls", "backroom",
    ), "automations"),
    **dict.fromkeys(
        ("carts", "carts_letter", "carts_order", "orders", "reminders", "reminders_wizard"), "carts"
    ),
    **dict.fromkeys(("customers", "mailbox", "mailbox_api", "mailbox_checks"), "customers"),
    **dict.fromkeys(("coupons", "codes"), "coupons"),
    **dict.fromkeys(("settings", "brand", "connection", "mail_server", "policies"), "settings"),
    TEAM: TEAM,
}  # fmt: skip
# What everybody who is signed in needs: the start page, their own account, and the way out.
EVERYBODY = frozenset({
    "home.index", "logins.sign_out", "settings.account", "settings.password", "settings.prefer", "settings.about",
    "notices.index", "notices.read", "notices.show", "notices.follow", "team.turn",
})  # fmt: skip
FEATURES: Mapping[str, str] = {
    "carts": "recovery", "carts_letter": "recovery", "carts_order": "recovery", "reminders": "reminders",
    "reminders_wizard": "reminders", "offers": "offers", "offers_wizard": "offers", "offers_channel": "offers",
    "replies": "replies",
}  # fmt: skip
WORDS: Mapping[str, Any] = {
    "recovery": _l("Left carts"), "reminders": _l("Reminders of left carts"), "offers": _l("Offers in the shop"),
    "replies": _l("Replies to purchases"),
}  # fmt: skip


def area_of(endpoint: str) -> str | None:
    """Return the area that a page belongs to; None when it is everybody's."""
    room = endpoint.partition(".")[0]
    if endpoint in EVERYBODY or room == "notices":
        return None
    return ROOMS.get(room, TEAM)  # a room that nobody has placed is the owner's alone


def may(endpoint: str) -> bool:
    """Return whether the signed-in member may open a page that is switched on."""
    area = None if is_public(endpoint) else area_of(endpoint)
    return not off(endpoint) and (area is None or (g.get("member") is not None and g.member.may(area)))


def is_public(endpoint: str) -> bool:
    """Return whether anybody may open a page, signed in or not."""
    return bool(getattr(current_app.view_functions.get(endpoint), "is_public", False))


def off(endpoint: str) -> str:
    """Return the feature of a page that is switched off on this instance, or ""."""
    feature = FEATURES.get(endpoint.partition(".")[0], "")
    return feature if is_off(feature) else ""


def is_off(feature: str) -> bool:
    """Return whether whoever runs this instance has switched a feature off."""
    return feature in current_app.extensions["settings"].features_off


def demand() -> Response | None:
    """Refuse a page that this member has no business with, or that is switched off, in a plain sentence."""
    endpoint = request.endpoint or ""
    if not g.user or endpoint in ("", "static") or is_public(endpoint):
        return None
    if feature := off(endpoint):
        return refused(_("%(feature)s: switched off here", feature=WORDS[feature]), _switched_off())
    area = area_of(endpoint)
    if area is None or g.member.may(area):
        return None
    return refused(_("This is not your area"), _not_yours(area))


def refused(title: str, text: str) -> Response:
    """Return the page that says no, why, and whom to ask."""
    return Response(render_template("errors/refused.html", title=title, text=text), status=403)


def _switched_off() -> str:
    return _(
        "Whoever runs this instance has switched this off. What is set up stays as it is; ask them to switch it on."
    )


def _not_yours(area: str) -> str:
    owners = select(User).join(Membership, Membership.user_id == User.id)
    mine = owners.where(Membership.shop_id == g.shop.id, Membership.role == "owner").order_by(User.id)
    owner = db.session.scalar(mine.limit(1))
    who = (owner.name or owner.email) if owner else g.shop.name
    return _("You work here without “%(area)s”. Ask %(owner)s to let you in.", area=NAMES[area], owner=who)
