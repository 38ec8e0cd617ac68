"""A letter about one cart: the subject and the words for this one mail, a code if one likes, and how it will look."""

from __future__ import annotations

import secrets

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from app import clock, doorbell
from app.emails import goods
from app.emails.preview import preview as rendered
from app.emails.terms import terms
from app.emails.wording import BadWording
from app.extensions import db
from app.forms.carts import LetterForm
from app.languages import spoken
from app.models import Coupon, Customer, Flow, Handwritten, by_hand
from app.models.by_hand import Letter, TooLate
from app.models.left_carts import LeftCart
from app.passwords import token
from app.unit import unit
from app.views.carts import find, note, unwelcome
from app.views.coupon_warnings import coupons_in
from app.views.framed import framed
from app.views.recipes import offered
from graph.recipes.offers import only

pages = Blueprint("carts_letter", __name__)
Page = str | Answer | tuple[str, int]
LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"  # those that nobody misreads


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/carts/<int:cart_id>/letter", methods=["GET", "POST"])
def show(cart_id: int) -> Page:
    """Write to the owner of a cart by hand, now (CART-26)."""
    left = find(cart_id)
    if left.cart.ordered_at or unwelcome(left.customer):
        return redirect(url_for("carts.show", cart_id=cart_id))
    form = filled(left)
    if form.validate_on_submit() and not broken(form, left):
        return send(form, left)
    return render_template("carts/letter.html", form=form, left=left), 422 if form.is_submitted() else 200


@pages.get("/carts/<int:cart_id>/letter/preview")
def first_preview(cart_id: int) -> Response:
    """Show the letter that we would write."""
    left = find(cart_id)
    return framed(drawn(filled(left), left))


@pages.post("/carts/<int:cart_id>/letter/preview")
def preview(cart_id: int) -> Response:
    """Show the letter as it would arrive, in a frame of its own. Sends and keeps nothing."""
    left = find(cart_id)
    return framed(drawn(filled(left), left))


def filled(left: LeftCart) -> LetterForm:
    """Return the form with what we would write, in the customer's language."""
    with force_locale(language(left.customer)):
        who = left.customer.first_name
        hello = _("Hello %(name)s,", name=who) if who else _("Hello,")
        words = _("You left a few things in your cart at %(shop)s. Is there anything that we can help you with?",
                  shop=g.shop.name)  # fmt: skip
        told = {
            "subject": _("Your cart at %(shop)s is still here", shop=g.shop.name),
            "text": f"{hello}\n\n{words}",
        }
    form = LetterForm(data=told | {"key": token()[:40], "seen": str(by_hand.gone(left.cart))})
    form.offer(given())
    return form


def language(customer: Customer) -> str:
    """Return the language to write to a customer in: their own if it is one of ours, else the shop's."""
    return spoken(customer.locale, str(g.shop.locale))


def written(form: LetterForm, customer: Customer) -> Handwritten:
    """Return the letter that a form holds, not yet kept."""
    locale = language(customer)
    with force_locale(locale):
        back = _("Back to my cart")
    words = {"subject": form.subject.data or "", "text": form.text.data or "", "button": back}
    return Handwritten(about="cart", locale=locale, user_id=g.user.id, **words)


def broken(form: LetterForm, left: LeftCart) -> bool:
    """Whether the words cannot be filled in; the form then says why."""
    try:
        render(form, left)
    except BadWording as error:
        form.text.errors = [*form.text.errors, str(error)]
        return True
    return False


def drawn(form: LetterForm, left: LeftCart) -> str:
    """Return the letter as a document, or the sentence that says why it cannot be written."""
    try:
        return render(form, left)
    except BadWording as error:
        return render_template("carts/broken.html", reason=str(error))


def render(form: LetterForm, left: LeftCart) -> str:
    """Return the letter's HTML with this cart in it. Raises BadWording."""
    design, cart, customer = written(form, left.customer), left.cart, left.customer
    known = {
        "customer": {name: getattr(customer, name) for name in ("first_name", "last_name", "email")},
        "cart": {"items": goods.described(g.shop.id, cart.items), "total": cart.total, "currency": cart.currency,
                 "url": cart.url},
        "coupon": sample(form, design.locale),
    }  # fmt: skip
    return rendered(design.content, design.locale, g.shop, customer, known).html


def sample(form: LetterForm, locale: str) -> dict[str, object]:
    """Return the chosen coupon as the letter will tell it; its code is drawn when the letter is sent."""
    coupon = chosen(form)
    if coupon is None:
        return {}
    return {
        "code": text_of(coupon),
        "terms": terms(coupon, g.shop.currency, locale),
        "ends_at": coupon.ends_at,
    }


def given() -> dict[int, str]:
    """Return the coupons that a letter can give: one that an offer promises is given by that offer only."""
    live = db.session.scalars(select(Flow.draft).where(Flow.shop_id == g.shop.id, Flow.status == "live"))
    promised = {coupon for drawn in live if only(drawn) for coupon in coupons_in(drawn)}
    return {id: name for id, name in offered().items() if id not in promised}


def chosen(form: LetterForm) -> Coupon | None:
    """Return the coupon that was chosen among those offered here, or None."""
    id = form.coupon.data if form.coupon.data in given() else 0
    return db.session.get(Coupon, id) if id else None


def text_of(coupon: Coupon) -> str:
    """Return a code of a coupon: one that nobody can guess, or the one that all share."""
    own = "".join(secrets.choice(LETTERS) for _place in range(8))
    return "-".join(part for part in (coupon.prefix, own) if part) if coupon.personal else coupon.prefix


def send(form: LetterForm, left: LeftCart) -> Answer:
    """Let the letter leave, once however often the button is pressed."""
    shop_id, cart_id, now = g.shop.id, left.cart.id, clock.now(g.shop.id)
    design, coupon, seen = written(form, left.customer), chosen(form), form.seen.data or ""
    words = {
        name: getattr(design, name) for name in ("about", "locale", "subject", "text", "button", "user_id")
    }
    title = _("Letters by hand")
    ready = Letter((form.key.data or token())[:60], title, words, coupon, text_of(coupon) if coupon else "",
                   int(seen) if seen.isdecimal() else 0)  # fmt: skip
    try:
        place = unit(lambda: noted(by_hand.remind(shop_id, cart_id, ready, now), cart_id))
    except TooLate as error:
        flash(sorry(error))
        return redirect(url_for("carts.show", cart_id=cart_id))
    if place is not None:
        doorbell.ring("advance", place.version_id)
        doorbell.ring("deliver", shop_id)
    flash(_("It is on its way."))
    return redirect(url_for("carts.show", cart_id=cart_id))


def noted(place: by_hand.Place | None, cart_id: int) -> by_hand.Place | None:
    """Keep who wrote, and return where it leaves from."""
    if place is not None:
        note("wrote", cart_id, run=place.run_id)
    return place


def sorry(error: TooLate) -> str:
    """Say why the letter did not leave."""
    if error.reason == "ordered":
        return _("Nothing was sent: the customer has ordered in the meantime.")
    return _(
        "Nothing was sent: a reminder left while you were writing. Read it first, then write if you still want to."
    )
