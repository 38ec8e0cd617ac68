"""A resend goes the same way as any message: through the gate, once, under a name of its own."""

from __future__ import annotations

import pytest

from app.models import Flow, Message, resending
from app.unit import unit
from tests.workers.world import SEND, WAIT

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


@pytest.fixture
def unsure(world):
    """A message whose mail server broke off after the dot, without keeping it."""
    world.flow(PLACED, SEND(world), WAIT(1, "days"))
    world.order("o1")
    world.sink.at_dot = lambda server: server.transport.abort()
    world.sink.answers["DATA"] = "451 never said"
    world.work()
    world.sink.at_dot = None
    world.sink.answers.clear()
    assert world.message.state == "unknown"
    return world


def resend(world):
    id = world.all(Message)[0].id
    return unit(lambda: resending.resend(world.shop.id, id, 1, world.now))


def states(world):
    return [(message.state, message.reason) for message in world.all(Message)]


def a_user(world):
    from app.models import User

    world.kept(User(email="me@papier.example", password_hash="-", created_at=world.now))


def test_nothing_is_sent_again_by_itself(unsure):
    unsure.skip(days=3)
    unsure.work()
    assert unsure.sink.mails == [] and unsure.message.state == "unknown"


def test_a_person_sends_it_once_more_and_it_arrives_under_another_id(unsure):
    a_user(unsure)
    assert resend(unsure) and not resend(unsure)
    unsure.work()
    assert [state for state, _reason in states(unsure)] == ["unknown", "sent"]
    old, new = unsure.all(Message)
    assert old.state == "unknown" and old.mail_id != new.mail_id and new.key == f"{old.key}:again"
    assert [mail["Message-ID"].strip("<>") for _to, mail in unsure.sink.mails] == [new.mail_id]


def test_a_resend_does_not_get_past_a_switch_off(unsure):
    a_user(unsure)
    flow = unsure.message.flow_id
    unit(lambda: Flow.switch_off(unsure.shop.id, flow, unsure.now))
    unit(lambda: Flow.switch_on(unsure.shop.id, flow, unsure.now))
    assert resend(unsure)
    unsure.work()
    assert unsure.sink.mails == [] and states(unsure)[1][0] == "cancelled"


def test_nor_past_a_no(unsure):
    a_user(unsure)
    unsure.tell("customer.unsubscribed")
    unsure.work()
    assert resend(unsure)
    unsure.work()
    assert unsure.sink.mails == [] and states(unsure)[1][0] in ("skipped", "cancelled")
