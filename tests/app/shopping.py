"""A shopper for tests: opens the demo shop without a past, fills carts, pays, and listens to what Relance heard."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app import clock, views
from app.demo import seed
from app.demo.rows import Rows, firsts
from app.extensions import db
from app.models import InboxRow, Product
from app.shops import demo
from app.unit import unit

TEAPOT, NOTEBOOK = "round-teapot", "moonrise-notebook"
ADDRESS = {"first_name": "Louise", "last_name": "Martin", "street": "3 rue Basse", "postal_code": "44000",
           "city": "Nantes", "country": "FR"}  # fmt: skip


def open_shop(app: Flask) -> Flask:
    """The demo shop with its goods and its key, but without a past."""
    views.register(app)

    def rows() -> None:
        now = clock.real()
        shop = seed.open_shop(now, "http://127.0.0.1:8000")
        goods = Rows(shop.id, firsts())
        seed.put_on_shelves(goods, "http://127.0.0.1:8000", now)
        goods.write()
        seed.follow_settings("http://127.0.0.1:8000", demo.api_key(app.config["SECRET_KEY"]), now)

    unit(rows)
    db.session.remove()
    return app


def post(shopper: FlaskClient, path: str, follow: bool = True, **form: Any) -> Any:
    page = shopper.get("/demo-shop/").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token
    return shopper.post(f"/demo-shop{path}", data=form | {"csrf_token": token[1]}, follow_redirects=follow)


def text(response: Any) -> str:
    return response.get_data(as_text=True)


def fill(shopper: FlaskClient, email: str = "louise@example.com") -> None:
    post(shopper, "/cart", product=TEAPOT, quantity=1)
    post(shopper, "/checkout", email=email)


def pay(shopper: FlaskClient, **form: Any) -> Any:
    total = re.search(r'name="total" value="(\d+)"', text(shopper.get("/demo-shop/checkout/payment")))
    return post(shopper, "/checkout/payment", **({"do": "pay", "total": total and total[1]} | ADDRESS | form))


def heard() -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in db.session.scalars(db.select(InboxRow).order_by(InboxRow.id))]


def shelve(key: str, **values: Any) -> None:
    unit(lambda: db.session.execute(db.update(Product).where(Product.key == key).values(**values)))


def stock(key: str) -> int | None:
    return db.session.scalar(db.select(Product.stock).where(Product.key == key))


def everything() -> list[Any]:
    tables = db.metadata.sorted_tables
    return [(table.name, [tuple(row) for row in db.session.execute(db.select(table))]) for table in tables]
