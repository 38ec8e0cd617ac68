"""A left cart becomes an order by hand: once, with what it does to the stock, and nobody is charged."""

from __future__ import annotations

import json

import pytest

from app import clock
from app.extensions import db
from app.models import Handwritten, InboxRow, Message, Order, Product
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import a_shop, kept
from tests.app.test_carts import a_cart


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(currency="EUR")


@pytest.mark.rule("CART-28")
@pytest.mark.rule("CART-29")
@pytest.mark.rule("CART-30")
def test_a_cart_becomes_an_order_once(owner, shop):
    cart = a_cart(shop)
    db.session.commit()
    page = words(owner.get(f"/carts/{cart.id}/order"))
    assert "Nobody is charged." in page and "Your own shop is not told" in page
    chosen = {"paid": "yes", "method": "cash", "shipping": "4.90", "confirm": "y"}
    answer = owner.post(f"/carts/{cart.id}/order", data=chosen)
    order = db.session.scalars(db.select(Order)).one()
    assert answer.location == f"/orders/{order.id}"
    assert (order.total, order.shipping, order.payment, bool(order.paid_at)) == (4090, 490, "cash", True)
    assert "Cash" in words(owner.get(f"/orders/{order.id}")) and order.number in words(owner.get("/orders"))
    assert "Ada" not in words(owner.get("/carts"))
    assert db.session.scalars(db.select(Handwritten)).one().about == "order"
    assert owner.post(f"/carts/{cart.id}/order", data=chosen).location == f"/orders/{order.id}"
    assert (
        len(db.session.scalars(db.select(Order)).all())
        == len(db.session.scalars(db.select(InboxRow)).all())
        == 1
    )
    assert json.loads(db.session.scalars(db.select(InboxRow.body)).one())["order"]["paid"] is True


@pytest.mark.rule("CART-29")
def test_unpaid_and_untold_is_a_choice_too(owner, shop):
    cart = a_cart(shop)
    db.session.commit()
    owner.post(f"/carts/{cart.id}/order", data={"paid": "no", "method": "transfer"})
    order = db.session.scalars(db.select(Order)).one()
    assert order.paid_at is None and "Not paid yet" in words(owner.get(f"/orders/{order.id}"))
    assert db.session.scalars(db.select(Handwritten)).all() == []


@pytest.mark.rule("CART-31")
@pytest.mark.parametrize(
    ("stock", "said"),
    [(2, "it will be out of stock"), (1, "this sells more than there are"), (5, "3 are left after it"),
     (None, "Its stock is not counted")],
)  # fmt: skip
def test_the_effect_on_the_stock_is_said_before(owner, shop, stock, said):
    cart = a_cart(shop)
    kept(Product(shop_id=shop.id, key="moon", title="Moon", price=1800, stock=stock, updated_at=clock.real()))
    db.session.commit()
    assert said in words(owner.get(f"/carts/{cart.id}/order"))


@pytest.mark.rule("CART-31")
def test_in_the_demo_shop_the_goods_leave_the_shelf(app):
    with_pages(app)
    demo = a_shop(is_demo=True)
    owner, cart = a_browser(app, demo), a_cart(demo)
    kept(Product(shop_id=demo.id, key="moon", title="Moon", price=1800, stock=1, updated_at=clock.real()))
    db.session.commit()
    owner.post(f"/carts/{cart.id}/order", data={"paid": "no", "method": "transfer"})
    assert db.session.scalar(db.select(Product.stock)) == -1
    assert db.session.scalars(db.select(Message)).all() == []
