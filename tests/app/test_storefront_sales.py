"""A cart is sold once, however often and from however many windows its button is pressed, and each sale is told."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.demo import till
from app.demo.counter import Good, Line
from app.demo.shelves import shelves
from app.extensions import db
from app.models import Sale, Shop
from app.shops import demo
from app.unit import unit
from tests.app.rows import NOON
from tests.app.shopping import ADDRESS, TEAPOT, fill, heard, open_shop, pay, stock, text


@pytest.fixture
def shop(each_database: Flask) -> Flask:
    return open_shop(each_database)


@pytest.fixture
def shopper(shop: Flask) -> FlaskClient:
    return shop.test_client()


def orders() -> list[str]:
    return [each["order"]["number"] for each in heard() if each["event"] == "order.placed"]


def test_eight_presses_at_once_sell_once(shop: Flask) -> None:
    shop_id = db.session.scalar(db.select(Shop.id))
    assert shop_id
    good: Good = shelves(shop_id, "en", "http://localhost")[TEAPOT]
    before = stock(TEAPOT)
    assert before is not None
    db.session.rollback()

    def press(_time: int) -> str:
        with shop.app_context():
            try:
                return till.pay(
                    shop_id, "one cart", [Line(good, 1)], "", "a@example.com", NOON, lambda _r: {}
                ).number
            except till.PaidBefore:
                return ""
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as presses:
        numbers = list(presses.map(press, range(8)))
    assert len([number for number in numbers if number]) == 1
    assert stock(TEAPOT) == before - 1


def test_a_press_from_another_window_says_thank_you_and_sells_nothing(
    shop: Flask, shopper: FlaskClient
) -> None:
    fill(shopper)
    page = text(shopper.get("/demo-shop/checkout/payment"))
    basket = shopper.get_cookie("papier-lune", path="/demo-shop")
    assert basket
    form = {"do": "pay", "csrf_token": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1],  # type: ignore[index]
            "total": re.search(r'name="total" value="(\d+)"', page)[1]} | ADDRESS  # type: ignore[index]  # fmt: skip
    first = shopper.post("/demo-shop/checkout/payment", data=form)
    left = stock(TEAPOT)
    shopper.set_cookie("papier-lune", basket.value, path="/demo-shop")
    again = shopper.post("/demo-shop/checkout/payment", data=form)
    assert first.location == again.location == "/demo-shop/thanks"
    assert stock(TEAPOT) == left and len(orders()) == 1


def test_a_sale_whose_telling_was_cut_off_is_told_by_the_next_page(
    shopper: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shopper)
    with monkeypatch.context() as cut:
        cut.setattr(demo, "_post", lambda *_: False)
        pay(shopper)
    assert orders() == []
    shopper.get("/demo-shop/")
    assert len(orders()) == 1
    shopper.get("/demo-shop/")
    assert len(orders()) == 1
    assert unit(lambda: Sale.untold(1)) == []
