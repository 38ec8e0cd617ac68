"""The demo shop's back room: its merchant plays the shop, which sends parcels, fills shelves and lowers prices.

Whatever happens here is told to Relance through its public door, as a real shop's system would. Outside the demo it
does not exist.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.demo import voice
from app.demo.counter import Good
from app.demo.shelves import shelves
from app.extensions import db
from app.forms.backroom import Shelf
from app.models import Order
from app.shops import demo

pages = Blueprint("backroom", __name__, url_prefix="/back-room")
# event: (the button's words, its icon, the column that says that it is so already)
STATES = {
    "order.paid": (_l("Paid"), "wallet", "paid_at"),
    "order.shipped": (_l("On its way"), "truck", "shipped_at"),
    "order.delivered": (_l("Delivered"), "package-check", "delivered_at"),
    "order.cancelled": (_l("Cancelled"), "ban", "cancelled_at"),
    "order.refunded": (_l("Refunded"), "coins", "refunded_at"),
}


def register(app: Flask) -> None:
    """Put the room on the application, and its buttons at hand of an order's page."""
    app.jinja_env.globals.update(order_moves=moves)
    app.register_blueprint(pages)


@pages.before_request
def only_in_the_demo() -> None:
    """Answer 404 to every other shop."""
    if g.shop is None or not g.shop.is_demo:
        abort(404)


@pages.get("")
def show() -> str:
    """Show what lies on the shelves, each with its price and its stock to be changed."""
    goods = shelves(g.shop.id, "en", current_app.extensions["settings"].base_url).values()
    return render_template("backroom/show.html", shelves=[(good, shelf(good)) for good in goods])


@pages.post("/products/<key>")
def fill(key: str) -> Response:
    """Say that a product has another price or stock."""
    good = shelves(g.shop.id, "en", current_app.extensions["settings"].base_url).get(key) or abort(404)
    form = shelf(good)
    if not form.validate_on_submit():
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors))
    elif told(voice.saved(replace(good, price=form.price.data, stock=form.stock.data), clock.now(g.shop.id))):
        flash(_("Told. Automations that wait for it see it within seconds."))
    return redirect(url_for("backroom.show"))


@pages.post("/orders/<int:order_id>")
def move(order_id: int) -> Response:
    """Say that an order is paid, on its way, delivered, cancelled or refunded."""
    order = db.session.scalar(select(Order).where(Order.shop_id == g.shop.id, Order.id == order_id)) or abort(
        404
    )
    event = request.form.get("event", "")
    if event not in STATES:
        abort(400)
    if told(voice.moved(event, order, clock.now(g.shop.id))):
        flash(_("Told. The order changes within seconds."))
    return redirect(url_for("orders.show", order_id=order_id))


def shelf(good: Good) -> Shelf:
    """Return the form of one product."""
    return Shelf(data={"price": good.price, "stock": good.stock}, meta={"currency": g.shop.currency})


def told(happening: voice.Body) -> bool:
    """Speak through the public door, with no transaction of ours open meanwhile."""
    shop_id = g.shop.id
    db.session.rollback()
    heard = demo.tell(current_app._get_current_object(), happening)  # type: ignore[attr-defined]
    if heard:
        doorbell.ring("enrol", shop_id)
    return heard


def moves(order: Order) -> list[tuple[str, object, str]]:
    """Return (event, words, icon) of each state that an order of the demo can still come to."""
    if order.cancelled_at or order.refunded_at:
        return []
    return [
        (event, words, icon) for event, (words, icon, column) in STATES.items() if not getattr(order, column)
    ]
