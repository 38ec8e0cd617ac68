"""The demo's merchant plays the shop: shelves, prices and parcels, all told through the public door."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.forms.birthdays import BirthdayForm
from app.models import Order, Product, Shop
from app.shops.facts import Reading
from tests.app.browsing import a_browser, words
from tests.app.rows import NOON, kept
from tests.app.shopping import TEAPOT, fill, heard, open_shop, pay, post, text


@pytest.fixture
def shop(app: Flask) -> Flask:
    return open_shop(app)


@pytest.fixture
def merchant(shop: Flask) -> FlaskClient:
    return a_browser(shop, db.session.query(Shop).one())


def press(merchant: FlaskClient, path: str, **form: str) -> Any:
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text(merchant.get("/back-room")))
    assert token
    return merchant.post(path, data=form | {"csrf_token": token[1]}, follow_redirects=True)


def sold_out() -> None:
    db.session.query(Product).filter_by(key=TEAPOT).update({"stock": 0})
    db.session.commit()


def test_a_shelf_is_filled_and_a_price_lowered_by_telling(merchant: FlaskClient) -> None:
    assert "Round teapot" in words(merchant.get("/back-room"))
    press(merchant, f"/back-room/products/{TEAPOT}", price="49.90", stock="3")
    (said,) = heard()
    assert Reading.model_validate(said).event == "product.saved"
    assert (said["product"]["price"], said["product"]["stock"]) == (4990, 3)


def test_a_price_that_is_none_is_refused_in_a_sentence(merchant: FlaskClient) -> None:
    answer = press(merchant, f"/back-room/products/{TEAPOT}", price="cheap", stock="3")
    assert "Write an amount such as" in words(answer)
    assert heard() == []


def test_an_order_is_marked_as_the_shop_would(merchant: FlaskClient) -> None:
    order = kept(Order(shop_id=1, token="o1", number="1042", items=[], total=500, currency="EUR", codes=[],
                       placed_at=NOON, paid_at=NOON))  # fmt: skip
    db.session.commit()
    said = words(merchant.get(f"/orders/{order.id}"))
    assert "Play the shop" in said and "On its way" in said
    press(merchant, f"/back-room/orders/{order.id}", event="order.shipped")
    (told,) = heard()
    assert Reading.model_validate(told).order.tracking
    assert press(merchant, f"/back-room/orders/{order.id}", event="order.eaten").status_code == 400


def test_there_is_no_back_room_outside_the_demo(merchant: FlaskClient) -> None:
    db.session.query(Shop).update({"is_demo": False})
    db.session.commit()
    assert merchant.get("/back-room").status_code == 404


def test_a_shopper_asks_to_be_told_and_that_is_no_consent(shop: Flask) -> None:
    shopper = shop.test_client()
    sold_out()
    assert "Tell me when it is back" in text(shopper.get(f"/demo-shop/products/{TEAPOT}"))
    assert "Write your e-mail address." in text(post(shopper, f"/products/{TEAPOT}/wanted", email=""))
    assert "We will write to you" in text(
        post(shopper, f"/products/{TEAPOT}/wanted", email="Lea@example.com")
    )
    (said,) = heard()
    assert (said["event"], said["customer"]["email"]) == ("product.wanted", "lea@example.com")
    assert said["customer"]["subscribed"] is None


@pytest.mark.parametrize(
    ("day", "month"), [("29", "99999999999"), ("29", "-1"), ("-1", "2"), ("31", "6"), ("1", "0")]
)
def test_a_day_that_no_year_has_is_refused_with_a_sentence(shop: Flask, day: str, month: str) -> None:
    with shop.test_request_context("/", method="POST", data={"day": day, "month": month}):
        assert not BirthdayForm(meta={"csrf": False}).validate()


def test_a_shopper_tells_their_birthday_after_paying(shop: Flask) -> None:
    shopper = shop.test_client()
    fill(shopper)
    pay(shopper)
    assert "When is your birthday?" in text(shopper.get("/demo-shop/thanks"))
    assert "We have noted it down." in text(post(shopper, "/birthday", day="29", month="2"))
    assert heard()[-1]["customer"]["birthday"] == "02-29"
    post(shopper, "/birthday", day="31", month="6")
    assert len([each for each in heard() if each["event"] == "customer.saved"]) == 1
