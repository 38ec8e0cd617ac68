"""Silence becomes an event, once, however many hearts beat."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Cart, Event, Heartbeat, Run, silences
from app.models.silences import Window
from tests.workers.explaining import explained, overheard
from tests.workers.world import LEFT, NOON, SEND
from workers.heartbeat import Heart
from workers.sweep import sweep


def swept(world):
    return [
        event.name
        for event in world.all(Event, Event.name.like("%.abandoned") | (Event.name == "customer.lapsed"))
    ]


@pytest.mark.rule("REMIND-11")
def test_each_flow_has_its_own_delay(world):
    world.flow(("cart_abandoned", {"after": {"amount": 30, "unit": "minutes"}}), SEND(world))
    world.flow(("cart_abandoned", {"after": {"amount": 2, "unit": "hours"}}), SEND(world))
    world.cart()
    world.work()
    world.skip(minutes=30)
    world.work()
    assert len(world.all(Run)) == 1
    world.skip(minutes=90)
    world.work()
    assert len(world.all(Run)) == 2


def test_five_hearts_write_one_event(world):
    world.reminder()
    world.cart()
    world.work()
    world.skip(minutes=30)
    for _heart in range(5):
        sweep()
    assert swept(world) == ["cart.abandoned"]
    assert world.only(Cart).abandoned_at == NOON + timedelta(minutes=30)


@pytest.mark.rule("CART-02")
@pytest.mark.parametrize(
    "left",
    [
        {"customer": None},  # nobody to write to
        {"price": 0},  # nothing in it
    ],
)
def test_a_cart_without_an_owner_or_without_goods_is_not_abandoned(world, left):
    world.reminder()
    world.cart(**left)
    world.skip(days=1)
    world.work()
    assert swept(world) == []


def test_a_cart_that_is_touched_again_is_quiet_only_later(world):
    world.reminder()
    world.cart()
    world.skip(minutes=20)
    world.cart(price=5000)
    world.work()
    world.skip(minutes=20)
    world.work()
    assert swept(world) == []
    world.skip(minutes=10)
    world.work()
    assert swept(world) == ["cart.abandoned"]


def test_a_cart_told_late_is_seen_all_the_same(world):
    world.reminder()
    world.skip(hours=10)
    world.work()
    world.skip(minutes=2)
    world.cart(at=NOON + timedelta(hours=1))
    world.work()
    assert len(world.all(Run)) == 1


@pytest.mark.rule("AUTO-06")
def test_a_product_looked_at_and_left_is_noticed_unless_something_was_put_in_a_cart(world):
    world.flow(("product_abandoned", {"after": {"amount": 1, "unit": "hours"}}), SEND(world))
    product = {"id": "p1", "title": "Notebook", "price": 900, "currency": "EUR"}
    world.tell("product.viewed", product=product)
    world.tell("product.viewed", "bob@example.com", product=product)
    world.skip(minutes=1)
    world.cart(customer="bob@example.com")
    world.work()
    world.skip(hours=1)
    world.work()
    assert swept(world) == ["product.abandoned"]
    assert world.run.customer_id == world.customer().id


def test_a_customer_who_has_not_ordered_for_long_is_noticed_once(world):
    world.flow(("days_since_order", {"after": {"amount": 30, "unit": "days"}}), SEND(world))
    world.order("o1")
    world.order("o2", at=NOON - timedelta(days=3))
    world.work()
    for _day in range(40):
        world.skip(days=1)
        world.work()
    assert swept(world) == ["customer.lapsed"]
    assert world.run.entry_key == "o1"


def test_a_flow_that_is_off_hears_no_silence(world):
    world.flow(LEFT, SEND(world), on=False)
    world.cart()
    world.skip(days=1)
    world.work()
    assert swept(world) == []


def test_many_carts_are_swept_in_batches_and_none_is_left_out(world, monkeypatch):
    from workers import sweep as room

    monkeypatch.setattr(room, "MOST", 7)
    world.reminder()
    for n in range(20):
        world.cart(f"c{n}", f"someone{n}@example.com")
    world.work()
    world.skip(minutes=31)
    world.work()
    assert len(world.all(Run)) == 20


def looked_at(look):
    """Return how many silences a look found, and how many statements that write it ran."""
    with overheard() as seen:
        found = len(look())
    return found, sum(told.startswith(("BEGIN IMMEDIATE", "INSERT", "UPDATE")) for told, _values in seen)


def test_what_was_swept_is_not_looked_at_again_and_an_empty_look_writes_nothing(world, monkeypatch):
    from workers import occasions
    from workers.sweep import SLOW

    world.reminder()
    for n in range(20):
        world.cart(f"c{n}", f"someone{n}@example.com")
    world.work()
    world.skip(minutes=31)
    world.work()
    windows = []
    monkeypatch.setattr(occasions, "found", lambda _wanted, window, _most: windows.append(window) or [])
    assert looked_at(sweep) == (0, 0)
    late, fresh = windows
    assert fresh.since == fresh.until == world.now
    assert late.heard_from == world.now - SLOW


def test_a_look_at_carts_takes_an_index_whichever_way_it_looks(world):
    hour, now = timedelta(hours=1), world.now
    sqlite = db.engine.dialect.name == "sqlite"
    for heard_from, index in ((None, "ix_cart_open"), (now, "ix_cart_heard")):
        window = Window(world.shop.id, hour, now - hour, now, heard_from)
        told = explained(lambda window=window: silences.found("cart", window, 500))
        assert "ix_cart_" in told and (index in told or not sqlite), told
        assert "uq_event" in told or "sqlite_autoindex_event" in told, told


def test_one_flow_that_cannot_be_swept_for_silences_no_other(world, monkeypatch):
    from workers import sweep as room

    broken, whole = world.reminder(), world.reminder()
    one = room._one
    monkeypatch.setattr(room, "_one", lambda flow, wanted: one(flow, wanted) if flow.id == whole else 1 / 0)
    world.cart()
    world.work()
    world.skip(minutes=31)
    world.work()
    assert swept(world) == ["cart.abandoned"]
    assert broken != whole


def test_a_clock_that_was_set_back_begins_anew(world):
    world.reminder()
    world.skip(hours=10)
    world.work()
    world.skip(hours=-2)
    world.work()
    world.cart()
    world.work()
    world.skip(minutes=31)
    world.work()
    assert swept(world) == ["cart.abandoned"]


def test_one_heart_without_any_broker_does_all_the_work(world):
    world.reminder()
    heart = Heart(world.app, "test", rings=True)
    world.cart()
    for minutes in (31, 0):
        heart.beat()
        assert heart.hands.rest(20)
        world.skip(minutes=minutes)
    assert world.message.state == "sent"
    assert world.only(Heartbeat).name.startswith("test:")


def test_a_demo_shops_own_clock_makes_things_due(world):
    from app import clock
    from app.unit import unit

    world.reminder()
    unit(lambda: clock.start(world.shop.id))
    world.cart()
    world.work()
    assert unit(lambda: clock.skip(world.shop.id, timedelta(hours=2)))
    world.work()
    assert world.message.state == "sent"
    db.session.rollback()
