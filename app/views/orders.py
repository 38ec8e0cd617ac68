"""Orders: everything that was bought, placed by customers or out of a cart by hand, and each order by itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, g, render_template, request
from sqlalchemy import ColumnElement, and_, or_, select

from app import clock
from app.extensions import db
from app.forms.carts import METHODS
from app.models import Attribution, Cart, Customer, Event, Flow, Message, Order, Run, User
from app.views.carts import stock_of
from app.views.customers import like
from app.views.keyset import Place, stretch

pages = Blueprint("orders", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/orders")
def index() -> str:
    """List the shop's orders, the latest first: all, or those that a number, a name or an address finds."""
    text = request.args.get("q", "").strip()[:120]
    page = stretch(lambda before, size: latest(before, size, text), lambda row: (row[0].placed_at, row[0].id))
    return render_template("orders/index.html", page=page, text=text, now=clock.now(g.shop.id))


@pages.get("/orders/<int:order_id>")
def show(order_id: int) -> str:
    """Show one order: what, for whom, how it is paid, and what brought it."""
    order = db.session.scalar(select(Order).where(Order.shop_id == g.shop.id, Order.id == order_id)) or abort(
        404
    )
    told: Any = {
        "customer": mine(Customer, order.customer_id), "cart": mine(Cart, order.cart_id),
        "placer": db.session.get(User, order.placed_by) if order.placed_by else None,
        "method": METHODS.get(order.payment or ""), "credit": credit_of(order), "letters": letters_of(order),
        "stock": stock_of(order.items), "now": clock.now(g.shop.id),
    }  # fmt: skip
    return render_template("orders/show.html", order=order, **told)


def latest(before: Place | None, size: int, text: str = "") -> list[Any]:
    """Return up to `size` orders with their customers, the latest first, those only that stand behind `before`."""
    whose = and_(Customer.shop_id == Order.shop_id, Customer.id == Order.customer_id)
    rows = select(Order, Customer).outerjoin(Customer, whose).where(Order.shop_id == g.shop.id)
    if text:
        rows = rows.where(found_by(text))
    if before:
        at, id = before
        rows = rows.where(Order.placed_at <= at, or_(Order.placed_at < at, Order.id < id))
    return list(db.session.execute(rows.order_by(Order.placed_at.desc(), Order.id.desc()).limit(size)))


def found_by(text: str) -> ColumnElement[bool]:
    """Find orders by how their number begins ("#1042" is 1042), or by their customer's name or address.

    Whose they are is asked of the shop's customers once, so that orders are found by the index of their customers.
    """
    number = text.lstrip("#")
    theirs = select(Customer.id).where(Customer.shop_id == g.shop.id, like(text))
    numbers = (
        Order.number.istartswith(each, autoescape=True) for each in {text, number, f"#{number}"} if each
    )
    return or_(*numbers, Order.token == text, Order.customer_id.in_(theirs))


def mine(model: Any, id: int | None) -> Any:
    """Return this shop's row with an id, or None."""
    return db.session.scalar(select(model).where(model.shop_id == g.shop.id, model.id == id)) if id else None


def credit_of(order: Order) -> tuple[Flow, Attribution] | None:
    """Return which automation an order is credited to, or None."""
    found = select(Flow, Attribution).join(Attribution, Attribution.flow_id == Flow.id)
    row = db.session.execute(
        found.where(Attribution.shop_id == g.shop.id, Attribution.order_id == order.id)
    ).first()
    return (row[0], row[1]) if row else None


def letters_of(order: Order) -> list[Message]:
    """Return the messages that concern this order, the latest first."""
    about = select(Message).join(Run, Run.id == Message.run_id).join(Event, Event.id == Run.event_id)
    theirs = (
        Message.shop_id == g.shop.id,
        Message.customer_id == order.customer_id,
        Event.order_id == order.id,
    )
    return list(
        db.session.scalars(about.where(*theirs, Message.audience == "customer").order_by(Message.id.desc()))
    )
