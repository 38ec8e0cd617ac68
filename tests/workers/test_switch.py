"""The switch: off ends everything at once, on begins anew, a pause loses nobody."""

from __future__ import annotations

import threading

import pytest

from app.extensions import db
from app.models import Code, Flow, Message, Refusal, Run, Shop, Version
from app.models.silences import Window, count
from app.unit import unit
from tests.patience import until
from tests.workers.world import LEFT, NOON, SEND, WAIT
from workers import advance, effects

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def off(world, flow):
    return unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))


def on(world, flow):
    return unit(lambda: Flow.switch_on(world.shop.id, flow, world.now))


@pytest.mark.rule("AUTO-16")
@pytest.mark.rule("REMIND-14")
@pytest.mark.rule("REMIND-15")
def test_off_cancels_waiting_runs_and_messages_that_have_not_left(world):
    flow = world.flow(
        PLACED, ("give_coupon", {"coupon": world.coupon()}), SEND(world), WAIT(1, "days"), SEND(world)
    )
    for n in range(3):
        world.order(f"o{n}", f"someone{n}@example.com")
    world.work(deliver_too=False)
    done = off(world, flow)
    assert (done.cancelled, done.called_back, done.handed_over) == (3, 3, 0)
    assert off(world, flow) is None
    world.skip(days=2)
    world.work()
    assert world.sink.mails == []
    assert {(run.status, run.reason) for run in world.all(Run)} == {("cancelled", "switched_off")}
    assert {code.state for code in world.all(Code)} == {"released"}


@pytest.mark.rule("CART-32")
def test_on_again_revives_no_run_of_before(world):
    flow = world.flow(
        PLACED,
        WAIT(1, "hours"),
        SEND(world),
        settings={"reentry": {"rule": "unlimited", "every": 1, "unit": "days"}},
    )
    world.order("o1")
    world.work()
    off(world, flow)
    world.order("o2")
    world.work()
    world.skip(minutes=1)
    assert on(world, flow)
    assert not on(world, flow)
    world.skip(hours=3)
    world.work()
    assert world.sink.mails == []
    world.order("o3")
    world.work()
    world.skip(hours=1)
    world.work()
    assert len(world.sink.mails) == 1


def test_off_works_for_a_graph_that_cannot_be_read(world):
    flow = world.flow(PLACED, WAIT(1, "hours"))
    world.order()
    world.work()

    def broken():
        version = db.session.get(Version, db.session.get(Flow, flow).version_id)
        version.graph, version.hash = {"format": 1, "nodes": "nonsense"}, "broken"

    whole = world.only(Version)
    kept = (whole.graph, whole.hash)
    unit(broken)
    world.skip(hours=2)
    world.work()
    assert world.run.status == "parked"
    assert off(world, flow).cancelled == 1

    def mended():
        version = db.session.get(Version, whole.id)
        version.graph, version.hash = kept

    unit(mended)


def test_where_the_merchant_likes_those_in_it_go_on_to_the_end(world):
    flow = world.flow(PLACED, WAIT(1, "hours"), SEND(world), settings={"on_deactivate": "finish"})
    world.order("o1")
    world.work()
    assert off(world, flow).cancelled == 0
    world.order("o2", "bob@example.com")
    world.skip(hours=1)
    world.work()
    assert world.sink.recipients == ["ada@example.com"]


def test_those_who_go_on_to_the_end_can_still_be_stopped(world):
    flow = world.flow(PLACED, WAIT(1, "hours"), SEND(world), settings={"on_deactivate": "finish"})
    world.order()
    world.work()
    assert off(world, flow).cancelled == 0
    assert off(world, flow).cancelled == 1
    assert off(world, flow) is None
    world.skip(hours=2)
    world.work()
    assert world.sink.mails == []


def test_a_switch_off_in_the_middle_of_a_batch_waits_for_it_and_neither_is_tried_twice(world, monkeypatch):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    flow = world.flow(PLACED, WAIT(1, "hours"), SEND(world))
    world.order()
    world.work()
    world.skip(hours=2)
    version, begun, tried, answers = world.run.version_id, threading.Event(), [], []
    carry_out = effects.carry_out

    def slowly(*what):
        tried.append("batch")
        begun.set()
        until_somebody_waits()
        return carry_out(*what)

    def switch():
        tried.append("switch")
        return Flow.switch_off(world.shop.id, flow, world.now)

    def other():
        with world.app.app_context():
            begun.wait(10)
            answers.append(unit(switch))
            db.session.remove()

    monkeypatch.setattr(effects, "carry_out", slowly)
    thread = threading.Thread(target=other)
    thread.start()
    advance.advance(version)
    thread.join(20)
    assert tried == ["batch", "switch"]
    assert (answers[0].cancelled, answers[0].called_back) == (0, 1)
    world.work()
    assert world.sink.mails == []


def until_somebody_waits():
    """Wait until somebody waits for a lock in this database."""
    waiting = db.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    # A transaction would be shown the same picture again and again.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        until(lambda: other.execute(waiting).scalar())


