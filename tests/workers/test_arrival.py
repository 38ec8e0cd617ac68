"""Arrival: what comes alone goes straight through in two transactions, and whatever fails costs only its own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.models import Event, InboxRow, Refusal, Run, Version
from tests.workers.world import LEFT, SEND, WAIT
from workers import arrival, heartbeat, intake, work
from workers import enrol as enrolling

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def arrived(world):
    """Follow a hint that something came; return what is told next."""
    told = []
    work.off("enrol", world.shop.id, lambda *next: told.append(next))
    return told


def versions(world):
    return [row.id for row in world.all(Version)]


@pytest.fixture
def commits(world):
    counted = []

    def note(_connection):
        counted.append(1)

    sa.event.listen(db.engine, "commit", note)
    yield counted
    sa.event.remove(db.engine, "commit", note)


def test_an_order_that_comes_alone_is_a_message_after_two_transactions(world, commits):
    world.flow(PLACED, SEND(world))
    world.order()
    commits.clear()
    told = []
    work.off("enrol", world.shop.id, lambda kind, _id: told.append((kind, len(commits))))
    assert told == [("deliver", 2), ("call", 2)]
    assert (world.message.state, world.run.status) == ("prepared", "done")
    assert (world.run.token, world.run.attempts, world.run.lease_until) == (1, 0, None)


def test_every_flow_that_it_starts_goes_on_and_whom_it_wakes_is_told(world):
    waits = world.flow(LEFT, WAIT(2, "hours"), SEND(world), settings={"goal": ["order.placed"]})
    world.cart()
    world.skip(minutes=31)
    world.work()
    started = world.flow(PLACED, SEND(world)), world.flow(PLACED, WAIT(2), SEND(world))
    world.order(cart="c1")
    assert ("advance", world.only(Version, Version.flow_id == waits).id) in (told := arrived(world))
    assert {kind for kind, _id in told} == {"advance", "deliver", "call"}
    assert [world.only(Run, Run.flow_id == flow).status for flow in (waits, *started)] == [
        "waiting",
        "done",
        "waiting",
    ]
    world.work()
    assert world.only(Run, Run.flow_id == waits).status == "exited"


def test_a_crowd_is_left_to_whoever_has_a_hand_free(world):
    world.flow(PLACED, SEND(world))
    for n in range(arrival.FEW + 1):
        world.order(f"o{n}", f"someone{n}@example.com")
    assert arrived(world) == [("advance", versions(world)[0])]
    assert {run.status for run in world.all(Run)} == {"ready"} and world.all(Run, Run.token > 0) == []


def test_what_else_is_due_goes_along(world, monkeypatch):
    world.flow(PLACED, SEND(world))
    monkeypatch.setattr(arrival, "FEW", 0)
    for n in range(3):
        world.order(f"o{n}", f"someone{n}@example.com")
    arrived(world)
    monkeypatch.undo()
    world.order("o9", "someone9@example.com")
    arrived(world)
    assert {run.status for run in world.all(Run)} == {"done"}


def test_an_event_that_cannot_be_enrolled_costs_its_delivery_nothing(world, monkeypatch):
    flow = world.flow(PLACED, SEND(world))
    for n in range(3):
        world.order(f"o{n}", f"someone{n}@example.com")
    real = enrolling._begun

    def breaks(each, now):
        if each.event.key == "order.placed:o1":
            raise ValueError("nobody thought of this")
        return real(each, now)

    monkeypatch.setattr(enrolling, "_begun", breaks)
    arrived(world)
    assert {(row.state, row.attempts) for row in world.all(InboxRow)} == {("read", 0)}
    assert [row.reason for row in world.all(Refusal, Refusal.flow_id == flow)] == ["unreadable"]
    assert len(world.all(Run)) == 2 and world.all(Event, Event.enrolled_at.is_(None)) == []


def test_a_delivery_that_cannot_be_saved_keeps_none_of_its_neighbours(world, monkeypatch):
    world.flow(PLACED, SEND(world))
    for n in range(3):
        world.order(f"o{n}", f"someone{n}@example.com")
    real = intake.saving.save

    def breaks(shop_id, heard, *more):
        if any(each.order == "o1" for each in heard):
            raise ValueError("nobody thought of this")
        return real(shop_id, heard, *more)

    monkeypatch.setattr(intake.saving, "save", breaks)
    arrived(world)
    assert [row.state for row in world.all(InboxRow)] == ["read", "waiting", "read"]
    world.work()
    assert len(world.all(Run, Run.status == "done")) == 2


def test_trouble_with_the_database_costs_nothing(world, monkeypatch):
    world.flow(PLACED, SEND(world))
    world.order()

    def save(*_told):
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection unexpectedly"))

    monkeypatch.setattr(intake.saving, "save", save)
    for _outage in range(7):
        assert arrived(world) == []
    monkeypatch.undo()
    row = world.only(InboxRow)
    assert (row.state, row.attempts) == ("waiting", 0)
    arrived(world)
    assert world.run.status == "done"


def test_a_worker_that_dies_between_the_two_is_survived(world, monkeypatch):
    world.flow(PLACED, SEND(world))
    world.order()
    monkeypatch.setattr(work, "lead", lambda *_: 0)  # died right after the first commit
    arrived(world)
    monkeypatch.undo()
    assert (world.run.status, world.run.attempts) == ("leased", 1)
    world.work()
    assert world.run.status == "leased"
    world.skip(seconds=22)
    assert heartbeat.give_back() == 1
    world.work()
    assert world.run.status == "done" and len(world.sink.mails) == 1
