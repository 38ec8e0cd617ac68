"""Leaving the list: at once, by one click or by a button, never by looking; and coming back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app import links, views
from app.extensions import db
from app.models import Customer, Event, Suppression
from app.models.suppressions import digest
from tests.app.letters import a_letter

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def reader(each_database):
    views.register(each_database)
    return each_database.test_client()


def address(message) -> str:
    return f"/u/{links.sign('unsubscribe', message.shop_id, message.id)}"


def consent(message) -> str:
    db.session.expire_all()
    return db.session.get(Customer, message.customer_id).consent


def goodbyes() -> int:
    return db.session.scalar(select(func.count()).where(Event.name == "customer.unsubscribed"))


def test_one_click_acts_without_cookie_token_or_redirect(reader):
    _shop, message, _cart = a_letter()
    email = db.session.get(Customer, message.customer_id).email
    answer = reader.post(address(message), data=ONE_CLICK, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200 and answer.data == b"" and "Set-Cookie" not in answer.headers
    assert consent(message) == "unsubscribed" and Suppression.among(message.shop_id, [email]) == {email}
    assert goodbyes() == 1


def test_a_second_time_is_as_good(reader):
    _shop, message, _cart = a_letter()
    for _time in range(3):
        assert reader.post(address(message), data=ONE_CLICK).status_code == 200
    assert goodbyes() == 1 and db.session.scalar(select(func.count()).select_from(Suppression)) == 1


def test_looking_never_unsubscribes(reader):
    shop, message, _cart = a_letter()
    for method in ("GET", "HEAD"):
        assert reader.open(address(message), method=method).status_code == 200
    assert consent(message) == "subscribed" and goodbyes() == 0
    page = reader.get(address(message)).text
    assert shop.name.replace("&", "&amp;") in page and page.count('<form method="post" action="/u/') == 1


def test_the_pages_button_unsubscribes_and_the_next_one_takes_it_back(reader):
    _shop, message, _cart = a_letter()
    email = db.session.get(Customer, message.customer_id).email
    page = reader.post(address(message)).text
    assert consent(message) == "unsubscribed"
    back = re.search(r'action="(/u/[^"]+/back)"', page)[1]
    assert reader.post(back).status_code == 200
    assert consent(message) == "subscribed" and not Suppression.among(message.shop_id, [email])


def test_the_unsubscribe_token_does_not_subscribe(reader):
    _shop, message, _cart = a_letter()
    reader.post(address(message), data=ONE_CLICK)
    assert reader.post(f"{address(message)}/back").status_code == 404
    assert reader.get(f"{address(message)}/back").status_code == 405
    assert consent(message) == "unsubscribed"


def test_one_shops_goodbye_is_not_anothers(reader):
    _shop, message, _cart = a_letter()
    _other, theirs, _cart = a_letter(name="Other")
    reader.post(address(message), data=ONE_CLICK)
    assert (consent(message), consent(theirs)) == ("unsubscribed", "subscribed")


def test_the_page_speaks_the_customers_language(reader):
    _shop, message, _cart = a_letter()
    db.session.get(Customer, message.customer_id).locale = "fr"
    db.session.commit()
    assert reader.get(address(message), headers={"Accept-Language": "en"}).text.count('lang="fr"') >= 1


def test_an_address_is_kept_under_another_name_in_each_shop(each_database):
    assert digest(1, "ada@example.com") == digest(1, " Ada@Example.com ") != digest(2, "ada@example.com")
