"""The cart desk: the list and what became of each cart, a letter by hand, an order placed by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy.dialects import sqlite

from app import clock
from app.extensions import db
from app.models import (
    Cart,
    Coupon,
    Customer,
    Event,
    Handwritten,
    Product,
    Run,
    left_carts,
)
from app.models.left_carts import Wanted
from app.unit import unit
from tests.app.browsing import with_pages, words
from tests.app.rows import a_credit, a_customer, a_flow, a_message, a_run, a_shop, an_order, kept

HOUR = timedelta(hours=1)
ITEM = {"product": "moon", "title": "Moon notebook", "quantity": 2, "price": 1800, "image": "", "url": ""}


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(currency="EUR")


def a_cart(shop, name="Ada", ago=3 * HOUR, items=None, **told):
    now = clock.real()
    customer = a_customer(shop, email=f"{name.lower()}@example.com", first_name=name, consent="subscribed")
    items = items or [ITEM]
    told = {"total": sum(i["price"] * i["quantity"] for i in items), "currency": "EUR", "items": items,
            "token": f"cart-{name}", "created_at": now - ago, "updated_at": now - ago} | told  # fmt: skip
    return kept(Cart(shop_id=shop.id, customer_id=customer.id, **told))


def a_reminder(shop, cart, state="waiting", sent=False, flow=None):
    """A run of an automation that is at this cart, and the message that it sent."""
    run = a_run(
        flow or a_flow(shop), db.session.get(Customer, cart.customer_id), at=clock.real() - HOUR, status=state
    )
    db.session.get(Event, run.event_id).cart_id = cart.id
    if sent:
        a_message(run, sent_at=clock.real() - HOUR, gate_at=clock.real() - HOUR)
    return run


def status_of(cart):
    return left_carts.one(cart.shop_id, cart.id).status


@pytest.mark.rule("CART-12")
@pytest.mark.rule("CART-13")
@pytest.mark.rule("CART-14")
def test_each_cart_stands_in_the_list_with_what_became_of_it(owner, shop):
    scheduled, sent, back, plain = (a_cart(shop, name) for name in ("Ada", "Bea", "Cleo", "Dora"))
    a_reminder(shop, scheduled)
    a_reminder(shop, sent, sent=True)
    a_reminder(shop, back, sent=True)
    back.ordered_at = back.recovered_at = clock.real()
    db.session.commit()
    assert [status_of(each) for each in (scheduled, sent, back, plain)] == [
        "scheduled",
        "sent",
        "recovered",
        "none",
    ]
    page = owner.get("/carts").get_data(as_text=True)
    for name, said in (("Ada", "Reminder scheduled"), ("Bea", "Reminder sent"), ("Cleo", "Recovered")):
        assert re.search(rf">{name}<.*?{said}", page, re.S)
    for state, name in (("scheduled", "Ada"), ("sent", "Bea"), ("recovered", "Cleo"), ("none", "Dora")):
        found = words(owner.get(f"/carts?status={state}"))
        assert name in found and sum(other in found for other in ("Ada", "Bea", "Cleo", "Dora")) == 1


def test_a_message_that_the_server_refused_is_no_reminder_sent(shop):
    cart = a_cart(shop)
    run = a_reminder(shop, cart, state="done")
    a_message(run, sent_at=None, state="failed", gate_at=clock.real())
    assert status_of(cart) == "none"


@pytest.mark.rule("CART-02")
def test_a_cart_is_left_when_it_has_goods_an_address_and_half_an_hour_of_silence(owner, shop):
    a_cart(shop, "Busy", ago=timedelta(minutes=5))
    a_cart(shop, "Empty", total=0)
    a_cart(shop, "Ordered", ordered_at=clock.real())
    kept(Cart(shop_id=shop.id, token="nobody", items=[ITEM], total=1, currency="EUR", created_at=clock.real() - HOUR,
              updated_at=clock.real() - HOUR))  # fmt: skip
    a_cart(shop, "Left", ago=timedelta(minutes=31))
    db.session.commit()
    page = words(owner.get("/carts"))
    assert "Left" in page and not any(name in page for name in ("Busy", "Empty", "Ordered", "nobody"))


@pytest.mark.rule("CART-10")
@pytest.mark.rule("CART-16")
def test_the_grand_total_counts_carts_whose_link_was_pressed_and_whose_order_was_paid(owner, shop):
    flow = a_flow(shop)
    for name, recovered, paid, cancelled, placed_by in (
        ("Ada", True, True, False, None), ("Bea", False, True, False, None), ("Cleo", True, False, False, None),
        ("Dora", True, True, True, None), ("Eve", False, True, False, 7),
    ):  # fmt: skip
        cart = a_cart(shop, name)
        cart.ordered_at, cart.recovered_at = clock.real(), clock.real() if recovered else None
        customer = db.session.get(Customer, cart.customer_id)
        order = an_order(shop, customer, total=5000, cart_id=cart.id, placed_by=placed_by, refunded=1000,
                         paid_at=clock.real() if paid else None,
                         cancelled_at=clock.real() if cancelled else None)  # fmt: skip
        if paid:
            a_credit(a_run(flow, customer), order)
    db.session.commit()
    assert left_carts.recovered(shop.id, "EUR") == (4000, 1)
    assert "€40.00" in words(owner.get("/carts"))


@pytest.mark.rule("CART-16")
@pytest.mark.rule("CART-17")
def test_a_cart_that_came_back_by_its_link_counts_although_no_automation_is_credited_any_more(owner, shop):
    for name, recovered, placed_by in (("Late", True, None), ("Unpressed", False, None), ("Desk", False, 7)):
        cart = a_cart(shop, name)
        cart.ordered_at, cart.recovered_at = clock.real(), clock.real() if recovered else None
        customer = db.session.get(Customer, cart.customer_id)
        an_order(
            shop,
            customer,
            total=5000,
            cart_id=cart.id,
            placed_by=placed_by,
            refunded=500,
            paid_at=clock.real(),
        )
    db.session.commit()
    assert left_carts.recovered(shop.id, "EUR") == (4500, 1)
    assert left_carts.recovered(shop.id, "USD") == (0, 1)


@pytest.mark.rule("CART-10")
def test_carts_are_found_by_name_address_product_amount_and_age(owner, shop):
    a_cart(shop, "Ada")
    a_cart(shop, "Bea", items=[ITEM | {"title": "Bouilloire bleue", "price": 9000}])
    a_cart(shop, "Old", ago=timedelta(days=40))
    db.session.commit()

    def seen(query):
        page = words(owner.get(f"/carts?{query}"))
        return [name for name in ("Ada", "Bea", "Old") if name in page]

    assert seen("q=ada") == ["Ada"] and seen("q=bea@example") == ["Bea"] and seen("q=bouilloire") == ["Bea"]
    assert seen("q=title") == [] and seen("q=%25") == []
    assert seen("least=100") == ["Bea"] and seen("most=100") == ["Ada"]
    assert seen("period=all") == ["Ada", "Bea", "Old"] and seen("") == ["Ada", "Bea"]
    assert "Write an amount such as" in words(owner.get("/carts?least=lots"))


def test_the_list_goes_on_page_after_page_without_a_gap(owner, shop):
    for number in range(60):
        recovered = clock.real() if number % 3 == 0 else None
        a_cart(shop, f"N{number:02}", ago=HOUR + timedelta(minutes=number // 2), ordered_at=recovered,
               recovered_at=recovered)  # fmt: skip
    db.session.commit()
    seen, address = [], "/carts"
    while address:
        page = owner.get(address).get_data(as_text=True)
        seen += re.findall(r">(N\d\d)</a>", page)
        following = re.search(r'href="([^"]*before[^"]*)" class="button[^>]* rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == 60 and len(set(seen)) == 60
    assert (
        owner.get("/carts?before=nonsense").status_code
        == owner.get("/carts?before=2026-01-01~9").status_code
        == 200
    )


def test_no_page_of_the_desk_reads_a_whole_table(shop):
    now = clock.real()
    asked = [
        *left_carts._parts(shop.id, Wanted(), now, (now, 5)),
        *left_carts._parts(shop.id, Wanted("sent"), now, None),
    ]
    for query in asked:
        text = str(query.limit(26).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        plan = [
            row.detail for row in db.session.execute(db.text("EXPLAIN QUERY PLAN " + text.replace("%%", "%")))
        ]
        assert not [line for line in plan if line.startswith("SCAN") and "json" not in line], plan
        assert not [line for line in plan if "TEMP B-TREE" in line and "LAST TERM" not in line], plan


@pytest.mark.rule("CART-11")
def test_a_cart_by_itself_shows_who_when_what_and_how_it_was_to_be_sent(owner, shop):
    cart = a_cart(shop, shipping="Express by courier")
    kept(
        Product(
            shop_id=shop.id, key="moon", title="Moon notebook", price=1800, stock=3, updated_at=clock.real()
        )
    )
    run = a_reminder(shop, cart, sent=True)
    db.session.commit()
    page = owner.get(f"/carts/{cart.id}")
    for said in ("Ada", "ada@example.com", "Express by courier", "Moon notebook", "€36.00", "In stock today 3",
                 "You left something", "Bring back a cart"):  # fmt: skip
        assert said in words(page) or said.replace("today 3", "today") in words(page), said
    assert f"/runs/{run.id}" in page.get_data(as_text=True)


@pytest.mark.rule("CART-26")
@pytest.mark.rule("CART-27")
def test_a_letter_can_be_changed_previewed_and_sent_once(owner, shop):
    cart = a_cart(shop)
    coupon = kept(
        Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, prefix="TEN", created_at=clock.real())
    )
    db.session.commit()
    page = owner.get(f"/carts/{cart.id}/letter").get_data(as_text=True)
    key, seen = (re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in ("key", "seen"))
    typed = {
        "key": key,
        "seen": seen,
        "subject": "Just for you",
        "text": "Use **SPRING** today",
        "coupon": coupon.id,
    }
    shown = owner.post(f"/carts/{cart.id}/letter/preview", data=typed).get_data(as_text=True)
    assert "<strong>SPRING</strong>" in shown and "Moon notebook" in shown and "TEN-" in shown
    assert "Papier SARL" in shown and "1 rue X, Nantes" in shown  # the footer comes from the settings
    assert db.session.scalars(db.select(Handwritten)).all() == []
    for _press in range(2):
        assert owner.post(f"/carts/{cart.id}/letter", data=typed).status_code == 302
    letter = db.session.scalars(db.select(Handwritten)).one()
    assert (letter.subject, letter.text) == ("Just for you", "Use **SPRING** today")
    assert db.session.scalars(db.select(Run)).one().status == "ready"


def test_words_that_cannot_be_filled_in_are_refused_and_kept(owner, shop):
    cart = a_cart(shop)
    db.session.commit()
    answer = owner.post(f"/carts/{cart.id}/letter", data={"subject": "Hi", "text": "{% if %}", "coupon": "0"})
    assert answer.status_code == 422 and "{% if %}" in words(answer)
    assert db.session.scalars(db.select(Handwritten)).all() == []


def test_a_customer_who_said_no_cannot_be_written_to(owner, shop):
    cart = a_cart(shop)
    customer_id = cart.customer_id
    db.session.commit()
    unit(lambda: Customer.unsubscribe(shop.id, customer_id, "link", clock.real()))
    assert "No reminder can be sent." in words(owner.get(f"/carts/{cart.id}"))
    assert owner.get(f"/carts/{cart.id}/letter").status_code == 302
