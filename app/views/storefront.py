"""The demo shop, open to everybody: its shelves, its products and the cart. The checkout is next door.

A shopper's basket is a cookie of the shop's own; what happens here is told to Relance through its public door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Flask, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app import clock
from app.demo import basket as baskets
from app.demo import catalogue, voice
from app.demo.basket import Wish as Pieces
from app.forms.birthdays import BirthdayForm
from app.forms.storefront import Wish
from app.languages import LANGUAGES
from app.views import storefront_checkout, storefront_gifts  # noqa: F401 - their pages belong to the shop
from app.views.access import public
from app.views.storefront_recovery import left_cart
from app.views.storefront_visit import at_counter, find, pages, sums, tell, tell_cart


def register(app: Flask) -> None:
    """Put the demo shop on the application."""
    app.register_blueprint(pages)


@pages.get("/")
@public
def index() -> str:
    """Show what there is, all of it or one collection."""
    chosen = request.args.get("collection", "")
    goods = [good for good in g.shelves.values() if chosen in ("", good.collection)]
    collections = catalogue.collections(g.language)
    return render_template("storefront/index.html", goods=goods, collections=collections, chosen=chosen)


@pages.get("/products/<key>")
@public
def product(key: str) -> str:
    """Show one product; a shopper whose address we know was seen looking at it."""
    good = find(key)
    if g.basket.email:
        tell(voice.viewed(g.basket, good, clock.now(g.front.id)))
    others = [other for other in g.shelves.values() if other.collection == good.collection and other != good]
    wish = Wish(email=g.basket.email)
    return render_template(
        "storefront/product.html", good=good, others=others[:4], most=baskets.MOST, wish=wish
    )


@pages.post("/products/<key>/wanted")
@public
def want(key: str) -> str | tuple[str, int]:
    """Note who wants to be told when a product is back: their own wish, hence no consent to news."""
    good, form = find(key), Wish(meta={"csrf": False})
    if not form.validate_on_submit():
        return render_template(
            "storefront/product.html", good=good, others=[], most=baskets.MOST, wish=form
        ), 422
    g.basket = replace(g.basket, email=form.email.data or "")
    heard = tell(voice.wanted(g.basket, good, clock.now(g.front.id)))
    return render_template(
        "storefront/product.html", good=find(key), others=[], most=baskets.MOST, wished=heard
    )


@pages.post("/birthday")
@public
def birthday() -> Answer:
    """Keep the day of a shopper's birthday, when they have told one."""
    form = BirthdayForm(meta={"csrf": False})
    if g.basket.email and form.validate_on_submit() and form.told:
        tell(voice.born(g.basket, form.told, clock.now(g.front.id)))
        return redirect(url_for("storefront.thanks", birthday="kept"))
    return redirect(url_for("storefront.thanks"))


@pages.get("/cart")
@public
def cart() -> str | Answer:
    """Show the basket; a mail's link brings the cart that was left instead."""
    if token := request.args.get("recover"):
        return left_cart(token)
    lines, changes = at_counter()
    return render_template(
        "storefront/cart.html", lines=lines, changes=changes, **sums(lines), most=baskets.MOST
    )


@pages.post("/cart")
@public
def put() -> Answer:
    """Put pieces of a product into the basket, or take it out."""
    good = find(request.form.get("product", ""))
    quantity = asked_for(request.form, g.basket.wishes.get(good.key))
    wanted = quantity if good.stock is None else min(quantity, good.stock)
    changed = g.basket.with_wish(good.key, wanted, good.price)
    if changed.wishes != g.basket.wishes:
        g.basket = changed
        tell_cart("cart.updated")
    return redirect(url_for("storefront.cart"))


def asked_for(form: Mapping[str, str], before: Pieces | None) -> int:
    """Return how many pieces there shall be: none, exactly so many, or so many more than before."""
    if "remove" in form:
        return 0
    typed = form.get("quantity", "1").strip()
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    return number if "exactly" in form else max(number, 1) + (before.quantity if before else 0)


@pages.post("/language")
@public
def language() -> Answer:
    """Speak the shopper's language from now on."""
    chosen, target = request.form.get("language", ""), request.form.get("next", "")
    if chosen in LANGUAGES:
        g.basket = replace(g.basket, language=chosen)
    inside = target.startswith("/demo-shop/") and "\\" not in target
    return redirect(target if inside else url_for("storefront.index"))
