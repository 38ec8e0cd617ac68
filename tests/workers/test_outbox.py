"""The outbox's own promises: one message a step, one claim a worker, one gate a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.models import Customer, Message
from app.unit import unit
from tests.workers.world import LEFT, SEND
from workers.smtp import Connection
from workers.writing import WHOSE, Content


@pytest.fixture
def prepared(world):
    world.flow(LEFT, SEND(world), settings={"quiet": {"from": "21:00", "until": "08:00"}})
    world.cart()
    world.skip(minutes=31)
    world.work(deliver_too=False)
    assert world.message.state == "prepared"
    return world


def claim(world):
    (row,) = unit(lambda: Message.claim(world.shop.id, world.now, clock.real() + timedelta(seconds=9), 5))
    return row


def passes(world, row):
    return unit(lambda: Message.pass_gate([(row, "Hello", None)], world.now, clock.real()))


@pytest.mark.invariant("M1")
def test_a_message_is_prepared_once(prepared):
    names = (*WHOSE, *Content._fields)
    row = tuple(getattr(prepared.message, name) for name in names)
    unit(lambda: Message.prepare(names, [row], prepared.now))
    assert len(prepared.all(Message)) == 1


@pytest.mark.invariant("R8")
def test_a_claim_that_was_lost_passes_no_gate(prepared):
    slow = claim(prepared)
    prepared.skip(seconds=11)
    assert unit(lambda: Message.release_stale(clock.real())) == 1
    quick = claim(prepared)
    assert not passes(prepared, slow)
    assert passes(prepared, quick) and not passes(prepared, quick)
    assert unit(lambda: Message.answered([(quick, "failed", "550 no")], prepared.now))


def test_night_is_where_the_customer_is(prepared):
    ada = {"email": "ada@example.com", "timezone": "Asia/Tokyo"}
    prepared.cart("c2", ada)  # the shop tells where she lives: there it is past nine in the evening
    prepared.work()
    held = prepared.message
    assert (held.state, held.reason) == ("prepared", "quiet")
    assert held.send_at == datetime(2026, 11, 21, 23, tzinfo=UTC)  # eight in Tokyo


def test_what_the_gate_refuses_is_taken_back_from_the_mail_server(prepared, monkeypatch):
    real, lines, ada = Connection.begin, [], prepared.customer().id

    def begin(line, *letter):
        real(line, *letter)
        lines.append(line)
        unit(lambda: Customer.unsubscribe(prepared.shop.id, ada, "link", prepared.now))

    monkeypatch.setattr(Connection, "begin", begin)
    prepared.work()
    assert prepared.message.state == "skipped"
    assert [line._server for line in lines] == [
        None
    ]  # a line left open would take the next mail for its body
