"""Home: what the shop's automations brought lately, what needs a person, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as __
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app import clock, vitals
from app.extensions import db
from app.models import Flow, Mail, figures
from app.models.attention import attention, latest_credits, missing
from app.models.periods import Period
from app.views import permissions
from app.views.access import public
from app.views.concerns_house import came_back
from app.views.preflight import unplugged

pages = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the main menu."""

    endpoint: str
    icon: str
    title: Any
    count: int = 0
    foot: bool = False


def register(app: Flask) -> None:
    """Put the page on the application, and the main menu into every template."""
    app.register_blueprint(pages)
    app.context_processor(lambda: {"nav": menu() if g.get("shop") else []})


@pages.get("/")
@public
def root() -> Response:
    """Lead to where the visitor belongs."""
    return redirect(url_for("home.index" if g.user else "logins.welcome"))


def menu() -> list[Item]:
    """Return the main menu of the signed-in user, with its figures."""
    live = select(func.count()).where(Flow.shop_id == g.shop.id, Flow.status.not_in(("deleted", "hand")))
    unread = select(func.count()).select_from(Mail).where(Mail.shop_id == g.shop.id, Mail.read_at.is_(None))
    items = [
        Item("home.index", "house", __("Home")),
        Item("flows.index", "workflow", __("Automations"), db.session.scalar(live) or 0),
        Item("recipes.index", "layout-template", __("Templates")),
        Item("carts.index", "shopping-cart", __("Carts")),
        Item("orders.index", "receipt", __("Orders")),
        Item("customers.index", "users", __("Customers")),
        Item("coupons.index", "ticket-percent", __("Coupons")),
        Item("offers.index", "gift", __("Offers")),
        Item("emails.index", "mail", __("E-mails")),
        Item("mailbox.index", "inbox", __("Mailbox"), db.session.scalar(unread) or 0, foot=True),
        Item("status.show", "activity", __("Status"), foot=True),
        Item("settings.show", "settings", __("Settings"), foot=True),
    ]
    items = [item for item in items if permissions.may(item.endpoint)]
    return [Item("storefront.index", "store", _("Demo shop"), foot=True), *items] if g.shop.is_demo else items


@pages.get("/home")
def index() -> str:
    """Show the last thirty days, what needs a person, and the way to the next step."""
    now = clock.now(g.shop.id)
    period = Period.rolling(now, g.shop.timezone)
    return render_template(
        "home/index.html",
        now=figures.added(figures.by_flow(g.shop.id, period).values(), period.days),
        before=figures.added(figures.by_flow(g.shop.id, period.before).values(), period.days),
        change=figures.change,
        came_back=came_back,
        attention=attention(g.shop, now),
        silent=not vitals.engine(),
        missing=missing(g.shop),
        unplugged=unplugged(g.shop),
        credits=latest_credits(g.shop.id),
        live=live_flows(g.shop.id),
        at=now,
    )


def live_flows(shop_id: int) -> int:
    """Return how many automations of the shop are on."""
    live = select(func.count()).select_from(Flow).where(Flow.shop_id == shop_id, Flow.status == "live")
    return db.session.scalar(live) or 0
