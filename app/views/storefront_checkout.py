"""The demo shop's checkout: the e-mail first, then the address, a code and a payment that moves no money."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import clock
from app.demo import counter, till, voice
from app.demo.basket import Address, Thanks
from app.demo.counter import Line
from app.extensions import db
from app.forms.birthdays import BirthdayForm
from app.forms.storefront import Contact, Delivery, refusal
from app.models import Code, Customer, Offer, Sale
from app.models.coupons import Bill, Declined
from app.views.access import public
from app.views.storefront_visit import at_counter, pages, tell_cart, tell_sales

Page = str | Answer | tuple[str, int]


@pages.route("/checkout", methods=["GET", "POST"])
@public
def checkout() -> Page:
    """Ask for the e-mail address: from here on a cart that is left can be brought back."""
    lines, changes = at_counter()
    if not lines:
        return redirect(url_for("storefront.cart"))
    form = Contact(email=g.basket.email, subscribed=g.basket.subscribed, way=g.basket.way)
    if form.validate_on_submit():
        said = {
            "email": form.email.data or "",
            "subscribed": bool(form.subscribed.data),
            "way": form.way.data,
        }
        g.basket = replace(g.basket, **said)
        tell_cart("checkout.started")
        return redirect(url_for("storefront.payment"))
    items = counter.subtotal(lines)
    prices = {way: counter.shipping(items, way) for way in counter.WAYS}
    page = render_template(
        "storefront/checkout.html", form=form, bill=bill(lines), changes=changes, prices=prices
    )
    return page, 422 if form.is_submitted() else 200


@pages.get("/checkout/payment")
@public
def payment() -> Page:
    """Ask for the address and, behind a link, for a code."""
    lines, _changes = at_counter()
    if not lines:
        return redirect(url_for("storefront.cart"))
    if not g.basket.email:
        return redirect(url_for("storefront.checkout"))
    return page(Delivery(data=asdict(g.basket.address)), lines)


@pages.post("/checkout/payment")
@public
def pay() -> Page:
    """Do what the pressed button says: take a code, put it back, or pay. What was typed is kept in each case."""
    lines, _changes = at_counter()
    if not lines or not g.basket.email:
        return redirect(url_for("storefront.payment"))
    form, typed = Delivery(), request.form.get("code", "").strip()
    remember(form)
    pressed = request.form.get("do")
    if pressed == "use":
        typed = offered()
    if pressed == "remove":
        g.basket = replace(g.basket, code="")
        return redirect(url_for("storefront.payment"))
    if pressed == "redeem" or typed:
        return redeem(form, lines, typed)
    if not form.validate_on_submit():
        return page(form, lines), 422
    return settle(form, lines)


def remember(form: Delivery) -> None:
    """Keep in the basket what was typed so far, right or not."""
    typed = {name: (form[name].data or "")[:120] for name in asdict(Address())}
    g.basket = replace(g.basket, address=Address(**typed))


def offered() -> str:
    """Return the code of the offer that this shopper is shown, or an empty string."""
    customer_id, now = shopper(), clock.now(g.front.id)
    found = Offer.shown(g.front.id, customer_id, now) if customer_id else None
    return found[1].code if found else ""


def redeem(form: Delivery, lines: list[Line], typed: str) -> Page:
    """Take a code if it is good, else say why it is not."""
    asked = bill(lines, typed[:80])
    if asked.refusal:
        return page(form, lines, typed=typed, refusal=asked.refusal), 422
    g.basket = replace(g.basket, code=asked.code)
    return redirect(url_for("storefront.payment"))


def settle(form: Delivery, lines: list[Line]) -> Page:
    """Pay what the page said; when that is no longer the price, say so instead."""
    asked = bill(lines, g.basket.code)
    if (before := paid_before()) is not None:
        return before
    if asked.refusal:
        g.basket = replace(g.basket, code="")
        return page(form, lines, typed=asked.code, refusal=asked.refusal), 422
    if request.form.get("total", type=int) != asked.total:
        return page(
            form, lines, notice=_("Something changed since this page was shown. Look at the total again.")
        ), 409
    shop_id, now, basket = g.front.id, clock.now(g.front.id), g.basket
    try:
        receipt = till.pay(shop_id, basket.token, lines, basket.code, basket.email, now,
                           lambda receipt: voice.paid(basket, lines, receipt, now), basket.way)  # fmt: skip
    except till.PaidBefore:
        return paid_before() or redirect(url_for("storefront.cart"))
    except (till.Changed, Declined):
        return redirect(url_for("storefront.cart"))
    tell_sales()
    return done(receipt.number, receipt.total)


def done(number: str, total: int) -> Answer:
    """Empty the basket and lead to the thank-you page."""
    g.basket = g.basket.paid(Thanks(number, total, g.basket.email))
    return redirect(url_for("storefront.thanks"))


def paid_before() -> Answer | None:
    """Say thank you again when this very cart was paid already: a second press of the button buys nothing."""
    token = till.order_token(g.basket.token)
    sale = db.session.get(Sale, (g.front.id, token))
    return done(till.order_number(token), sale.total) if sale else None


@pages.get("/thanks")
@public
def thanks() -> Page:
    """Say thank you for the order that this browser paid last."""
    if g.basket.thanks is None:
        return redirect(url_for("storefront.index"))
    return render_template("storefront/thanks.html", thanks=g.basket.thanks, born=BirthdayForm(),
                           birthday="birthday" in request.args)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks to be paid, in minor units, and why a code does not count."""

    lines: list[Line]
    items: int
    shipping: int
    discount: int = 0
    code: str = ""
    refusal: str = ""

    @property
    def total(self) -> int:
        """What there is to pay."""
        return self.items + self.shipping - self.discount


def bill(lines: list[Line], code: str = "") -> Asked:
    """Add up the lines, with what a code takes off."""
    items = counter.subtotal(lines)
    asked = Asked(lines, items, counter.shipping(items, g.basket.way), code=code)
    if not code:
        return asked
    try:
        asked_for = Bill(items, asked.shipping, till.pieces(lines))
        quote = Code.quote(g.front.id, code, asked_for, shopper(), clock.now(g.front.id))
    except Declined as declined:
        return replace(asked, refusal=refusal(declined, g.front.currency))
    return replace(asked, code=quote.code, discount=quote.discount)


def shopper() -> int | None:
    """Return the id of the customer with the basket's address, if Relance knows one."""
    same = select(Customer.id).where(Customer.shop_id == g.front.id, Customer.email == g.basket.email)
    return db.session.scalar(same)


def page(form: Delivery, lines: list[Line], typed: str = "", refusal: str = "", notice: str = "") -> str:
    """Draw the payment page. A code that has become worthless meanwhile is put back, with the reason."""
    asked = bill(lines, "" if refusal else g.basket.code)
    if asked.refusal:
        typed, refusal, g.basket = asked.code, asked.refusal, replace(g.basket, code="")
    changes = at_counter()[1]
    return render_template("storefront/payment.html", form=form, bill=asked, changes=changes, typed=typed,
                           refusal=refusal, notice=notice)  # fmt: skip
