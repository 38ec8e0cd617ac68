"""Products to choose from: a page of a search at a time, however many the shop sells (REPLY-05)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, g, render_template, request
from sqlalchemy import select

from app.extensions import db
from app.models import Product
from app.views.paging import page

pages = Blueprint("products", __name__)
MOST = 100  # titles that a form shows at once; a step takes no more products


def register(app: Flask) -> None:
    """Put the page on the application, and titles at hand of every form."""
    app.jinja_env.globals.update(product_titles=titles)
    app.register_blueprint(pages)


@pages.get("/products/pick")
def pick() -> str:
    """Show one page of the products whose title holds `?q=`, by title."""
    text = " ".join(request.args.get("q", "").split())[:80]
    found = select(Product).where(Product.shop_id == g.shop.id)
    for word in text.split():
        found = found.where(Product.title.ilike(f"%{_plain(word)}%", escape="\\"))
    return render_template(
        "products/picks.html", page=page(found.order_by(Product.title, Product.id)), text=text
    )


def titles(keys: Sequence[str]) -> dict[str, str]:
    """Return the titles of these products of the signed-in shop, by their keys."""
    mine = select(Product.key, Product.title).where(
        Product.shop_id == g.shop.id, Product.key.in_(keys[:MOST])
    )
    return {key: title for key, title in db.session.execute(mine)} if keys else {}


def _plain(word: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in word)
