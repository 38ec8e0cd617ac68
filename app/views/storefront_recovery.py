"""The way back to a cart that was left: a signed link in a mail shows it, a button takes it over."""

from __future__ import annotations

from dataclasses import replace

from flask import g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import clock, links
from app.demo import counter
from app.demo.basket import Basket
from app.demo.counter import Change, Line, Wanted
from app.emails import arrivals
from app.extensions import db
from app.models import Cart
from app.unit import unit
from app.views.access import public
from app.views.storefront_visit import pages, sums


def left_cart(token: str) -> str | tuple[str, int]:
    """Show the cart that a link names, beside today's shelves. Changes nothing."""
    cart = cart_of(token)
    if cart is None:
        return render_template("storefront/expired.html"), 410
    if cart.ordered_at:
        return render_template("storefront/ordered.html")
    lines, changes = today(cart)
    mine = g.basket.count if g.basket.token != cart.token else 0
    return render_template("storefront/recover.html", lines=lines, changes=changes, token=token, mine=mine,
                           **sums(lines))  # fmt: skip


@pages.post("/cart/recover")
@public
def recover() -> str | Answer | tuple[str, int]:
    """Make the cart that was left the shopper's own, and go to the checkout."""
    token = request.form.get("token", "")
    cart = cart_of(token)
    if cart is None or cart.ordered_at:
        return left_cart(token)
    came_back(token)
    lines, _changes = today(cart)
    g.basket = taken_over(g.basket, cart.token, lines)
    return redirect(url_for("storefront.checkout" if lines else "storefront.cart"))


def came_back(token: str) -> None:
    """Note that a person pressed the button: the link alone may have been a scanner's doing."""
    if claim := links.read("recovery", token):
        now = clock.now(claim.shop_id)
        unit(lambda: arrivals.arrived(claim.shop_id, claim.message_id, claim.target, now))


def taken_over(basket: Basket, token: str, lines: list[Line]) -> Basket:
    """Return the shopper's basket with this cart in it, at today's prices, instead of what was there."""
    basket = replace(basket, token=token, wishes={}, code="")
    for line in lines:
        basket = basket.with_wish(line.good.key, line.quantity, line.good.price)
    return basket


def cart_of(token: str) -> Cart | None:
    """Return the cart that a genuine link of this shop names, while the link lives."""
    claim = links.read("recovery", token)
    if claim is None or claim.shop_id != g.front.id:
        return None
    return db.session.scalar(select(Cart).where(Cart.shop_id == g.front.id, Cart.token == claim.target))


def today(cart: Cart) -> tuple[list[Line], list[Change]]:
    """Return what of the cart can be bought today, and what changed since it was left."""
    wanted = (Wanted(i["product"], i.get("quantity", 1), i["price"], i.get("title", "")) for i in cart.items)
    return counter.lay(wanted, g.shelves)
