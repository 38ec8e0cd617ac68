"""Turning on with a past: what is counted is what comes, named people only, nothing again unless it was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Cart, Customer, Event, Flow, Run, backfills, by_hand
from app.models.backfills import Backfill
from app.unit import unit
from graph.model import Graph
from tests.workers.conftest import sink, world  # noqa: F401 - the shop and its engine
from tests.workers.world import LEFT, SEND, WAIT

LETTER = {"about": "cart", "locale": "en", "subject": "From me", "text": "Do come back.", "button": "Back",
          "user_id": None}  # fmt: skip


def turn_on(world, flow, wanted):
    def work():
        Flow.publish(world.shop.id, flow, world.now)
        assert Flow.switch_on(world.shop.id, flow, world.now)
        return backfills.begin(world.shop.id, flow, wanted, world.now)

    return unit(work)


def counted(world, flow, days):
    graph = Graph.from_json(db.session.get(Flow, flow).draft)
    found = backfills.people(world.shop.id, flow, graph, days, world.now)
    db.session.rollback()
    return found


def entered(world):
    world.work(deliver_too=False)
    return sorted(db.session.get(Customer, run.customer_id).email for run in world.all(Run))


@pytest.fixture
def past(world):
    """Carts of the last weeks: of subscribers, of who never agreed, of who said no, of one whose mail bounced."""
    for token, who, ago in (("a", "ada", 20), ("b", "bea", 10), ("c", "cleo", 3), ("d", "dora", 2), ("e", "eve", 1),
                            ("f", "bea", 1)):  # fmt: skip
        world.cart(token, f"{who}@example.com", at=world.now - timedelta(days=ago))
    for who in ("ada", "bea", "dora", "eve"):
        world.subscribed(f"{who}@example.com")
    world.work()
    from app.models import Suppression

    unit(
        lambda: Customer.unsubscribe(world.shop.id, world.customer("dora@example.com").id, "link", world.now)
    )
    unit(lambda: Suppression.add(world.shop.id, "eve@example.com", "bounced", world.now))
    return world


@pytest.mark.rule("C1")
@pytest.mark.rule("CART-18")
@pytest.mark.parametrize(("audience", "who"), [("subscribers", ["bea"]), ("everyone", ["bea", "cleo"])])
def test_as_many_people_come_as_were_counted(past, audience, who):
    flow = past.flow(LEFT, WAIT(), SEND(past), settings={"audience": audience}, on=False)
    assert counted(past, flow, 14) == len(who)
    assert turn_on(past, flow, Backfill(14)) == len(who)
    assert set(entered(past)) == {f"{each}@example.com" for each in who}
    assert counted(past, flow, 14) == 0  # they are in it: the same silence is taken in once


def test_who_wants_no_news_is_counted_where_an_order_is_served(past):
    about_an_order = ("send_email", {"email": past.email, "topic": "order"})
    flow = past.flow(LEFT, WAIT(), about_an_order, on=False)
    assert counted(past, flow, 14) == turn_on(past, flow, Backfill(14)) == 3
    assert set(entered(past)) == {"bea@example.com", "cleo@example.com", "dora@example.com"}


@pytest.mark.rule("REMIND-03")
def test_without_a_backfill_only_what_is_left_afterwards_counts(past):
    flow = past.flow(LEFT, WAIT(), SEND(past), on=False)
    assert turn_on(past, flow, Backfill()) == 0
    assert entered(past) == []
    past.cart("g", "gil@example.com")
    past.skip(minutes=31)
    assert entered(past) == ["gil@example.com"]


@pytest.mark.rule("C1")
def test_only_the_people_who_were_chosen_are_taken_in(past):
    flow = past.flow(LEFT, WAIT(), SEND(past), on=False)
    cleo = past.customer("cleo@example.com").id
    assert turn_on(past, flow, Backfill(14, frozenset({cleo}))) == 1
    assert entered(past) == ["cleo@example.com"]


@pytest.mark.rule("C2")
@pytest.mark.rule("CART-33")
def test_switched_on_again_it_takes_in_nobody_unless_the_settings_say_so(past):
    flow = past.flow(LEFT, WAIT(), SEND(past), settings={"backfill": {"days": 14, "again": False}}, on=False)
    row = db.session.get(Flow, flow)
    assert Backfill.asked_by(row, Graph.from_json(row.draft)).days == 14
    turn_on(past, flow, Backfill())
    unit(lambda: Flow.switch_off(past.shop.id, flow, past.now))
    row = db.session.get(Flow, flow)
    assert Backfill.asked_by(row, Graph.from_json(row.draft)).days == 0
    again = {**row.draft, "settings": {**row.draft["settings"], "backfill": {"days": 7, "again": True}}}
    assert Backfill.asked_by(row, Graph.from_json(again)).days == 7


def test_one_who_enters_only_once_is_not_counted_again(past):
    flow = past.flow(
        LEFT, SEND(past), settings={"reentry": {"rule": "once", "every": 30, "unit": "days"}}, on=False
    )
    assert counted(past, flow, 14) == 2
    turn_on(past, flow, Backfill(14))
    assert entered(past) == ["bea@example.com", "cleo@example.com"]
    unit(lambda: Flow.switch_off(past.shop.id, flow, past.now))
    past.cart("h", "bea@example.com")
    past.skip(minutes=40)
    past.work()
    assert counted(past, flow, 14) == 0


@pytest.mark.rule("C1")
def test_somebody_with_several_carts_comes_in_once_with_the_latest_and_gets_one_mail(past):
    for token, ago in (("g", 9), ("h", 5)):
        past.cart(token, "cleo@example.com", at=past.now - timedelta(days=ago))
    flow = past.flow(LEFT, SEND(past), on=False)
    many = counted(past, flow, 14)
    assert turn_on(past, flow, Backfill(14)) == many == 2
    past.work()
    assert sorted(past.sink.recipients) == ["bea@example.com", "cleo@example.com"]
    latest = {db.session.get(Event, run.event_id).data["cart"] for run in past.all(Run)}
    assert latest == {"c", "f"}
    for _again in range(2):  # nor does turning it on anew bring the older carts
        unit(lambda: Flow.switch_off(past.shop.id, flow, past.now))
        assert turn_on(past, flow, Backfill(14)) == 0
        past.skip(hours=1)
        past.work()
    assert len(past.sink.mails) == 2


def test_a_cart_that_was_written_about_by_hand_is_left_out(past):
    letter = by_hand.Letter("k1", "By hand", LETTER)
    cart = db.session.scalars(select(Cart).where(Cart.token == "f")).one().id
    unit(lambda: by_hand.remind(past.shop.id, cart, letter, past.now))
    past.work()
    flow = past.flow(LEFT, SEND(past), on=False)
    assert counted(past, flow, 14) == turn_on(past, flow, Backfill(14)) == 1
    past.work()
    assert sorted(past.sink.recipients) == ["bea@example.com", "cleo@example.com"]  # hers was the one by hand
