"""Customers: found by name or address, each with what they agreed to and why nothing reached them."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Audit, Cart, CustomerTag, Refusal
from tests.app.browsing import a_browser, words
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop, an_event, an_order, kept


def test_a_customer_is_found_by_a_part_of_the_name_or_the_address(owner, shop):
    a_customer(shop, "ada@example.com", first_name="Ada", last_name="Lovelace")
    a_customer(shop, "grace@example.com", first_name="Grace", last_name="Hopper")
    db.session.commit()
    for text in ("ada", "LOVE", "ada@ex", "Ada Love"):
        said = words(owner.get("/customers", query_string={"q": text}))
        assert "Ada Lovelace" in said and "Grace" not in said


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --"])
def test_signs_of_the_database_find_nobody_by_themselves(owner, shop, text):
    a_customer(shop, "ada@example.com")
    db.session.commit()
    assert "Nobody found" in words(owner.get("/customers", query_string={"q": text}))


def test_a_long_list_is_cut_into_pages(owner, shop):
    for number in range(30):
        a_customer(shop, f"c{number:02}@example.com")
    db.session.commit()
    first, second = words(owner.get("/customers")), words(owner.get("/customers?page=2"))
    assert "1 to 25 of 30" in first and "26 to 30 of 30" in second
    assert owner.get("/customers?page=999999999999").status_code == 200
    assert owner.get("/customers?page=x").status_code == 200


def test_consent_filters_the_list(owner, shop):
    a_customer(shop, first_name="Ada", consent="subscribed")
    a_customer(shop, first_name="Grace")
    db.session.commit()
    said = words(owner.get("/customers?consent=subscribed"))
    assert "Ada" in said and "Grace" not in said


def test_a_customers_page_answers_why_nothing_came(owner, shop):
    ada = a_customer(shop, first_name="Ada")
    flow, event = a_flow(shop), an_event(shop, ada)
    db.session.add(Refusal(shop_id=shop.id, event_id=event.id, flow_id=flow.id, customer_id=ada.id,
                           reason="not_subscriber", at=NOON))  # fmt: skip
    db.session.commit()
    said = words(owner.get(f"/customers/{ada.id}"))
    assert "They have not agreed to receive news Bring back a cart" in said


def test_a_customers_page_shows_all_that_is_known(owner, shop):
    ada = a_customer(shop, "ada@example.com", first_name="Ada", consent="subscribed",
                     consent_source="shop: checkout.started", consent_at=NOON)  # fmt: skip
    kept(CustomerTag(shop_id=shop.id, customer_id=ada.id, tag="loyal"))
    an_order(shop, ada, number="1042", items=[{"title": "Pencil"}])
    kept(Cart(shop_id=shop.id, token="c", customer_id=ada.id, items=[{"title": "Notebook"}], total=900, currency="EUR",
              created_at=NOON, updated_at=NOON, ordered_at=NOON, recovered_at=NOON))  # fmt: skip
    a_message(a_run(a_flow(shop), ada), subject="Your cart", clicked_at=NOON)
    db.session.commit()
    said = words(owner.get(f"/customers/{ada.id}"))
    for each in ("ada@example.com", "Subscribed", "told by your shop (checkout.started)", "loyal",
                 "Order 1042 Pencil", "€50.00", "Notebook", "Recovered", "Your cart", "Link followed"):  # fmt: skip
        assert each in said


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_pages_are_there_in_both_languages_also_when_empty(app, shop, locale):
    owner = a_browser(app, shop, locale)
    assert owner.get("/customers").status_code == 200
    ada = a_customer(shop)
    db.session.commit()
    assert owner.get(f"/customers/{ada.id}").status_code == 200


def test_a_strangers_customer_does_not_exist(owner):
    theirs = a_customer(a_shop("Other"), "secret@example.com")
    db.session.commit()
    assert owner.get(f"/customers/{theirs.id}").status_code == 404
    assert "secret@example.com" not in words(owner.get("/customers"))


def test_an_erased_customer_has_a_page_without_a_name(owner, shop):
    gone = a_customer(shop)
    gone.email, gone.erased_at = None, NOON
    db.session.commit()
    assert "An erased customer" in words(owner.get(f"/customers/{gone.id}"))


def test_a_customer_is_erased_by_a_button_with_one_question_and_it_is_kept_who_did_it(owner, shop):
    ada = a_customer(shop, "ada@example.com", first_name="Ada")
    db.session.commit()
    page = owner.get(f"/customers/{ada.id}")
    assert "Erase this customer?" in words(page)
    assert owner.get(f"/customers/{ada.id}/erase").status_code == 405
    assert "The customer is erased" in words(owner.post(f"/customers/{ada.id}/erase", follow_redirects=True))
    db.session.expire_all()
    assert (ada.email, ada.first_name) == (None, "")
    assert db.session.scalars(db.select(Audit.act)).all() == ["erased"]
    assert "Erase this customer" not in words(owner.get(f"/customers/{ada.id}"))
    assert owner.post(f"/customers/{ada.id}/erase").status_code == 404


def test_nobody_erases_another_shops_customer(owner, shop):
    other = a_customer(a_shop(name="Other"), "bob@example.com")
    db.session.commit()
    assert owner.post(f"/customers/{other.id}/erase").status_code == 404
    db.session.expire_all()
    assert other.email == "bob@example.com"


def test_a_birthday_is_kept_without_its_year_and_can_be_forgotten(owner, shop):
    customer = a_customer(shop, "ada@example.com")
    db.session.commit()
    page = f"/customers/{customer.id}"
    owner.post(f"{page}/birthday", data={"day": "29", "month": "2"})
    db.session.refresh(customer)
    assert customer.birthday == "02-29"
    assert "February 29" in words(owner.get(page))
    assert "There is no such day" in words(
        owner.post(f"{page}/birthday", data={"day": "31", "month": "4"}, follow_redirects=True)
    )
    owner.post(f"{page}/birthday", data={"day": "0", "month": "0"})
    db.session.refresh(customer)
    assert customer.birthday is None


def test_another_shops_customer_has_no_birthday_here(owner):
    other = a_customer(a_shop("Other"), "bea@example.com")
    db.session.commit()
    assert owner.post(f"/customers/{other.id}/birthday", data={"day": "1", "month": "2"}).status_code == 404
