"""The list of orders: found by number, name or address, in one's own shop only."""

from __future__ import annotations

import re
from html import unescape
from itertools import chain

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Order
from app.views.keyset import SIZE
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NOON, a_customer, a_shop, kept


def an_order(shop, customer, number: str) -> None:
    kept(Order(shop_id=shop.id, token=f"t{number}", number=number, customer_id=customer.id, items=[], total=500,
               currency="EUR", codes=[], placed_at=NOON))  # fmt: skip


@pytest.fixture
def merchant(app: Flask) -> FlaskClient:
    mine, other = a_shop(), a_shop("Elsewhere")
    an_order(mine, a_customer(mine, "ines@example.com", first_name="Inès", last_name="Roy"), "1042")
    an_order(mine, a_customer(mine, "bo@example.com", first_name="Bo", last_name="Lund"), "2051")
    an_order(other, a_customer(other, "ines@elsewhere.example", first_name="Inès", last_name="Far"), "1043")
    db.session.commit()
    return a_browser(with_pages(app), mine)


@pytest.mark.parametrize("text", ["1042", "#1042", "10", "ines@example.com", "Roy", "inès r"])
def test_an_order_is_found_by_number_name_or_address(merchant: FlaskClient, text: str) -> None:
    said = words(merchant.get("/orders", query_string={"q": text}))
    assert "1042" in said
    assert "2051" not in said


@pytest.mark.parametrize("text", ["1043", "Far", "%", "_", "elsewhere"])
def test_nobody_finds_another_shops_orders_nor_everything_by_a_wildcard(
    merchant: FlaskClient, text: str
) -> None:
    said = words(merchant.get("/orders", query_string={"q": text}))
    assert f"like “{text}”" in said
    assert not {"1042", "1043", "2051"} & set(said.replace("“", " ").replace("”", " ").split()) - {text}


def test_without_words_all_orders_are_listed(merchant: FlaskClient) -> None:
    said = words(merchant.get("/orders"))
    assert "1042" in said
    assert "2051" in said


def test_a_search_goes_on_over_its_pages_with_every_order_once(app: Flask) -> None:
    shop = a_shop()
    ines, bo = (a_customer(shop, f"{name}@example.com", first_name=name) for name in ("ines", "bo"))
    for number in range(2 * SIZE):  # all of one instant: only their ids tell them apart
        an_order(shop, ines if number % 2 else bo, f"{3000 + number}")
    an_order(shop, ines, "4001")
    db.session.commit()
    browser, seen, address = a_browser(with_pages(app), shop), [], "/orders?q=ines"
    while address:
        page = browser.get(address).text
        seen.append(re.findall(r'class="row-target"[^>]*>(\d+)<', page))
        older = re.search(r'href="([^"]+)"[^>]*rel="next"', page)
        address = unescape(older[1]) if older else ""
    assert [len(each) for each in seen] == [SIZE, 1]
    assert sorted(chain(*seen)) == [f"{number}" for number in range(3001, 3000 + 2 * SIZE, 2)] + ["4001"]
    assert "q=ines" in (back := unescape(re.search(r'href="([^"]+)"[^>]*rel="first"', page)[1]))
    assert words(browser.get(back)).count("ines") >= SIZE
