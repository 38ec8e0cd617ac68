"""A shopper's visit to the demo shop: their basket, their language, today's shelves, and what Relance is told.

Each page of the shop stands on this. It must not know what a single page shows.
"""

from __future__ import annotations

from dataclasses import replace

import flask_babel
from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from sqlalchemy import select

from app import clock
from app.demo import basket as baskets
from app.demo import counter, voice
from app.demo.basket import Basket
from app.demo.counter import Change, Good, Line, Wanted
from app.demo.shelves import shelves
from app.extensions import db, limiter
from app.languages import LANGUAGES
from app.models import Sale, Shop
from app.shops import demo
from app.unit import unit

pages = Blueprint("storefront", __name__, url_prefix="/demo-shop")
# Anybody may shop here without signing in, and each change is told to the engine: a person's pace, not a program's.
limiter.limit("120/minute;1500/hour", methods=["POST"])(pages)


@pages.before_request
def enter() -> None:
    """Find the shop and the shopper's basket; there is no such place on an instance without a demo."""
    shop = db.session.scalar(select(Shop).where(Shop.is_demo).order_by(Shop.id))
    if shop is None or not current_app.extensions["settings"].demo:
        abort(404)
    secret = current_app.config["SECRET_KEY"]
    g.carried = baskets.read(request.cookies.get(baskets.COOKIE, ""), secret)
    g.basket = g.carried or baskets.fresh()
    g.language = g.basket.language if g.basket.language in LANGUAGES else _browsers_language()
    g.basket = replace(g.basket, language=g.language)
    flask_babel.refresh()
    g.front = shop
    tell_sales()
    g.shelves = shelves(shop.id, g.language, current_app.extensions["settings"].base_url)


def _browsers_language() -> str:
    return request.accept_languages.best_match(list(LANGUAGES), "en") or "en"


@pages.context_processor
def terms() -> dict[str, int]:
    """What sending costs, in minor units, for the foot of every page."""
    return {"fee": counter.SHIPPING, "free_from": counter.FREE_FROM}


@pages.after_request
def keep(response: Response) -> Response:
    """Let the shopper carry on with the basket as it is now."""
    if "front" in g and g.basket != g.carried:
        response.set_cookie(
            baskets.COOKIE, baskets.write(g.basket, current_app.config["SECRET_KEY"]), max_age=baskets.LIVES,
            path=pages.url_prefix, httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
    return response


@pages.errorhandler(404)
def missing(error: Exception) -> tuple[str, int] | Exception:
    """Say that this page does not exist, in the shop's own look where there is a shop."""
    if "front" not in g:
        return error
    return render_template("storefront/missing.html"), 404


def find(key: str) -> Good:
    """Return the product with this key, or answer 404."""
    return g.shelves.get(key) or abort(404)


def at_counter() -> tuple[list[Line], list[Change]]:
    """Return what of the basket can be bought today, and what changed."""
    basket: Basket = g.basket
    return counter.lay((Wanted(key, w.quantity, w.price) for key, w in basket.wishes.items()), g.shelves)


def sums(lines: list[Line]) -> dict[str, int]:
    """What the lines and their shipping come to, for a page."""
    items = counter.subtotal(lines)
    return {"items": items, "shipping": counter.shipping(items, g.basket.way)}


def tell_cart(event: str) -> None:
    """Tell Relance about the basket as it is now."""
    url = current_app.extensions["settings"].base_url + url_for("storefront.cart")
    tell(voice.cart(event, g.basket, at_counter()[0], url, clock.now(g.front.id)))


def tell(happening: voice.Body, delivery: str = "") -> bool:
    """Speak through the public door, with no transaction of ours open meanwhile; False when nobody heard."""
    db.session.rollback()
    return demo.tell(current_app._get_current_object(), happening, delivery)  # type: ignore[attr-defined]


def tell_sales() -> None:
    """Tell Relance about every sale that it has not heard of, one whose telling was cut off included."""
    shop_id = g.front.id
    for token, body in Sale.untold(shop_id):
        if tell(body, delivery=f"order:{token}"):
            unit(lambda token=token: Sale.told(shop_id, token, clock.real()))  # type: ignore[misc]
