"""Asking twice: a yes counts once it is confirmed, and nobody is asked twice a day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.extensions import db
from app.models import ChannelTrouble, Confirmation, Consent, Customer, Event, Message, Policy, Run
from app.unit import unit
from app.views import access, errors, preferences, tracking
from tests.workers.test_gate import between_body_and_gate
from tests.workers.world import SEND
from workers import confirmations

SUBSCRIBED = ("customer_subscribed", {})
WORDS = "Write to me about new notebooks."


def open_to_readers(app):
    for noun in (access, errors, tracking, preferences):
        noun.register(app)


@pytest.fixture
def asking(world):
    unit(lambda: Policy.change(world.shop.id, double_opt_in=True))
    world.flow(SUBSCRIBED, SEND(world), settings={"audience": "subscribers"})
    return world


def said_yes(world):
    world.subscribed({"email": "ada@example.com", "first_name": "Ada", "consent_wording": WORDS})
    world.work()


def link(world):
    text = world.sink.mails[-1][1].get_body(("plain",)).get_content()
    return re.search(r"http://relance\.example(/s/[\w-]+)", text.replace("=\n", "")).group(1)


def test_a_yes_waits_for_its_confirmation(asking):
    said_yes(asking)
    assert asking.customer().consent == "pending" and asking.all(Run) == []
    assert asking.sink.recipients == ["ada@example.com"] and asking.only(Confirmation).state == "sent"
    assert asking.only(Consent).wording == WORDS


def test_the_button_subscribes_and_starts_what_waits_for_subscribers(asking):
    said_yes(asking)
    open_to_readers(asking.app)
    reader, address = asking.app.test_client(), link(asking)
    assert reader.get(address).status_code == 200 and asking.customer().consent == "pending"
    asking.skip(minutes=5)
    assert reader.post(address).status_code == reader.post(address).status_code == 200
    asking.work()
    assert asking.customer().consent == "subscribed" and asking.message.state == "sent"
    assert [answer.state for answer in asking.all(Consent)] == ["pending", "subscribed"]
    assert len(asking.all(Event, Event.name == "customer.subscribed")) == 1


def test_a_no_that_comes_before_the_button_stays(asking):
    said_yes(asking)
    open_to_readers(asking.app)
    asking.skip(minutes=5)
    ada = asking.customer().id
    unit(lambda: Customer.unsubscribe(asking.shop.id, ada, "link", asking.now))
    assert "not on the list" in asking.app.test_client().post(link(asking)).get_data(as_text=True)
    assert asking.customer().consent == "unsubscribed"


def test_nobody_is_asked_twice_a_day(asking):
    said_yes(asking)
    asking.skip(hours=1)
    said_yes(asking)
    assert len(asking.all(Confirmation)) == 1
    asking.skip(hours=24)
    ada = asking.customer().id
    assert unit(lambda: Confirmation.ask(asking.shop.id, ada, asking.now))


def test_a_question_whose_answer_came_before_it_left_stays_here(asking):
    asking.subscribed()
    asking.work(deliver_too=False)
    ada = asking.customer().id
    unit(lambda: Customer.unsubscribe(asking.shop.id, ada, "link", asking.now + timedelta(seconds=1)))
    asking.work()
    assert asking.sink.mails == [] and asking.only(Confirmation).state == "skipped"


def test_a_refused_question_is_asked_later(asking):
    asking.sink.answers["RCPT"] = "451 later"
    said_yes(asking)
    assert asking.only(Confirmation).state == "prepared"
    asking.sink.answers.clear()
    asking.skip(minutes=16)
    asking.work()
    assert asking.only(Confirmation).state == "sent"


def test_a_question_rests_with_its_channel_and_burns_no_try(asking):
    asking.sink.answers["RCPT"] = "421 closing"
    said_yes(asking)
    question = asking.only(Confirmation)
    trouble = asking.only(ChannelTrouble)
    assert (question.state, question.attempts, question.send_at) == ("prepared", 0, trouble.retry_at)
    assert (trouble.trouble, trouble.failures) == ("unreachable", 1)
    unit(lambda: db.session.execute(update(Confirmation).values(send_at=asking.now)))
    asking.work()
    assert asking.only(ChannelTrouble).failures == 1  # nobody was asked while it rests
    assert asking.only(Confirmation).send_at == trouble.retry_at
    asking.sink.answers.clear()
    asking.skip(minutes=1)
    asking.work()
    assert asking.only(Confirmation).state == "sent" and asking.all(ChannelTrouble) == []


def test_a_question_that_cannot_be_written_ends(asking, monkeypatch):
    monkeypatch.setattr(confirmations, "render", lambda *_: 1 / 0)
    said_yes(asking)
    assert asking.only(Confirmation).state == "skipped"


def test_who_is_subscribed_is_not_asked_again(world):
    world.subscribed()
    world.work()
    unit(lambda: Policy.change(world.shop.id, double_opt_in=True))
    world.skip(minutes=1)
    world.subscribed()
    world.work()
    assert world.customer().consent == "subscribed" and world.all(Confirmation) == world.all(Message) == []


def test_a_no_that_comes_while_the_question_is_handed_over_is_heard(asking, monkeypatch):
    asking.subscribed()
    asking.work(deliver_too=False)
    ada = asking.customer().id
    said_no = asking.now + timedelta(seconds=1)
    between_body_and_gate(
        monkeypatch, lambda: unit(lambda: Customer.unsubscribe(asking.shop.id, ada, "link", said_no))
    )
    asking.work()
    assert asking.sink.mails == [] and asking.only(Confirmation).state == "skipped"
