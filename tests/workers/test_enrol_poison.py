"""Enrolling and reading in when one of many is poison: its neighbours go on, and nothing waiting is lost."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import ProgrammingError

from app.models import Event, InboxRow, Refusal, Run
from tests.workers.world import SEND
from workers import enrol as enrolling
from workers import intake

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def test_an_event_that_cannot_be_enrolled_is_refused_alone_to_each_flow_that_it_would_have_started(
    world, monkeypatch
):
    """R4: it ends in a refusal, and its neighbours in runs."""
    one, two = world.flow(PLACED, SEND(world)), world.flow(PLACED, SEND(world))
    other = world.flow(("cart_abandoned", {"after": {"amount": 30, "unit": "minutes"}}), SEND(world))
    for n in range(5):
        world.order(f"o{n}", f"someone{n}@example.com")
    intake.take_in(world.shop.id)
    bad = world.all(Event, Event.name == "order.placed")[2].id
    real = enrolling._begun

    def breaks(each, now):
        if each.event.id == bad:
            raise ValueError("nobody thought of this")
        return real(each, now)

    monkeypatch.setattr(enrolling, "_begun", breaks)
    world.work(deliver_too=False)
    refused = {(each.event_id, each.flow_id, each.reason) for each in world.all(Refusal)}
    assert refused == {(bad, one, "unreadable"), (bad, two, "unreadable")}
    assert sorted(run.flow_id for run in world.all(Run)) == [one] * 4 + [two] * 4
    assert world.all(Event, Event.enrolled_at.is_(None)) == [] and other


def test_a_statement_of_ours_that_is_wrong_costs_no_event(world, monkeypatch):
    world.flow(PLACED, SEND(world))
    world.order()
    intake.take_in(world.shop.id)

    def wrong(*_told):
        raise ProgrammingError("SELECT", {}, Exception("no such column"))

    monkeypatch.setattr(enrolling, "_begun", wrong)
    with pytest.raises(ProgrammingError):
        enrolling.enrol(world.shop.id)
    monkeypatch.undo()
    world.work(deliver_too=False)
    assert world.run.status == "done" and world.all(Refusal) == []


def test_a_body_is_read_once(world, monkeypatch):
    for n in range(3):
        world.order(f"o{n}")
    read, real = [], InboxRow.unread
    monkeypatch.setattr(InboxRow, "unread", lambda ids: read.append(list(ids)) or real(ids))
    assert intake.take_in(world.shop.id) == 3
    assert [len(ids) for ids in read] == [3]
