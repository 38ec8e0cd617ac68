"""Codes under many hands at once: a retried step gives one, and parallel checkouts use no more than there are."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from app.extensions import db
from app.models import Code, Coupon, CustomerTag, Redemption
from app.models.coupons import Bill, Declined, Pieces
from app.unit import unit
from tests.app.rows import NOON, a_customer, a_flow, a_run, a_shop, kept

BILL = Bill(5000, 490)


def a_coupon(shop, **told):
    told = {"name": "Ten", "kind": "percent", "value": 10, "prefix": "TEN", "created_at": NOON} | told
    return kept(Coupon(shop_id=shop.id, **told))


def at_once(app, *works):
    """Do these at the same moment, each in a thread and a session of its own; return what each gave or raised."""
    gate, answers = threading.Barrier(len(works)), [None] * len(works)

    def do(place, work):
        with app.app_context():
            gate.wait(10)
            try:
                answers[place] = unit(work)
            except Declined as declined:
                answers[place] = declined.reason
            finally:
                db.session.remove()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(works)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers


def redeemed_at_once(app, shop, checkouts):
    """Use the shop's code TEN in all these checkouts, (customer, order), at once; return each discount, or why not."""
    shop_id = shop.id
    db.session.commit()

    def redeem(checkout):
        return Code.redeem(shop_id, "TEN", BILL, *checkout, NOON).discount

    return at_once(app, *(partial(redeem, each) for each in checkouts))


@pytest.fixture
def looked(monkeypatch):
    """Let two checkouts both look before either uses the code, where nothing keeps the second waiting."""
    both, examine = threading.Barrier(2), Code.examine

    def looks(*told):
        found = examine(*told)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(Code, "examine", looks)


def test_two_checkouts_that_both_saw_the_last_use_free_take_it_once(each_database, looked):
    shop = a_shop()
    a_coupon(shop, personal=False, usage_limit=1)
    checkouts = [(a_customer(shop).id, order) for order in "ab"]
    assert sorted(redeemed_at_once(each_database, shop, checkouts), key=str) == [500, "exhausted"]


def test_two_tabs_that_both_saw_the_code_unused_use_it_once(each_database, looked):
    shop = a_shop()
    a_coupon(shop, personal=False)
    who = a_customer(shop).id
    tabs = [(who, order) for order in "ab"]
    assert sorted(redeemed_at_once(each_database, shop, tabs), key=str) == [500, "once"]


@pytest.mark.parametrize(("limit", "wanted"), [(1, 1), (3, 3), (None, 6)])
def test_parallel_checkouts_never_use_a_code_beyond_its_limit(each_database, limit, wanted):
    shop = a_shop()
    a_coupon(shop, personal=False, usage_limit=limit)
    answers = redeemed_at_once(each_database, shop, [(a_customer(shop).id, order) for order in "abcdef"])
    assert answers.count(500) == wanted and answers.count("exhausted") == 6 - wanted
    assert db.session.query(Redemption).count() == wanted


def test_one_customer_in_two_tabs_uses_a_code_once(each_database):
    shop = a_shop()
    a_coupon(shop, personal=False)
    who = a_customer(shop).id
    tabs = [(who, order) for order in "abcd"]
    assert sorted(redeemed_at_once(each_database, shop, tabs), key=str) == [500, "once", "once", "once"]


def test_a_personal_code_is_used_once_by_its_owner_and_by_nobody_else(app):
    shop = a_shop()
    coupon, owner, other = a_coupon(shop), a_customer(shop).id, a_customer(shop).id
    kept(Code(shop_id=shop.id, coupon_id=coupon.id, code="TEN-1", customer_id=owner, created_at=NOON))
    shop_id = shop.id
    db.session.commit()

    def redeemed(who, order):
        try:
            return unit(lambda: Code.redeem(shop_id, "ten-1", BILL, who, order, NOON).discount)
        except Declined as declined:
            return declined.reason

    told = [redeemed(other, "o1"), redeemed(owner, "o2"), redeemed(owner, "o3")]
    assert told == ["other_customer", 500, "used"]


