"""Figures equal the same figures counted by hand, on both databases, folded into days or not."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from app.models import Policy, figures
from app.models.figures import Credit, Sales
from app.models.periods import DAY, Period, day_of
from app.unit import unit
from tests.app.rows import (
    NOON,
    a_cart,
    a_credit,
    a_customer,
    a_flow,
    a_message,
    a_run,
    a_shop,
    a_visit,
    an_order,
    folded,
)  # fmt: skip

PARIS = "Europe/Paris"
MONTH = Period.rolling(NOON, PARIS)


def some_time(chance: random.Random, days: int = 70) -> timedelta:
    return timedelta(seconds=chance.randrange(1, days * 86_400))


def a_busy_shop(chance: random.Random):
    """Two flows with a random history; returns the shop and (flow, measure, instant, amount) of all that counts."""
    shop, told = a_shop(), []
    for flow in (a_flow(shop), a_flow(shop, "Welcome")):
        run = a_run(flow, a_customer(shop))
        for _number in range(40):
            at = NOON - some_time(chance)
            told.append((flow.id, "reach", at, 1))
            message = a_message(run, sent_at=at)
            if chance.random() < 0.5:
                told.append((flow.id, "visits", at + timedelta(hours=1), 1))
                a_visit(message, at + timedelta(hours=1))
            if chance.random() < 0.3:
                sales = chance.randrange(100, 10_000)
                order = an_order(shop, a_customer(shop), at, sales)
                a_credit(run, order, sales, at)
                told += [(flow.id, "orders", at, 1), (flow.id, "sales", at, sales)]
    return shop, told


def by_hand(told, period):
    days = Counter()
    for flow, measure, at, amount in told:
        if period.first <= (day := day_of(at, PARIS)) <= period.last:
            days[flow, measure, (day - period.first).days] += amount
    return days


@pytest.mark.rule("AUTO-18")
@pytest.mark.rule("AUTO-20")
@pytest.mark.rule("AUTO-21")
@pytest.mark.rule("AUTO-22")
@pytest.mark.rule("AUTO-23")
@pytest.mark.rule("C13")
@pytest.mark.parametrize("fold", [False, True])
def test_every_figure_of_every_day_is_what_a_hand_would_count(each_database, fold):
    shop, told = a_busy_shop(random.Random(7))
    if fold:
        folded(shop)
    for period in (MONTH, MONTH.before, Period.rolling(NOON, PARIS, 7), Period.rolling(NOON, PARIS, 90)):
        expected, found = by_hand(told, period), figures.by_flow(shop.id, period)
        for flow in {each[0] for each in told}:
            brought = found.get(flow, figures.nothing(period.days))
            for measure in figures.MEASURES:
                days = [expected[flow, measure, place] for place in range(period.days)]
                assert list(getattr(brought, measure)) == days
                assert brought.total(measure) == sum(days)


def test_one_flow_asked_for_says_the_same_as_among_all(each_database):
    shop, told = a_busy_shop(random.Random(3))
    flow = told[0][0]
    assert figures.by_flow(shop.id, MONTH, flow) == {flow: figures.by_flow(shop.id, MONTH)[flow]}


@pytest.mark.rule("C13")
def test_thirty_days_end_with_today_and_begin_at_the_shops_midnight(each_database):
    assert (MONTH.days, MONTH.last, MONTH.first) == (30, date(2026, 11, 21), date(2026, 10, 23))
    shop = a_shop(timezone=PARIS)
    run = a_run(a_flow(shop), a_customer(shop))
    for sent_at in (
        MONTH.since - timedelta(microseconds=1),
        MONTH.since,
        MONTH.until - timedelta(microseconds=1),
    ):
        a_message(run, sent_at=sent_at)
    a_message(run, sent_at=MONTH.until)
    reach = figures.by_flow(shop.id, MONTH)[run.flow_id].reach
    assert (reach[0], reach[-1], sum(reach)) == (1, 1, 2)


@pytest.mark.parametrize(("zone", "day", "hours"), [
    (PARIS, date(2026, 3, 29), 23), (PARIS, date(2026, 10, 25), 25), (PARIS, date(2026, 6, 1), 24),
    ("America/Santiago", date(2026, 9, 6), 23), ("Asia/Kathmandu", date(2026, 1, 1), 24),
])  # fmt: skip
def test_a_day_is_as_long_as_its_clocks_say(zone, day, hours):
    period = Period(day, day, zone)
    assert period.until - period.since == timedelta(hours=hours)
    assert day_of(period.since, zone) == day and day_of(period.until, zone) == day + DAY
    assert day_of(period.since - timedelta(microseconds=1), zone) == day - DAY


def test_what_was_not_sent_or_went_to_the_staff_is_no_reach(each_database):
    shop = a_shop()
    run = a_run(a_flow(shop), a_customer(shop))
    a_message(run, sent_at=None, state="cancelled")
    a_message(run, sent_at=NOON - DAY, audience="staff")
    assert figures.by_flow(shop.id, MONTH) == {}


@pytest.mark.rule("AUTO-23")
def test_sales_are_gross_less_discounts_and_returns_with_taxes_and_shipping(each_database):
    shop = a_shop(currency="EUR")
    run = a_run(a_flow(shop), a_customer(shop))
    bought = {"discount": 500, "tax": 900, "shipping": 600, "refunded": 1200}
    a_credit(run, an_order(shop, a_customer(shop), NOON, 6000, **bought), 6000, NOON - DAY)
    a_credit(run, an_order(shop, a_customer(shop), NOON, 2000, currency="USD"), 2000, NOON - DAY)
    own, other = figures.sales(shop.id, MONTH)
    assert own == Sales("EUR", 1, 5000, 500, 1200, 900, 600) and own.sales == 4800
    assert (other.currency, other.sales) == ("USD", 2000)
    assert figures.by_flow(shop.id, MONTH)[run.flow_id].total("sales") == 4800


@pytest.mark.rule("AUTO-23")
def test_a_cancelled_order_brings_no_sales(each_database):
    shop = a_shop()
    run = a_run(a_flow(shop), a_customer(shop))
    a_credit(run, an_order(shop, a_customer(shop), cancelled_at=NOON), 5000, NOON - DAY)
    a_credit(run, an_order(shop, a_customer(shop), total=700), 700, NOON - DAY)
    found = figures.by_flow(shop.id, MONTH)[run.flow_id]
    assert (found.total("orders"), found.total("sales")) == (1, 700)


@pytest.mark.rule("C5")
def test_both_ways_to_call_a_sale_recovered_are_kept(each_database):
    shop = a_shop()
    customer = a_customer(shop)
    run = a_run(a_flow(shop), customer)
    back = a_cart(shop, customer, pressed_at=NOON - DAY, ordered_at=NOON, recovered_at=NOON)
    alone = a_cart(shop, customer, ordered_at=NOON)
    for cart, total in ((back, 4000), (alone, 900)):
        a_credit(run, an_order(shop, customer, NOON, total, cart_id=cart.id), total, NOON - DAY)
    assert figures.recovered(shop.id, MONTH) == (Credit(1, 4000), Credit(2, 4900))
    folded(shop)
    assert figures.recovered(shop.id, MONTH, run.flow_id) == (Credit(1, 4000), Credit(2, 4900))
    assert Policy.of(shop.id).headline == "strict"
    unit(lambda: Policy.change(shop.id, headline="credited"))
    assert Policy.of(shop.id).headline == "credited"


def test_another_shop_counts_nothing_of_it(app):
    a_busy_shop(random.Random(1))
    assert figures.by_flow(a_shop("Other").id, MONTH) == {}


def test_flows_add_up_day_by_day_and_nothing_adds_nothing(app):
    shop, _told = a_busy_shop(random.Random(5))
    found = figures.by_flow(shop.id, MONTH)
    together = figures.added(found.values(), 30)
    assert together.total("sales") == sum(each.total("sales") for each in found.values())
    assert figures.added([], 30) == figures.nothing(30)


def test_a_change_is_a_share_and_nothing_before_is_no_change():
    assert figures.change(112, 100) == pytest.approx(0.12)
    assert figures.change(5, 0) is None
