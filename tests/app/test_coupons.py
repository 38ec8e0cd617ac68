"""What a code is worth, when it is refused, and that no number of parallel checkouts gets past its limits."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.extensions import db
from app.models import Code, Coupon, Customer, Redemption, Shop
from app.models.coupons import KINDS, Bill, Declined
from app.unit import unit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BILL = Bill(items=5000, shipping=490)


def stock(customers: int = 2, **terms: Any) -> None:
    """One shop, customers 1…n, coupon 1 by these terms, and its code "MERCI"."""

    def rows() -> None:
        db.session.add(Shop(id=1, name="Papier Lune", created_at=NOW))
        db.session.flush()
        for number in range(1, customers + 1):
            db.session.add(Customer(id=number, shop_id=1, email=f"c{number}@example.com", created_at=NOW))
        percent = {"kind": "percent", "value": 10}
        db.session.add(Coupon(id=1, shop_id=1, name="Merci", created_at=NOW, **(percent | terms)))
        db.session.flush()
        db.session.add(Code(id=1, shop_id=1, coupon_id=1, code="MERCI", created_at=NOW))

    unit(rows)


def change(model: Any, **values: Any) -> None:
    unit(lambda: db.session.execute(db.update(model).values(**values)))


def quote(text: str = "MERCI", bill: Bill = BILL, customer: int | None = 1) -> int:
    return Code.quote(1, text, bill, customer, NOW).discount


def refusal(text: str = "MERCI", bill: Bill = BILL, customer: int | None = 1) -> str:
    with pytest.raises(Declined) as declined:
        quote(text, bill, customer)
    return declined.value.reason


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.sampled_from(KINDS), st.integers(0, 100))
def test_a_discount_never_takes_more_than_there_is(items: int, shipping: int, kind: str, value: int) -> None:
    discount = Coupon(kind=kind, value=value).discount(Bill(items, shipping))
    assert 0 <= discount <= (shipping if kind == "shipping" else items)


def test_half_a_cent_is_rounded_up() -> None:
    assert Coupon(kind="percent", value=15).discount(Bill(1010)) == 152


@pytest.mark.rule("OFFER-04")
@pytest.mark.parametrize(
    ("kind", "value", "discount"), [("percent", 10, 500), ("amount", 700, 700), ("shipping", 0, 490)]
)
def test_three_sorts_of_discount(app: Flask, kind: str, value: int, discount: int) -> None:
    stock(kind=kind, value=value)
    assert quote() == discount


def test_a_code_is_read_as_people_type_it(app: Flask) -> None:
    stock()
    assert quote(" mer ci ") == 500


def test_each_refusal_has_its_reason(app: Flask) -> None:
    stock(minimum=4000)
    assert refusal("NOEL") == "unknown"
    assert refusal(bill=Bill(3999)) == "minimum"
    change(Code, customer_id=2)
    assert refusal() == refusal(customer=None) == "other_customer"
    change(Code, customer_id=None, ends_at=NOW)
    assert refusal() == "ended"
    change(Code, ends_at=NOW + timedelta(seconds=1))
    assert quote() == 500
    change(Code, state="reserved")
    assert refusal() == "unknown"
    change(Code, state="used")
    assert refusal() == "used"
    change(Code, state="issued")
    change(Coupon, ends_at=NOW)
    assert refusal() == "ended"
    change(Coupon, status="deleted")
    assert refusal() == "withdrawn"


def test_another_shops_code_is_unknown(app: Flask) -> None:
    stock()
    with pytest.raises(Declined, match="unknown"):
        Code.quote(2, "MERCI", BILL, None, NOW)


def test_a_refused_redemption_leaves_nothing(app: Flask) -> None:
    stock()
    unit(lambda: Code.redeem(1, "MERCI", BILL, 1, "order-1", NOW))
    with pytest.raises(Declined, match="used"):
        unit(lambda: Code.redeem(1, "MERCI", BILL, 2, "order-2", NOW))
    assert db.session.scalar(db.select(Code.uses)) == 1
    assert db.session.scalar(db.select(db.func.count(Redemption.id))) == 1


def test_a_shared_code_that_nobody_was_given_yet_can_be_typed(each_database: Flask) -> None:
    stock(personal=False, prefix="Bonjour10")
    unit(lambda: db.session.execute(db.delete(Code)))
    assert quote("bonjour10") == 500
    assert db.session.scalar(db.select(db.func.count(Code.id))) == 0
    unit(lambda: Code.redeem(1, "bonjour10", BILL, 1, "order-1", NOW))
    assert refusal("bonjour10") == "once"
    assert quote("bonjour10", customer=2) == 500


def race(app: Flask, customers: list[int]) -> Counter[str]:
    """Redeem the same code at once, each customer with an order of their own; count the outcomes."""

    def checkout(number: int) -> str:
        with app.app_context():
            try:
                order = f"order-{number}"
                unit(lambda: Code.redeem(1, "MERCI", BILL, customers[number], order, NOW), tries=50)
            except Declined as declined:
                return declined.reason
            finally:
                db.session.remove()
            return "taken"

    db.session.remove()
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(checkout, range(len(customers))))


def test_parallel_checkouts_use_a_personal_code_once(each_database: Flask) -> None:
    stock(customers=8)
    assert race(each_database, list(range(1, 9))) == {"taken": 1, "used": 7}


def test_parallel_checkouts_stay_within_the_limit_of_a_shared_code(each_database: Flask) -> None:
    stock(customers=8, personal=False, prefix="MERCI", usage_limit=3)
    assert race(each_database, list(range(1, 9))) == {"taken": 3, "exhausted": 5}


def test_parallel_checkouts_of_one_customer_use_a_shared_code_once(each_database: Flask) -> None:
    stock(customers=1, personal=False, prefix="MERCI")
    assert race(each_database, [1] * 8) == {"taken": 1, "once": 7}
    assert db.session.scalar(db.select(Code.uses)) == 1
