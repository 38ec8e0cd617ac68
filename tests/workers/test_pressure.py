"""How much one customer gets, of what kind, and from how many automations at a time."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from app.extensions import db
from app.models import (
    Bounce,
    Code,
    Consent,
    Customer,
    Message,
    Notice,
    Policy,
    Refusal,
    Run,
    Suppression,
    TopicRefusal,
)
from app.unit import unit
from tests.workers.world import LEFT, NOON, SEND, WAIT
from workers import handover, known
from workers.deliver import deliver

PLACED = ("order_placed", {})


def capped(world, messages=1, days=1):
    unit(lambda: Policy.change(world.shop.id, most_messages=messages, most_days=days))


def left(world, token, customer="ada@example.com"):
    world.cart(token, customer)
    world.skip(minutes=31)
    world.work(deliver_too=False)


def test_the_cap_holds_a_second_mail_until_the_first_is_a_window_old(world):
    capped(world)
    world.reminder()
    left(world, "c1")
    world.work()
    first = world.message.gate_at
    left(world, "c2")
    world.work()
    held = world.only(Message, Message.state == "prepared")
    assert (held.reason, held.send_at) == ("cap", first + timedelta(days=1))
    world.skip(days=1)
    world.work()
    assert len(world.sink.mails) == 2


def test_the_cap_is_each_customers_own(world):
    capped(world)
    world.reminder()
    for token, who in (("c1", "ada@example.com"), ("c2", "bob@example.com")):
        left(world, token, who)
        world.work()
    assert world.sink.recipients == ["ada@example.com", "bob@example.com"]


def test_what_an_order_needs_is_not_capped(world):
    capped(world)
    world.flow(PLACED, ("send_email", {"email": world.email, "topic": "order"}))
    for token in ("o1", "o2"):
        world.order(token)
        world.work()
    assert len(world.sink.mails) == 2


def meeting_at_the_gate(monkeypatch):
    """Let two workers count at one time where nothing keeps the second waiting for the first."""
    both, here = threading.Barrier(2), threading.local()
    counted, through = known._capped_until, handover._through

    def counts(*told):
        until = counted(*told)
        if getattr(here, "gate", False):
            with suppress(threading.BrokenBarrierError):
                both.wait(0.5)
        return until

    def goes(parcels):
        here.gate = True
        return through(parcels)

    monkeypatch.setattr(known, "_capped_until", counts)
    monkeypatch.setattr(handover, "_through", goes)
    monkeypatch.setattr("workers.deliver.BATCH", 1)


def test_two_workers_at_one_customers_gate_keep_the_cap(world, monkeypatch):
    """M6: each would miss what the other has not committed; the second waits and counts it."""
    meeting_at_the_gate(monkeypatch)
    capped(world)
    world.reminder()
    world.reminder()
    left(world, "c1")
    assert len(world.all(Message)) == 2

    def work():
        with world.app.app_context():
            deliver(world.shop.id)
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert len(world.sink.mails) == 1


@pytest.mark.parametrize(("topic", "arrives"), [("news", False), ("reminder", False), ("order", True)])
def test_only_what_an_order_needs_reaches_who_said_no(world, topic, arrives):
    world.subscribed()
    world.work()
    world.skip(minutes=1)
    ada = world.customer().id
    unit(lambda: Customer.unsubscribe(world.shop.id, ada, "link", world.now))
    world.flow(PLACED, ("send_email", {"email": world.email, "topic": topic}))
    world.order()
    world.work()
    assert bool(world.sink.mails) is arrives


def test_not_even_an_order_reaches_a_mailbox_that_is_gone(world):
    world.flow(PLACED, ("send_email", {"email": world.email, "topic": "order"}))
    world.order()
    world.work(deliver_too=False)
    unit(lambda: Bounce.take(world.shop.id, Notice("hard", "ada@example.com", "b1"), world.now))
    world.work()
    assert (world.message.state, world.message.reason) == ("skipped", "bounced")


def test_a_topic_that_was_turned_down_is_skipped_and_the_others_arrive(world):
    world.flow(LEFT, ("send_email", {"email": world.email, "topic": "reminder"}), SEND(world))
    world.cart()
    world.work()
    ada = world.customer().id
    unit(lambda: TopicRefusal.choose(world.shop.id, ada, ["reminder"], world.now))
    world.skip(minutes=31)
    world.work()
    told = {message.topic: (message.state, message.reason) for message in world.all(Message)}
    assert told == {"reminder": ("skipped", "topic"), "news": ("sent", "")}


def test_who_is_in_another_automation_stays_out_of_one_that_wants_them_alone(world):
    world.flow(PLACED, WAIT(5, "days"))
    second = world.flow(LEFT, SEND(world), settings={"alone": True})
    world.order()
    world.work()
    left(world, "c1")
    assert world.only(Refusal).reason == "elsewhere"
    world.skip(days=6)
    world.work()
    left(world, "c2")
    assert world.only(Run, Run.flow_id == second)


def test_two_automations_that_want_them_alone_take_one_between_them(world):
    for _ in range(2):
        world.flow(LEFT, WAIT(), settings={"alone": True})
    left(world, "c1")
    assert len(world.all(Run)) == 1 and world.only(Refusal).reason == "elsewhere"


def test_a_code_that_was_kept_for_a_run_is_free_when_its_goal_is_reached(world):
    world.flow(
        LEFT,
        ("give_coupon", {"coupon": world.coupon()}),
        WAIT(),
        SEND(world),
        settings={"goal": ["order.placed"]},
    )
    left(world, "c1")
    assert world.only(Code).state == "reserved"
    world.order()
    world.work()
    assert world.only(Code).state == "released"


def test_a_code_on_its_way_is_not_taken_from_a_run_that_walked_to_its_end(world):
    world.flow(LEFT, ("give_coupon", {"coupon": world.coupon()}), SEND(world))
    left(world, "c1")
    assert world.only(Run).status == "done" and world.only(Code).state == "reserved"
    world.work()
    assert world.only(Code).state == "issued"


@pytest.mark.rule("OFFER-24")
def test_a_kind_of_coupon_that_nobody_knows_pauses_the_flow(world):
    world.flow(LEFT, ("give_coupon", {"coupon": world.coupon(kind="gift")}), SEND(world))
    left(world, "c1")
    world.work()
    assert world.message.reason == "coupon" and world.only(Code).state == "reserved"


def test_soft_bounces_give_an_address_up_only_when_they_are_enough(world):
    def soft(key, at):
        unit(lambda: Bounce.take(world.shop.id, Notice("soft", "ada@example.com", key), at))
        return bool(Suppression.among(world.shop.id, ["ada@example.com"]))

    told = [soft("b1", NOON), soft("b1", NOON), soft("b2", NOON), soft("b3", NOON)]
    assert told == [False, False, False, True]


def test_soft_bounces_far_apart_are_not_one_trouble(world):
    for place in range(4):
        at = NOON + timedelta(days=31 * place)
        unit(lambda at=at, place=place: Bounce.take(world.shop.id, Notice("soft", "a@b.c", f"{place}"), at))
    assert not Suppression.among(world.shop.id, ["a@b.c"])


def test_a_bounce_is_not_hidden_by_an_earlier_no_and_outlives_a_later_yes(world):
    world.subscribed()
    world.work()
    world.skip(minutes=1)
    ada = world.customer().id
    unit(lambda: Customer.unsubscribe(world.shop.id, ada, "link", world.now))
    unit(lambda: Bounce.take(world.shop.id, Notice("hard", "ada@example.com", "b1"), world.now))
    unit(lambda: Customer.agree(world.shop.id, ada, "link", world.now))
    assert Suppression.reasons(world.shop.id, ["ada@example.com"]) == {"ada@example.com": "bounced"}


def test_a_complaint_is_a_no(world):
    world.subscribed()
    world.work()
    world.skip(minutes=1)
    unit(lambda: Bounce.take(world.shop.id, Notice("complaint", "ada@example.com", "b1"), world.now))
    assert world.customer().consent == "unsubscribed"
    answers = [(answer.state, answer.source) for answer in world.all(Consent)]
    assert answers[-1] == ("unsubscribed", "complaint")