def test_a_visit_that_is_retried_keeps_the_code_that_it_has(app):
    shop = a_shop()
    coupon, run = a_coupon(shop), a_run(a_flow(shop), a_customer(shop))
    row = {"shop_id": shop.id, "coupon_id": coupon.id, "run_id": run.id, "visit": 1, "state": "reserved", "uses": 0,
           "customer_id": run.customer_id, "node": "", "ends_at": None, "created_at": NOON}  # fmt: skip
    db.session.commit()
    for text in ("TEN-1", "TEN-1", "TEN-2"):
        unit(lambda text=text: Code.reserve([row | {"code": text}]))
    assert [code.code for code in db.session.query(Code)] == ["TEN-1"]


LINES = (Pieces("p1", 2000), Pieces("p2", 1500, 2))


@pytest.mark.parametrize(("terms", "lines", "told"), [
    ({"products": ["p1"]}, LINES, 200), ({"products": ["p1", "p2"]}, LINES, 500),
    ({"products": ["p3"]}, LINES, "products"), ({"products": ["p2"], "kind": "amount", "value": 9000}, LINES, 3000),
    ({"products": ["p1"], "kind": "shipping"}, LINES, 490),
    ({"products": ["p3"], "kind": "shipping"}, LINES, "products"),
    ({"kind": "cheapest"}, LINES, 1500), ({"kind": "cheapest"}, LINES[:1], "second"),
    ({"kind": "cheapest", "products": ["p1"]}, LINES, "second"), ({"tag": "vip"}, LINES, "other_customer"),
])  # fmt: skip
def test_a_coupon_counts_only_for_what_and_whom_it_is_for(app, terms, lines, told):
    shop = a_shop()
    a_coupon(shop, personal=False, **terms)
    bill, who = Bill(5000, 490, lines), a_customer(shop).id
    try:
        answer = Code.quote(shop.id, "TEN", bill, who, NOON).discount
    except Declined as declined:
        answer = declined.reason
    assert answer == told


def test_a_tagged_customer_may_use_what_is_for_them(app):
    shop = a_shop()
    a_coupon(shop, personal=False, tag="vip")
    who = a_customer(shop).id
    kept(CustomerTag(shop_id=shop.id, customer_id=who, tag="vip"))
    assert Code.quote(shop.id, "TEN", BILL, who, NOON).discount == 500


def test_a_code_is_found_by_an_index_whatever_its_case(app):
    shop = a_shop()
    a_coupon(shop, personal=False, prefix="PRINTEMPS-É")
    assert Code.quote(shop.id, " printemps-é ", BILL, None, NOON).code == "PRINTEMPS-É"
    for table, column in (("code", "code"), ("coupon", "prefix")):
        plan = db.session.execute(
            db.text(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE shop_id = 1 AND {column} = 'X'")
        )
        assert f"{column}=?" in (told := str(plan.all())) and "USING INDEX" in told


@pytest.mark.rule("OFFER-04")
@pytest.mark.parametrize(("kind", "value", "discount"), [("percent", 10, 500), ("amount", 700, 700),
                                                         ("amount", 9000, 5000), ("shipping", 0, 490)])  # fmt: skip
def test_the_three_kinds_take_off_what_they_say_and_never_more_than_there_is(app, kind, value, discount):
    shop = a_shop()
    a_coupon(shop, personal=False, kind=kind, value=value)
    assert Code.quote(shop.id, "TEN", BILL, None, NOON).discount == discount


@pytest.mark.parametrize(("items", "discount"), [(1045, 105), (1044, 104), (5, 1), (4, 0)])
def test_half_a_cent_is_rounded_up(app, items, discount):
    shop = a_shop()
    a_coupon(shop, personal=False)
    assert Code.quote(shop.id, "TEN", Bill(items), None, NOON).discount == discount


def test_a_code_works_until_its_end(app):
    shop = a_shop()
    coupon, owner = a_coupon(shop), a_customer(shop).id
    for text, ends_at in (("TEN-1", NOON), ("TEN-2", NOON + timedelta(seconds=1))):
        kept(Code(shop_id=shop.id, coupon_id=coupon.id, code=text, customer_id=owner, ends_at=ends_at,
                  created_at=NOON))  # fmt: skip
    assert Code.quote(shop.id, "TEN-2", BILL, owner, NOON).discount == 500
    with pytest.raises(Declined, match="ended"):
        Code.quote(shop.id, "TEN-1", BILL, owner, NOON)
