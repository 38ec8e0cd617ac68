"""The pages of coupons: what is typed is kept, what is wrong is said, what is withdrawn is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from app.extensions import db
from app.models import Code, Coupon, Product, Redemption
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NOON, a_customer, a_flow, a_shop, kept

TERMS = {"name": "Thank you", "kind": "percent", "percent": "10", "personal": "yes", "prefix": "merci", "days": "7",
         "once_per_customer": "y"}  # fmt: skip


def only_coupon() -> Coupon:
    db.session.expire_all()
    return db.session.scalars(db.select(Coupon)).one()


def test_a_percentage_with_personal_codes(owner, shop):
    assert owner.post("/coupons/new", data=TERMS).status_code == 302
    coupon = only_coupon()
    assert (coupon.kind, coupon.value, coupon.personal, coupon.prefix, coupon.days) == (
        "percent",
        10,
        True,
        "MERCI",
        7,
    )


def test_two_presses_make_one_coupon_with_personal_codes_too(owner):
    for _press in range(2):
        assert owner.post("/coupons/new", data=TERMS).location == "/coupons"
    assert only_coupon().personal
    assert "it was made once" in words(owner.get("/coupons"))


@pytest.mark.parametrize(
    ("typed", "minor"), [("12,50", 1250), ("12.50", 1250), ("5", 500), ("1 200", 120_000)]
)
def test_an_amount_is_read_as_people_type_it(owner, typed, minor):
    owner.post("/coupons/new", data=TERMS | {"kind": "amount", "amount": typed})
    assert (only_coupon().kind, only_coupon().value) == ("amount", minor)


def test_a_shared_code_is_one_coupons_however_fast_the_button_is_pressed(each_database):
    with_pages(each_database)
    owner = a_browser(each_database, a_shop())
    cookie = owner.get_cookie("session").value

    def press(_time):
        client = each_database.test_client()
        client.set_cookie("session", cookie)
        return client.post("/coupons/new", data=TERMS | {"personal": "no"}).status_code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(press, range(4))) <= {302, 422}
    assert only_coupon().prefix == "MERCI"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2100-01-01"])
def test_a_last_day_that_no_calendar_reaches_is_refused(owner, day):
    answer = owner.post("/coupons/new", data=TERMS | {"ends_on": day})
    assert answer.status_code == 422 and "between the years 2000 and 2100" in words(answer)


@pytest.mark.parametrize("typed", ["a lot", "-5", "12.345", "1e9", "NaN"])
def test_an_amount_that_is_none_is_refused_and_kept_as_typed(owner, typed):
    answer = owner.post("/coupons/new", data=TERMS | {"kind": "amount", "amount": typed})
    assert answer.status_code == 422
    assert "Write an amount such as 12.50" in words(answer)
    assert f'value="{typed}"' in answer.get_data(as_text=True)
    assert 'value="Thank you"' in answer.get_data(as_text=True)


def test_a_shared_code_needs_a_code_that_nobody_else_has(owner, shop):
    shared = TERMS | {"personal": "no", "prefix": ""}
    assert "Write the code that everybody will type" in words(owner.post("/coupons/new", data=shared))
    owner.post("/coupons/new", data=shared | {"prefix": "SPRING"})
    again = owner.post("/coupons/new", data=shared | {"prefix": "spring"})
    assert again.status_code == 422
    assert "has this code already" in words(again)


def test_the_last_day_ends_at_midnight_in_the_shop(owner, shop):
    owner.post("/coupons/new", data=TERMS | {"ends_on": "2026-12-24"})
    coupon = only_coupon()
    assert coupon.ends_at == datetime(2026, 12, 24, 23, tzinfo=UTC)
    assert 'value="2026-12-24"' in owner.get(f"/coupons/{coupon.id}").get_data(as_text=True)


def test_changed_terms_are_kept_and_a_withdrawn_coupon_is_gone(owner, shop):
    owner.post("/coupons/new", data=TERMS)
    id = only_coupon().id
    owner.post(f"/coupons/{id}", data=TERMS | {"percent": "15"})
    assert only_coupon().value == 15
    owner.post(f"/coupons/{id}/withdraw")
    assert only_coupon().status == "deleted"
    assert owner.get(f"/coupons/{id}").status_code == 404
    assert "Thank you" not in words(owner.get("/coupons"))


def test_the_list_says_how_many_codes_were_given_and_by_what(owner, shop):
    coupon = kept(Coupon(shop_id=shop.id, name="Spring", kind="shipping", created_at=NOON, prefix="SPRING"))
    someone = a_customer(shop)
    kept(Code(shop_id=shop.id, coupon_id=coupon.id, code="SPRING-1", customer_id=someone.id, created_at=NOON))
    give = {"id": "n2", "kind": "give_coupon", "settings": {"coupon": coupon.id}, "pin": None, "note": ""}
    start = {"id": "n1", "kind": "customer_subscribed", "settings": {}, "pin": None, "note": ""}
    a_flow(shop, "Welcome", graph={"format": 1, "nodes": [start, give], "settings": {},
                                   "edges": [{"from": "n1", "port": "next", "to": "n2"}]})  # fmt: skip
    db.session.commit()
    said = words(owner.get("/coupons"))
    assert "Spring Free shipping · a code for each customer" in said
    assert "1 0 Welcome" in said


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_page_is_there_in_both_languages(app, shop, locale):
    owner = a_browser(app, shop, locale)
    assert owner.get("/coupons").status_code == 200
    assert owner.get("/coupons/new").status_code == 200


@pytest.mark.rule("C9")
def test_a_coupon_may_aim_at_products_and_customers_and_the_page_says_that_offers_cannot_use_it(owner, shop):
    kept(Product(shop_id=shop.id, key="p1", title="A notebook", price=1800, updated_at=NOON))
    db.session.commit()
    owner.post("/coupons/new", data=TERMS | {"products": ["p1"], "tag": "vip"})
    coupon = only_coupon()
    assert (coupon.products, coupon.tag, coupon.goes_by("offer"), coupon.goes_by("email")) == (
        ["p1"],
        "vip",
        False,
        True,
    )
    page = words(owner.get(f"/coupons/{coupon.id}"))
    assert "A notebook" in page and "for all products and all customers" in page
    assert "for 1 product only · for customers tagged “vip”" in words(owner.get("/coupons"))
    owner.post(f"/coupons/{coupon.id}", data=TERMS | {"tag": ""})
    assert (only_coupon().products, only_coupon().tag) == (None, "")


def test_who_holds_which_code_is_listed_and_found(owner, shop):
    owner.post("/coupons/new", data=TERMS)
    coupon, zoe = only_coupon(), a_customer(shop, "zoe@example.com", first_name="Zoé", last_name="Martin")
    code = kept(
        Code(shop_id=shop.id, coupon_id=coupon.id, code="MERCI-1", customer_id=zoe.id, created_at=NOON)
    )
    other = a_customer(shop, "bob@example.com", first_name="Bob")
    kept(
        Code(
            shop_id=shop.id,
            coupon_id=coupon.id,
            code="MERCI-2",
            customer_id=other.id,
            state="used",
            created_at=NOON,
        )
    )
    kept(Code(shop_id=shop.id, coupon_id=coupon.id, code="MERCI-3", customer_id=other.id, state="reserved",
              created_at=NOON))  # fmt: skip
    kept(Redemption(shop_id=shop.id, code_id=code.id, customer_id=zoe.id, order_token="o1", at=NOON))
    db.session.commit()
    everybody = words(owner.get(f"/coupons/{coupon.id}/codes"))
    assert (
        "MERCI-1 Zoé Martin" in everybody and "MERCI-2 Bob Used" in everybody and "MERCI-3" not in everybody
    )
    for text in ("merci-1", "ZOE@example.com", "martin"):
        found = words(owner.get(f"/coupons/{coupon.id}/codes?q={text}"))
        assert "MERCI-1" in found and "MERCI-2" not in found
    assert "Nothing found" in words(owner.get(f"/coupons/{coupon.id}/codes?q=nobody"))


def test_withdrawing_says_which_automations_are_touched(owner, shop):
    owner.post("/coupons/new", data=TERMS)
    give = {"id": "n2", "kind": "give_coupon", "settings": {"coupon": only_coupon().id}}
    start = {"id": "n1", "kind": "customer_subscribed", "settings": {}}
    flow = a_flow(shop, "Welcome them", graph={"format": 1, "nodes": [start, give], "settings": {},
                                               "edges": [{"from": "n1", "port": "next", "to": "n2"}]})  # fmt: skip
    db.session.commit()
    page = owner.get(f"/coupons/{only_coupon().id}").get_data(as_text=True)
    dialog = page[page.index('id="withdraw"') :]
    assert f'href="/automations/{flow.id}">Welcome them' in dialog and "1 automation gives it" in dialog


def test_the_code_of_a_withdrawn_coupon_is_not_given_to_another(owner, shop):
    shared = TERMS | {"personal": "no", "prefix": "SPRING"}
    owner.post("/coupons/new", data=shared)
    coupon = only_coupon()
    kept(Code(shop_id=shop.id, coupon_id=coupon.id, code="SPRING", created_at=NOON))
    db.session.commit()
    owner.post(f"/coupons/{coupon.id}/withdraw")
    answer = owner.post("/coupons/new", data=shared)
    assert answer.status_code == 422 and "A withdrawn coupon had this code" in words(answer)


def test_another_shops_coupon_does_not_exist(app, owner):
    theirs = kept(
        Coupon(shop_id=a_shop("Other").id, name="Secret", kind="percent", value=10, created_at=NOON)
    )
    db.session.commit()
    assert owner.get(f"/coupons/{theirs.id}").status_code == 404
    assert owner.post(f"/coupons/{theirs.id}/withdraw").status_code == 404
    assert "Secret" not in words(owner.get("/coupons"))