def test_a_deleted_flow_is_off_for_good(world):
    flow = world.flow(PLACED, WAIT(1, "hours"), SEND(world))
    world.order()
    world.work()
    assert unit(lambda: Flow.delete(world.shop.id, flow, world.now)).cancelled == 1
    assert unit(lambda: Flow.delete(world.shop.id, flow, world.now)) is None
    assert not on(world, flow)
    assert unit(lambda: Flow.publish(world.shop.id, flow, world.now)) is None


def test_a_paused_flow_moves_nobody_and_loses_nobody(world):
    flow = world.flow(PLACED, WAIT(1, "hours"), SEND(world))
    world.order()
    world.work()
    assert unit(lambda: Flow.pause(flow, "coupon_ended", world.now))
    assert not unit(lambda: Flow.pause(flow, "coupon_ended", world.now))
    world.skip(hours=2)
    world.work()
    assert world.run.status == "waiting" and world.sink.mails == []
    assert on(world, flow)
    world.work()
    assert len(world.sink.mails) == 1


def test_another_shop_cannot_touch_the_switch(world):
    flow = world.flow(PLACED)
    assert unit(lambda: Flow.switch_off(world.shop.id + 1, flow, world.now)) is None
    assert not unit(lambda: Flow.switch_on(world.shop.id + 1, flow, world.now))
    assert unit(lambda: Flow.publish(world.shop.id + 1, flow, world.now)) is None


def abandoned_before(world, settings):
    for days in (1, 10, 20):
        world.cart(
            f"c{days}",
            f"someone{days}@example.com",
            at=NOON.replace(day=21) - (NOON - NOON.replace(day=20)) * days,
        )
    world.work()
    return world.flow(LEFT, SEND(world), settings=settings, on=False)


@pytest.mark.rule("CART-18")
def test_the_first_switch_on_looks_as_far_back_as_asked(world):
    flow = abandoned_before(world, {"backfill": {"days": 14, "again": False}})
    row = db.session.get(Flow, flow)
    assert row.reaches_back() == 14
    world.traveller.shift(1)
    assert on(world, flow)
    world.work()
    assert sorted(run.entry_key for run in world.all(Run)) == ["c1", "c10"]


def test_how_many_it_would_reach_is_known_before(world):
    from datetime import timedelta

    abandoned_before(world, {})
    window = Window(world.shop.id, timedelta(minutes=30), world.now - timedelta(days=14), world.now)
    assert count("cart", window) == 2


@pytest.mark.rule("CART-33")
def test_a_later_switch_on_does_not_look_back(world):
    flow = world.flow(LEFT, SEND(world), settings={"backfill": {"days": 14, "again": False}})
    off(world, flow)
    world.cart()
    world.skip(hours=1)
    on(world, flow)
    world.work()
    assert world.all(Run) == [] and world.all(Message) == [] and world.all(Refusal) == []


def test_a_paused_flow_is_not_advanced_by_a_late_hint(world):
    flow = world.flow(PLACED, SEND(world))
    world.order()
    world._enrol(world.shop.id)
    version = world.only(Version, Version.flow_id == flow)
    assert unit(lambda: Flow.pause(flow, "coupon_ended", world.now))
    assert advance.advance(version.id).runs == 0
    assert world.run.status == "ready" and world.all(Message) == []
    on(world, flow)
    world.work()


def test_each_switch_off_begins_another_epoch(world):
    flow = world.flow(PLACED, WAIT(1, "hours"), settings={"reentry": {"rule": "unlimited"}})
    for n in range(2):
        world.order(f"o{n}")
        world.work()
        off(world, flow)
        on(world, flow)
    assert [run.epoch for run in world.all(Run)] == [0, 1] and world.only(Flow).epoch == 2


@pytest.mark.invariant("R8")
def test_a_claim_of_before_the_switch_off_is_worth_nothing(world):
    flow = world.flow(PLACED, SEND(world))
    world.order()
    world._enrol(world.shop.id)
    version = world.only(Version, Version.flow_id == flow)
    claimed = unit(lambda: advance.claim(version.id, world.now))
    off(world, flow)
    ((id, token),) = claimed.items()
    assert world.run.token > token and not unit(lambda: Run.park(id, token, "too late"))
    advance._work(world.shop.id, version.id, claimed)
    assert world.run.status == "cancelled" and world.all(Message) == []


def test_a_flow_that_is_off_takes_nobody_in(world):
    flow = world.flow(PLACED, SEND(world))
    off(world, flow)
    world.order()
    world.work()
    assert world.all(Run) == [] and world.all(Refusal) == []


@pytest.mark.invariant("S1")
def test_an_event_of_one_shop_starts_nothing_in_another(world):
    world.flow(PLACED)
    other = world.kept(Shop(name="Other", timezone="UTC", currency="EUR", created_at=NOON))
    world.shop = other
    world.order()
    world.work()
    assert world.all(Run) == [] and world.all(Refusal) == []
