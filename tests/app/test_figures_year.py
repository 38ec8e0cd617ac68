"""A year of history, generated: every figure of the reports equals one counted in plain Python from the tables."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import (
    Attribution,
    Cart,
    Folded,
    Message,
    Order,
    Posting,
    Refusal,
    Run,
    Shop,
    Step,
    Visit,
    counts,
    figures,
)  # fmt: skip
from app.models.periods import Period
from app.unit import unit
from tests.app.rows import folded
from tests.app.year import BEGAN, Year

ZONES = (
    "Europe/Paris",
    "America/Santiago",
    "Asia/Kathmandu",
)  # with two odd nights, with them reversed, with none


class Hand:
    """Counts in plain Python: every row is read, and asked for its day."""

    def __init__(self, shop, flow, period):
        self.shop, self.flow, self.zone = shop, flow, ZoneInfo(shop.timezone)
        self.days = {period.first + timedelta(days=place) for place in range(period.days)}

    def rows(self, model):
        mine = select(model).where(model.shop_id == self.shop.id)
        return db.session.scalars(mine.where(model.flow_id == self.flow) if self.flow else mine)

    def inside(self, at):
        return at is not None and at.astimezone(self.zone).date() in self.days

    def sent(self):
        return [
            each for each in self.rows(Message) if each.audience == "customer" and self.inside(each.sent_at)
        ]

    def credits(self):
        pairs = ((each, db.session.get(Order, each.order_id)) for each in self.rows(Attribution))
        return [(each, order) for each, order in pairs if not order.cancelled_at and self.inside(each.at)]

    def sales(self, currency="EUR"):
        parts = (("gross", 1), ("discounts", -1), ("returns", -1), ("taxes", 1), ("shipping", 1))
        return sum(sum(sign * self.part(order, name) for name, sign in parts)
                   for _each, order in self.credits() if order.currency == currency)  # fmt: skip

    @staticmethod
    def part(order, name):
        plain = {
            "discounts": order.discount,
            "taxes": order.tax,
            "shipping": order.shipping,
            "returns": order.refunded or 0,
        }
        return plain[name] if name in plain else order.total + order.discount - order.tax - order.shipping

    def steps(self):
        found = {}
        for step in self.rows(Step):
            if self.inside(step.at):
                found.setdefault(step.node, Counter())[step.port] += 1
        return found


def agree(shop, flow, period):
    hand, told = Hand(shop, flow, period), figures.by_flow(shop.id, period, flow)
    together = figures.added(told.values(), period.days)
    credits = hand.credits()
    assert together.total("reach") == len(hand.sent())
    assert together.total("visits") == sum(hand.inside(each.at) for each in hand.rows(Visit))
    assert together.total("orders") == len(credits)
    assert together.total("sales") == hand.sales()
    assert {each.currency: each.sales for each in figures.sales(shop.id, period, flow)} == {
        currency: hand.sales(currency) for currency in {order.currency for _each, order in credits}
    }
    strict, credited = figures.recovered(shop.id, period, flow)
    won = [order for _each, order in credits if db.session.get(Cart, order.cart_id).recovered_at]
    assert (strict.orders, credited.orders) == (len(won), len(credits))


def agree_on_one(shop, flow, period):
    hand = Hand(shop, flow, period)
    sent, credits = hand.sent(), hand.credits()
    for node, funnel in counts.funnels(shop.id, flow, period).items():
        mine = [each for each in sent if each.node == node]
        seen = [
            sum(bool(getattr(each, at)) for each in mine)
            for at in ("opened_at", "clicked_at", "machine_opened_at", "bounced_at")
        ]
        assert (funnel.sent, funnel.opened, funnel.clicked, funnel.fetched, funnel.bounced) == (
            len(mine),
            *seen,
        )
        assert funnel.orders == sum(each.node == node for each, _order in credits)
    assert counts.passages(shop.id, flow, period) == hand.steps()
    assert counts.entered(shop.id, flow, period) == sum(
        hand.inside(each.started_at) for each in hand.rows(Run)
    )
    over = Counter((each.status, each.reason) for each in hand.rows(Run) if hand.inside(each.ended_at))
    assert counts.endings(shop.id, flow, period) == over
    assert counts.refusals(shop.id, flow, period) == Counter(
        each.reason for each in hand.rows(Refusal) if hand.inside(each.at)
    )
    held = Counter((each.state, each.reason) for each in hand.rows(Message) if hand.inside(each.closed_at))
    assert counts.held_back(shop.id, flow, period) == held
    by_code = [order for each, order in credits if each.rule == "coupon"]
    offer = figures.offer(shop.id, flow, period)
    assert offer.orders == len(by_code)


@pytest.mark.rule("AUTO-19")
@pytest.mark.rule("AUTO-20")
@pytest.mark.rule("AUTO-21")
@pytest.mark.rule("AUTO-22")
@pytest.mark.rule("AUTO-23")
@pytest.mark.rule("AUTO-24")
@pytest.mark.parametrize("zone", ZONES)
def test_a_years_figures_are_those_of_the_tables(app, zone):
    chance = random.Random(zone)
    year = Year(zone, chance)
    shop, flow = year.shop, year.flows[0].id
    ranges = [(date(2025, 3, 1), date(2026, 2, 28)), (date(2025, 3, 20), date(2025, 4, 10)),
              (date(2025, 9, 1), date(2025, 10, 31)), (date(2025, 12, 24), date(2025, 12, 24))]  # fmt: skip
    periods = [Period(first, last, zone) for first, last in ranges]
    agree(shop, flow, periods[1])  # before anything is folded
    folded(shop)
    shop = db.session.get(Shop, shop.id)
    for period in periods:
        agree(shop, None, period)
        agree(shop, flow, period)
        agree_on_one(shop, flow, period)
    change_of_mind(shop, chance)
    agree(shop, flow, periods[0])
    folded(shop)
    agree(db.session.get(Shop, shop.id), flow, periods[0])


def change_of_mind(shop, chance):
    """Refund some orders and cancel others, long after they were counted."""
    orders = list(db.session.scalars(select(Order).where(Order.shop_id == shop.id)))
    for order in chance.sample(orders, 60):
        order.refunded = order.total // 2
    for order in chance.sample(orders, 30):
        order.cancelled_at = order.cancelled_at or BEGAN
    ids, now = [order.id for order in orders], db.session.get(Folded, shop.id).until
    db.session.commit()
    assert unit(lambda: Posting.bring(shop.id, ids, now))
    assert not unit(lambda: Posting.bring(shop.id, ids, now))
