"""A cart becomes an order by hand: paid or not, told to its customer or not, with what it does to the stock."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, g, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from app import clock, doorbell
from app.demo import counter
from app.extensions import db
from app.forms.carts import PlaceForm
from app.models import Customer, placing
from app.models.by_hand import Letter, TooLate
from app.models.left_carts import LeftCart
from app.models.placing import Chosen
from app.passwords import token
from app.unit import unit
from app.views.carts import find, note, order_of, stock_of
from app.views.carts_letter import language

pages = Blueprint("carts_order", __name__)
Page = str | Answer | tuple[str, int]


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/carts/<int:cart_id>/order", methods=["GET", "POST"])
def show(cart_id: int) -> Page:
    """Turn a cart into an order; nobody is charged (CART-28 to 31)."""
    left = find(cart_id)
    if left.cart.ordered_at:
        return became(left)
    form = PlaceForm(
        data={"paid": "no", "shipping": usual_shipping(left)}, meta={"currency": left.cart.currency}
    )
    if form.validate_on_submit():
        return place(form, left)
    effects = placing.effects(left.cart.items, stock_of(left.cart.items))
    page = render_template("carts/order.html", form=form, left=left, cart=left.cart, effects=effects)
    return page, 422 if form.is_submitted() else 200


def usual_shipping(left: LeftCart) -> int | None:
    """Return what sending this cart costs where we know it: in the demo shop."""
    return counter.shipping(left.cart.total) if g.shop.is_demo else None


def place(form: PlaceForm, left: LeftCart) -> Answer:
    """Place it, and lead to the order; somebody may have been faster."""
    shop_id, cart_id, now, real = g.shop.id, left.cart.id, clock.now(g.shop.id), clock.real()
    letter = confirmation(left.customer, cart_id) if form.confirm.data else None
    chosen = Chosen(user_id=g.user.id, sells=g.shop.is_demo, letter=letter, **form.told())

    def work() -> int:
        note("placed_order", cart_id, paid=chosen.paid)
        return placing.place(shop_id, cart_id, chosen, real, now)

    try:
        order_id = unit(work)
    except TooLate:
        db.session.expire_all()
        return became(find(cart_id))
    for kind in ("enrol", "deliver"):
        doorbell.ring(kind, shop_id)
    flash(_("The order is placed. Nobody was charged: arrange the payment with your customer."))
    return redirect(url_for("orders.show", order_id=order_id))


def became(left: LeftCart) -> Answer:
    """Lead to the order that the cart has become."""
    flash(_("This cart has been ordered already."))
    known = order_of(left)
    if known is None:
        return redirect(url_for("carts.show", cart_id=left.cart.id))
    return redirect(url_for("orders.show", order_id=known.id))


def confirmation(customer: Customer, cart_id: int) -> Letter:
    """Return the confirmation of an order, in the customer's language."""
    locale = language(customer)
    with force_locale(locale):
        who = customer.first_name
        hello = _("Hello %(name)s,", name=who) if who else _("Hello,")
        said = _("Thank you: we have taken down your order. Nothing was charged; if a payment is still open, we will "
                 "arrange it with you.")  # fmt: skip
        words = {"subject": _("Your order at %(shop)s", shop=g.shop.name), "text": f"{hello}\n\n{said}",
                 "button": _("Visit our shop"), "about": "order", "locale": locale, "user_id": g.user.id}  # fmt: skip
    return Letter(f"order-of-cart-{cart_id}-{token()[:12]}"[:60], _("Letters by hand"), words)
