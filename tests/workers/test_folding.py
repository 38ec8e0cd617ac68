"""Folding adds each happening to the days exactly once, whatever dies or meets on the way."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text

from app.extensions import db
from app.models import Daily, Folded, Posting, counts, dailies, figures
from app.models.dailies import EVER
from app.models.periods import Period
from app.unit import unit
from tests.app.rows import a_credit, a_customer, a_flow, a_run, a_shop, an_order
from tests.patience import until
from tests.workers.world import LEFT, NOON, SEND, WAIT
from workers import folding


def month(world):
    return Period.rolling(world.now, "Europe/Paris")


def told(world, flow):
    """Everything that pages say of a flow."""
    shop, period = world.shop.id, month(world)
    return (
        figures.by_flow(shop, period, flow), counts.standings(shop, flow), counts.funnels(shop, flow, period),
        counts.endings(shop, flow, period), counts.refusals(shop, flow, period), counts.in_it_now(shop),
        counts.held_back(shop, flow, period), counts.passages(shop, flow, period),
    )  # fmt: skip


def busy(world):
    """A flow in which some wait, some ended, and some were not let in."""
    flow = world.flow(LEFT, SEND(world), WAIT(30), SEND(world), settings={"goal": ["order.placed"]})
    for who in ("ada", "bob", "eve"):
        world.cart(f"c-{who}", f"{who}@example.com")
    world.skip(minutes=31)
    world.work()
    world.order("o1", "ada@example.com", cart="c-ada")
    world.work()
    world.skip(seconds=1)
    return flow


def beat(world):
    """What a heart does about the days, once they are due."""
    while folding.fold(world.shop.id):
        pass


def ripe(world):
    """Fold all that has happened by now: it is noticed, and then so long ago that nobody can still be writing it."""
    beat(world)
    world.skip(minutes=3)
    beat(world)
    world.skip(minutes=3)
    beat(world)


def test_pages_say_the_same_before_and_after_folding(world):
    flow = busy(world)
    before = told(world, flow)
    assert before[0] and before[5] == {flow: 2}
    ripe(world)
    assert db.session.scalar(select(Daily.number).where(Daily.measure == "entered", Daily.day == EVER)) == 3
    assert told(world, flow) == before


def test_what_happens_after_the_mark_is_counted_too(world):
    flow = busy(world)
    ripe(world)
    world.cart("c-kim", "kim@example.com")
    world.skip(minutes=31)
    world.work()
    assert counts.in_it_now(world.shop.id) == {flow: 3}
    live = told(world, flow)
    ripe(world)
    assert told(world, flow) == live


def test_a_crash_in_the_middle_leaves_nothing_and_the_next_heart_does_it_all(world, monkeypatch):
    flow = busy(world)
    before = told(world, flow)
    beat(world)
    world.skip(minutes=3)
    add = Daily.add

    def dies(*args):
        add(*args)
        raise MemoryError("killed")

    monkeypatch.setattr(Daily, "add", dies)
    with pytest.raises(MemoryError):
        folding.fold(world.shop.id)
    db.session.rollback()
    assert not world.all(Daily) and db.session.get(Folded, world.shop.id).until is None
    monkeypatch.undo()
    beat(world)
    assert world.all(Daily) and told(world, flow) == before


def test_two_hearts_at_the_same_stretch_count_it_once(world):
    flow = busy(world)
    before = told(world, flow)
    beat(world)
    world.skip(minutes=3)
    mark = db.session.get(Folded, world.shop.id)
    start, ripe_at = dailies.earliest(world.shop.id), mark.next_until
    stride = folding.Stretch(
        world.shop.id, dailies.Asked(world.shop.id).flows, "Europe/Paris", start, ripe_at
    )
    assert unit(lambda: folding._stride(stride, None)) > 0
    assert unit(lambda: folding._stride(stride, None)) == -1
    assert told(world, flow) == before


def test_what_happened_just_now_is_left_until_its_writers_must_have_finished(world):
    busy(world)
    beat(world)
    world.skip(seconds=90)
    beat(world)
    assert not world.all(Daily)
    world.skip(seconds=90)
    beat(world)
    assert world.all(Daily)


def test_a_new_zone_counts_from_the_next_fold_on(world):
    flow = busy(world)
    ripe(world)
    days = {row.day for row in world.all(Daily)}
    unit(lambda: db.session.execute(db.text("UPDATE shop SET timezone = 'Pacific/Auckland'")))
    world.cart("c-kim", "kim@example.com")
    world.skip(minutes=31)
    world.work()
    ripe(world)
    assert days <= {row.day for row in world.all(Daily)}
    assert counts.in_it_now(world.shop.id) == {flow: 3}


def test_an_idle_shop_is_left_alone_for_a_while(world):
    ripe(world)
    world.skip(minutes=3)
    beat(world)
    assert world.shop.id not in folding.due()
    world.skip(minutes=16)
    assert world.shop.id in folding.due()


def test_where_many_people_stand_is_kept_by_the_heart(world, monkeypatch):
    flow = busy(world)
    monkeypatch.setattr(counts, "FEW", 1)
    ripe(world)
    world.skip(minutes=16)
    world.cart("c-kim", "kim@example.com")
    world.skip(minutes=31)
    world.work()
    world.skip(seconds=1)
    ripe(world)
    kept = {row.node: row.number for row in world.all(Daily, Daily.measure == "here")}
    assert kept == {"n2": 3}
    assert counts.standings(world.shop.id, flow)["n2"].here == 3


def test_two_hearts_that_open_the_book_at_once_write_each_credit_once(each_database):
    shop = a_shop()
    customer = a_customer(shop)
    run = a_run(a_flow(shop), customer)
    for _ in range(5):
        a_credit(run, an_order(shop, customer))
    shop_id = shop.id
    db.session.commit()

    def other():
        with each_database.app_context():
            unit(lambda: Posting.open(shop_id, NOON))
            db.session.remove()

    heart = threading.Thread(target=other)

    def one():
        Posting.open(shop_id, NOON)
        heart.start()
        until(lambda: waits() or not heart.is_alive())

    unit(one)
    heart.join(20)
    assert db.session.scalars(select(Posting.orders).where(Posting.shop_id == shop_id)).all() == [1] * 5


def waits():
    """Whether somebody waits for a lock in this database."""
    if db.engine.dialect.name != "postgresql":
        return True  # SQLite has one writer
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
        return looking.execute(waiting).scalar()
