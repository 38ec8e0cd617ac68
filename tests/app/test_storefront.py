"""A shopper's way through the demo shop, without JavaScript, and what Relance hears of it through its public door."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.demo import catalogue
from app.extensions import db
from app.models import Code, Coupon, Customer, Redemption, Shop
from app.shops import demo
from app.shops.facts import Reading
from app.unit import unit
from tests.app.shopping import NOTEBOOK, TEAPOT, fill, heard, open_shop, pay, post, shelve, stock, text


@pytest.fixture
def shop(app: Flask) -> Flask:
    return open_shop(app)


@pytest.fixture
def shopper(shop: Flask) -> FlaskClient:
    return shop.test_client()


def test_the_whole_way_is_told_through_the_public_door(shop: Flask, shopper: FlaskClient) -> None:
    assert "Round teapot" in text(shopper.get("/demo-shop/"))
    fill(shopper)
    shopper.get(f"/demo-shop/products/{NOTEBOOK}")
    post(shopper, "/cart", product=NOTEBOOK, quantity=2)
    page = text(pay(shopper))
    number = re.search(r"PL-\d{6}", page)
    assert number
    told = heard()
    assert [each["event"] for each in told] == [
        "cart.updated", "checkout.started", "product.viewed", "cart.updated", "order.placed",
    ]  # fmt: skip
    assert all(Reading.model_validate(each) for each in told)
    order = told[-1]["order"]
    assert order["number"] == number[0] and order["total"] == 7200 + 2 * 1800 and order["paid"] is True
    assert order["cart"] == told[0]["cart"]["token"]
    assert told[1]["customer"]["email"] == "louise@example.com"


def test_nothing_is_said_about_a_customer_before_the_email_is_known(shopper: FlaskClient) -> None:
    shopper.get(f"/demo-shop/products/{TEAPOT}")
    post(shopper, "/cart", product=TEAPOT, quantity=1)
    assert [each.get("customer") for each in heard()] == [None]


def test_paying_takes_from_the_stock_and_twice_the_same_cart_is_one_order(shopper: FlaskClient) -> None:
    fill(shopper)
    pay(shopper)
    assert stock(TEAPOT) == 6
    assert "Thank you." in text(shopper.get("/demo-shop/thanks"))
    assert "nothing in it yet" in text(shopper.get("/demo-shop/cart"))
    assert len([each for each in heard() if each["event"] == "order.placed"]) == 1


def test_pressing_pay_twice_buys_once(shopper: FlaskClient) -> None:
    fill(shopper)
    cookie = shopper.get_cookie("papier-lune", path="/demo-shop")
    assert cookie
    pay(shopper)
    shopper.set_cookie("papier-lune", cookie.value, path="/demo-shop")
    assert "PL-" in text(pay(shopper)) and stock(TEAPOT) == 6
    assert len([each for each in heard() if each["event"] == "order.placed"]) == 1


def test_what_is_sold_out_cannot_be_bought(shopper: FlaskClient) -> None:
    fill(shopper)
    shelve(TEAPOT, stock=0)
    page = text(pay(shopper))
    assert "Round teapot is sold out" in page and stock(TEAPOT) == 0
    assert "Sold out" in text(shopper.get(f"/demo-shop/products/{TEAPOT}"))
    assert "order.placed" not in [each["event"] for each in heard()]


def test_a_price_that_changed_after_the_page_was_shown_is_said_not_charged(shopper: FlaskClient) -> None:
    fill(shopper)
    shopper.get("/demo-shop/checkout/payment")
    shelve(TEAPOT, price=9900)
    answer = pay(shopper, total=7200)
    assert answer.status_code == 409 and "€99.00 instead of €72.00" in text(answer)
    assert stock(TEAPOT) == 7


@pytest.mark.rule("CART-02")
def test_the_email_comes_first(shopper: FlaskClient) -> None:
    post(shopper, "/cart", product=TEAPOT, quantity=1)
    assert shopper.get("/demo-shop/checkout/payment").location == "/demo-shop/checkout"
    answer = post(shopper, "/checkout", email="nonsense")
    assert answer.status_code == 422 and "does not look like an e-mail" in text(answer)


@pytest.mark.rule("CART-08")
def test_a_code_is_typed_behind_a_link_and_used_at_payment(shop: Flask, shopper: FlaskClient) -> None:
    fill(shopper)
    page = text(shopper.get("/demo-shop/checkout/payment"))
    assert "Redeem your coupon" in page and "BONJOUR" not in page
    refused = post(shopper, "/checkout/payment", do="redeem", code="NOEL", first_name="Louise")
    assert refused.status_code == 422 and "We do not know this code" in text(refused)
    assert 'value="Louise"' in text(refused)
    assert "\u2212€5.00" in text(post(shopper, "/checkout/payment", do="redeem", code="bonjour"))
    assert db.session.scalar(db.select(db.func.count(Redemption.id))) == 0
    pay(shopper)
    order = heard()[-1]["order"]
    assert (order["codes"], order["discount"], order["total"]) == (["BONJOUR"], 500, 6700)
    assert db.session.scalar(db.select(Code.uses)) == 1
    fill(shopper)
    again = post(shopper, "/checkout/payment", do="redeem", code="BONJOUR")
    assert "it works once for each customer" in text(again)


def test_a_code_that_was_typed_but_not_redeemed_is_shown_before_it_is_paid(shopper: FlaskClient) -> None:
    fill(shopper)
    page = text(pay(shopper, code="BONJOUR"))
    assert "€67.00" in page and "PL-" not in page


def test_somebody_elses_code_is_refused_with_the_reason(shopper: FlaskClient) -> None:
    def personal() -> None:
        shop_id = db.session.scalar(db.select(Shop.id))
        now = clock.real()
        owner = Customer(shop_id=shop_id, email="hugo@example.com", created_at=now)
        coupon = Coupon(shop_id=shop_id, name="Lune", kind="percent", value=10, created_at=now)
        db.session.add_all([owner, coupon])
        db.session.flush()
        db.session.add(
            Code(shop_id=shop_id, coupon_id=coupon.id, code="LUNE-1", customer_id=owner.id, created_at=now)
        )

    unit(personal)
    fill(shopper)
    assert "another e-mail address" in text(post(shopper, "/checkout/payment", do="redeem", code="LUNE-1"))


def test_the_shop_speaks_french_when_asked_and_goes_nowhere_else(shopper: FlaskClient) -> None:
    assert "Théière ronde" in text(post(shopper, "/language", language="fr", next="/demo-shop/"))
    assert (
        post(shopper, "/language", follow=False, language="fr", next="//evil.example").location
        == "/demo-shop/"
    )


def test_the_cart_is_changed_and_emptied_without_javascript(shopper: FlaskClient) -> None:
    post(shopper, "/cart", product=NOTEBOOK, quantity=2)
    assert "€54.00" in text(post(shopper, "/cart", product=NOTEBOOK, quantity=1))
    assert "€90.00" in text(post(shopper, "/cart", product=NOTEBOOK, quantity=5, exactly=1))
    page = text(shopper.get("/demo-shop/cart"))
    assert 'name="remove"' in page
    assert "nothing in it yet" in text(
        post(shopper, "/cart", product=NOTEBOOK, quantity=5, exactly=1, remove=1)
    )
    assert [len(each["cart"]["items"]) for each in heard()] == [1, 1, 1, 0]


@pytest.mark.parametrize("quantity", ["", "x", "-3", "99999999999999999999", "1e9"])
def test_a_quantity_that_is_no_number_is_one(shopper: FlaskClient, quantity: str) -> None:
    post(shopper, "/cart", product=NOTEBOOK, quantity=quantity)
    assert heard()[-1]["cart"]["items"][0]["quantity"] == 1


def test_nobody_gets_more_than_there_is(shopper: FlaskClient) -> None:
    post(shopper, "/cart", product=TEAPOT, quantity=50)
    assert heard()[-1]["cart"]["items"][0]["quantity"] == 7


def test_a_cookie_that_was_tampered_with_is_an_empty_basket(shop: Flask) -> None:
    shopper = shop.test_client()
    shopper.set_cookie("papier-lune", "e30.nonsense.forged", path="/demo-shop")
    assert shopper.get("/demo-shop/cart").status_code == 200


def test_the_shop_goes_on_when_the_door_fails(shop: Flask, shopper: FlaskClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(demo, "PATH", "/api/v1/nowhere")
    fill(shopper)
    assert "PL-" in text(pay(shopper))
    monkeypatch.setattr(demo, "_post", lambda *args: 1 / 0)
    fill(shopper)
    assert "PL-" in text(pay(shopper))


def test_nothing_is_put_into_a_cart_without_the_forms_token(shop: Flask) -> None:
    assert shop.test_client().post("/demo-shop/cart", data={"product": TEAPOT}).status_code == 400


def test_every_article_has_words_and_pictures_in_both_languages() -> None:
    for article in catalogue.articles().values():
        assert set(article.words) == {"en", "fr"} and article.price > 0
        assert (catalogue.FILE.parents[2] / article.image).exists()
        assert (catalogue.FILE.parents[2] / article.image.replace(".jpg", ".svg")).exists()


@pytest.mark.rule("CART-11")
def test_the_way_of_delivery_that_was_chosen_is_told_and_paid_for(shopper: FlaskClient) -> None:
    post(shopper, "/cart", product=NOTEBOOK, quantity=1)
    post(shopper, "/checkout", email="louise@example.com", way="express")
    assert heard()[-1]["cart"]["shipping"] == "Express delivery, the next working day"
    assert "€9.90" in text(shopper.get("/demo-shop/checkout/payment"))
    post(shopper, "/checkout", email="louise@example.com", way="pickup")
    pay(shopper)
    assert heard()[-1]["order"]["shipping"] == 0
