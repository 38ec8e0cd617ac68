"""Figures equal the same figures counted by hand, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from app.models import figures
from app.models.figures import DAY, Period
from tests.app.rows import NOON, a_credit, a_customer, a_flow, a_message, a_run, a_shop, a_visit, an_order

MONTH = Period(NOON)


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
                order = an_order(shop, a_customer(shop), at)
                a_credit(run, order, sales, at)
                told += [(flow.id, "orders", at, 1), (flow.id, "sales", at, sales)]
    return shop, told


def by_hand(told, period):
    days = Counter()
    for flow, measure, at, amount in told:
        if period.since <= at < period.until:
            days[flow, measure, (at - period.since) // DAY] += amount
    return days


@pytest.mark.rule("AUTO-18")
@pytest.mark.rule("AUTO-20")
@pytest.mark.rule("AUTO-21")
@pytest.mark.rule("AUTO-22")
@pytest.mark.rule("AUTO-23")
@pytest.mark.parametrize("period", [MONTH, MONTH.before, Period(NOON, 7), Period(NOON, 90)])
def test_every_figure_of_every_day_is_what_a_hand_would_count(each_database, period):
    shop, told = a_busy_shop(random.Random(7))
    expected = by_hand(told, period)
    found = figures.by_flow(shop.id, period)
    for flow in {each[0] for each in told}:
        for measure in figures.MEASURES:
            days = [expected[flow, measure, place] for place in range(period.days)]
            assert list(getattr(found[flow], measure)) == days
            assert found[flow].total(measure) == sum(days)


def test_one_flow_asked_for_says_the_same_as_among_all(each_database):
    shop, told = a_busy_shop(random.Random(3))
    flow = told[0][0]
    assert figures.by_flow(shop.id, MONTH, flow) == {flow: figures.by_flow(shop.id, MONTH)[flow]}


def test_the_last_instant_is_inside_and_the_end_is_not(each_database):
    shop = a_shop()
    run = a_run(a_flow(shop), a_customer(shop))
    for sent_at in (
        MONTH.since - timedelta(microseconds=1),
        MONTH.since,
        NOON - timedelta(microseconds=1),
        NOON,
    ):
        a_message(run, sent_at=sent_at)
    reach = figures.by_flow(shop.id, MONTH)[run.flow_id].reach
    assert (reach[0], reach[-1], sum(reach)) == (1, 1, 2)


def test_what_was_not_sent_or_went_to_the_staff_is_no_reach(each_database):
    shop = a_shop()
    run = a_run(a_flow(shop), a_customer(shop))
    a_message(run, sent_at=None, state="cancelled")
    a_message(run, sent_at=NOON - DAY, audience="staff")
    assert figures.by_flow(shop.id, MONTH) == {}


@pytest.mark.rule("AUTO-23")
def test_a_cancelled_order_brings_no_sales(each_database):
    shop = a_shop()
    run = a_run(a_flow(shop), a_customer(shop))
    a_credit(run, an_order(shop, a_customer(shop), cancelled_at=NOON), 5000, NOON - DAY)
    a_credit(run, an_order(shop, a_customer(shop)), 700, NOON - DAY)
    found = figures.by_flow(shop.id, MONTH)[run.flow_id]
    assert (found.total("orders"), found.total("sales")) == (1, 700)


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
