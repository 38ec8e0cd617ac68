"""What is due is found through the partial indexes, on both databases, by the very statements that the engine runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.extensions import db
from app.models import Call, Event, Flow, InboxRow, Message, Run
from app.unit import unit
from tests.workers.explaining import explained
from tests.workers.world import LEFT, SEND, WAIT
from workers import due, heartbeat

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})
BEAT = ("ix_run_due", "ix_message_due", "ix_call_due", "ix_inbox_waiting", "ix_event_waiting")


def looks(world):
    """Each look and claim of the engine with the indexes that it is made for."""
    later = world.now + timedelta(seconds=20)
    shop = world.shop.id
    return {
        "the beat": (lambda: list(due.work()), BEAT),
        "the runs": (lambda: Run.claim(1, world.now, later, 500), ("ix_run_due",)),
        "the others of a batch": (lambda: Run.taken(1, world.now, 500), ("ix_run_due",)),
        "the outbox": (lambda: Message.claim(shop, world.now, later, 20), ("ix_message_due",)),
        "the calls": (lambda: Call.claim(shop, world.now, later, 20), ("ix_call_due",)),
        "the inbox": (lambda: InboxRow.waiting(shop, 500), ("ix_inbox_waiting",)),
        "the events": (lambda: Event.waiting(shop, 500), ("ix_event_waiting",)),
        "stale runs": (lambda: Run.release_stale(clock.real()), ("ix_run_lease",)),
        "stale messages": (lambda: Message.release_stale(clock.real()), ("ix_message_lease",)),
        "stale calls": (lambda: Call.release_stale(clock.real()), ("ix_call_lease",)),
    }  # fmt: skip


def test_every_look_takes_its_partial_index(world):
    for name, (look, indexes) in looks(world).items():
        plan = explained(look)
        for index in indexes:
            assert index in plan, f"{name} does not use {index}:\n{plan}"


def test_one_who_waits_behind_thousands_of_a_paused_flow_is_found(world):
    paused = world.flow(PLACED, WAIT(1, "hours"), SEND(world))
    for n in range(3):
        world.order(f"o{n}", f"someone{n}@example.com")
    world.work()
    unit(lambda: Flow.pause(paused, "coupon_ended", world.now))
    world.reminder()
    world.cart()
    world.skip(hours=2)
    world.work(deliver_too=False)
    assert world.only(Run, Run.flow_id != paused).status == "done"
    assert len(world.all(Run, Run.flow_id == paused, Run.status == "waiting")) == 3


def test_one_stale_run_that_a_stopped_worker_holds_keeps_no_other_from_going_on(world):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    world.flow(LEFT, WAIT(2, "hours"), SEND(world))
    world.cart("c1")
    world.cart("c2", "bob@example.com")
    world.work()
    world.skip(minutes=31)
    world.work()
    stopped, free = [run.id for run in world.all(Run)]
    past = clock.real() - timedelta(seconds=30)
    unit(lambda: db.session.execute(sa.update(Run).values(status="leased", lease_until=past)))
    with db.engine.connect() as other:
        other.execute(sa.text("select id from run where id = :id for update"), {"id": stopped})
        assert heartbeat.give_back() == 1
        assert world.only(Run, Run.id == free).status == "waiting"
    heartbeat.give_back()
