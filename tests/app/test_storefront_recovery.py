"""The way back to a cart that was left: what a mail's link shows, and what only a button does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, links
from app.extensions import db
from app.models import Cart, Shop
from app.unit import unit
from tests.app.shopping import NOTEBOOK, TEAPOT, everything, heard, open_shop, pay, post, shelve, text


@pytest.fixture
def shop(app: Flask) -> Flask:
    return open_shop(app)


@pytest.fixture
def shopper(shop: Flask) -> FlaskClient:
    return shop.test_client()


def left_cart() -> tuple[str, str]:
    """A cart with a teapot and two notebooks, known to Relance, and the token of a mail's link to it."""

    def row() -> tuple[int, str]:
        shop_id = db.session.scalars(db.select(Shop.id)).one()
        items = [
            {"product": TEAPOT, "title": "Round teapot", "quantity": 1, "price": 7200},
            {"product": NOTEBOOK, "title": "Moonrise notebook", "quantity": 2, "price": 1800},
        ]
        now = clock.real()
        db.session.add(Cart(shop_id=shop_id, token="left-cart", items=items, total=10800, currency="EUR",
                            created_at=now, updated_at=now))  # fmt: skip
        return shop_id, "left-cart"

    shop_id, token = unit(row)
    return token, links.sign("recovery", shop_id, 1, token)


@pytest.mark.rule("CART-09")
def test_a_mails_link_shows_the_cart_and_a_button_takes_it_to_the_checkout(shopper: FlaskClient) -> None:
    cart, token = left_cart()
    page = text(shopper.get(f"/demo-shop/cart?recover={token}"))
    assert "We kept your cart" in page and "Moonrise notebook" in page and "€108.00" in page
    assert post(shopper, "/cart/recover", follow=False, token=token).location == "/demo-shop/checkout"
    post(shopper, "/checkout", email="louise@example.com")
    pay(shopper)
    assert heard()[-1]["order"]["cart"] == cart


@pytest.mark.rule("REMIND-04")
@pytest.mark.rule("REMIND-05")
def test_a_recovered_cart_says_what_changed_since(shopper: FlaskClient) -> None:
    _cart, token = left_cart()
    shelve(TEAPOT, stock=0)
    shelve(NOTEBOOK, price=2000)
    page = text(shopper.get(f"/demo-shop/cart?recover={token}"))
    assert "Round teapot is sold out, so it is no longer in your cart." in page
    assert "Moonrise notebook now costs €20.00 instead of €18.00." in page
    assert "€40.00" in page


def test_looking_at_a_left_cart_changes_nothing(shopper: FlaskClient) -> None:
    _cart, token = left_cart()
    before = everything()
    shopper.get(f"/demo-shop/cart?recover={token}")
    shopper.head(f"/demo-shop/cart?recover={token}")
    assert everything() == before


def test_a_link_that_is_old_forged_or_of_another_purpose_says_so(shopper: FlaskClient) -> None:
    cart, token = left_cart()
    shop_id = db.session.scalars(db.select(Shop.id)).one()
    for wrong in (
        token[:-1],
        "x",
        links.sign("click", shop_id, 1, cart),
        links.sign("recovery", shop_id + 1, 1, cart),
    ):
        answer = shopper.get(f"/demo-shop/cart?recover={wrong}")
        assert answer.status_code == 410 and "no longer works" in text(answer)
    unit(lambda: clock.skip(shop_id, timedelta(days=40)))
    assert shopper.get(f"/demo-shop/cart?recover={token}").status_code == 410
