"""The last look before the dot: each reason, and the races that it must win."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.extensions import db
from app.models import Code, Coupon, Customer, Event, Flow, Message, StaffNotice, Suppression
from app.unit import unit
from tests.workers.world import LEFT, NOON, SEND, WAIT
from workers import quiet
from workers.gate import Closed, Held, Passed, Without, decide
from workers.known import Known
from workers.smtp import Connection

SETTINGS = {"goal": ["order.placed"], "exit": ["customer.unsubscribed"], "audience": "subscribers", "quiet": None,
            "on_coupon_invalid": "suspend"}  # fmt: skip
EVERYONE, SKIP = SETTINGS | {"audience": "everyone"}, SETTINGS | {"on_coupon_invalid": "skip"}
FINE = Known(
    staff=False, flow_status="live", same_epoch=True, run_status="done", happened=frozenset(), email="ada@example.com",
    consent="subscribed", suppressed="", zone="Europe/Paris", latest_at=None, settings=SETTINGS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Passed()),
        ({"flow_status": "off"}, Passed()),  # its runs may finish: only an epoch ends them
        ({"flow_status": "deleted"}, Closed("cancelled", "run_ended")),
        ({"same_epoch": False}, Closed("cancelled", "switched_off")),
        ({"run_status": "cancelled"}, Closed("cancelled", "run_ended")),
        ({"happened": frozenset({"order.placed"})}, Closed("skipped", "goal")),
        ({"happened": frozenset({"customer.unsubscribed"})}, Closed("skipped", "unsubscribed")),
        ({"happened": frozenset({"cart.updated"})}, Passed()),
        ({"latest_at": NOON - timedelta(seconds=1)}, Closed("skipped", "latest")),
        ({"latest_at": NOON}, Passed()),
        ({"email": ""}, Closed("skipped", "erased")),
        ({"suppressed": "unsubscribed"}, Closed("skipped", "unsubscribed")),
        ({"suppressed": "bounced"}, Closed("skipped", "bounced")),
        ({"suppressed": "complained", "topic": "order"}, Closed("skipped", "complained")),
        ({"suppressed": "unsubscribed", "consent": "unsubscribed", "topic": "order"}, Passed()),
        ({"happened": frozenset({"customer.unsubscribed"}), "topic": "order"}, Passed()),
        ({"consent": "none", "topic": "order"}, Passed()),
        ({"refused": frozenset({"news"})}, Closed("skipped", "topic")),
        ({"refused": frozenset({"reminder"})}, Passed()),
        ({"capped_until": NOON + timedelta(days=1)}, Held(NOON + timedelta(days=1), "cap")),
        ({"consent": "unsubscribed"}, Closed("skipped", "unsubscribed")),
        ({"consent": "none"}, Closed("skipped", "audience")),
        ({"consent": "none", "settings": EVERYONE}, Passed()),
        ({"consent": "unsubscribed", "settings": EVERYONE}, Closed("skipped", "unsubscribed")),
        ({"flow_status": "paused"}, Held(NOON + timedelta(minutes=15), "paused")),
        ({"settings": SETTINGS | {"quiet": {"from": "12:00", "until": "14:00"}}},
         Held(datetime(2026, 11, 21, 13, tzinfo=UTC), "quiet")),
        ({"trouble": "own"}, Without()),
        ({"trouble": "coupon_ended"}, Held(NOON + timedelta(minutes=15), "coupon")),
        ({"trouble": "coupon_ended", "settings": SETTINGS | {"on_coupon_invalid": "without"}}, Without()),
        ({"trouble": "coupon_ended", "settings": SKIP}, Closed("skipped", "coupon")),
        ({"staff": True, "consent": "none", "email": ""}, Passed()),
        ({"staff": True, "same_epoch": False}, Closed("cancelled", "switched_off")),
    ],
)  # fmt: skip
def test_the_gate_decides(changed, verdict):
    assert decide(replace(FINE, **changed), NOON) == verdict


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (("21:00", "08:00"), datetime(2026, 11, 21, 21, tzinfo=UTC), datetime(2026, 11, 22, 7, tzinfo=UTC)),
        (
            ("21:00", "08:00"),
            datetime(2026, 11, 21, 6, 59, tzinfo=UTC),
            datetime(2026, 11, 21, 7, tzinfo=UTC),
        ),
        (("21:00", "08:00"), datetime(2026, 11, 21, 7, tzinfo=UTC), None),
        (("21:00", "21:00"), datetime(2026, 11, 21, 20, tzinfo=UTC), None),
        (("21:00", "02:30"), datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (
            ("21:00", "08:00"),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 7, tzinfo=UTC),
        ),
    ],
)
def test_quiet_ends_on_the_customers_clock(hours, now, until):
    assert quiet.ends({"from": hours[0], "until": hours[1]}, now, "Europe/Paris") == until


def prepared(world, **settings):
    flow = world.reminder(**settings)
    world.cart()
    world.skip(minutes=31)
    world.work(deliver_too=False)
    assert world.message.state == "prepared"
    return flow


def between_body_and_gate(monkeypatch, what):
    """Do something when the mail server has the whole body but not the dot."""
    real = Connection.begin

    def begin(self, *letter):
        real(self, *letter)
        what()

    monkeypatch.setattr(Connection, "begin", begin)


def test_a_no_that_comes_while_the_body_is_handed_over_is_heard(world, monkeypatch):
    prepared(world)
    ada = world.customer().id
    between_body_and_gate(
        monkeypatch, lambda: unit(lambda: Customer.unsubscribe(world.shop.id, ada, "link", world.now))
    )
    world.work()
    assert world.message.state == "skipped" and world.sink.mails == []


@pytest.mark.rule("AUTO-16")
@pytest.mark.rule("REMIND-15")
def test_a_switch_off_that_comes_while_the_body_is_handed_over_is_heard(world, monkeypatch):
    flow = prepared(world)
    between_body_and_gate(monkeypatch, lambda: unit(lambda: Flow.switch_off(world.shop.id, flow, world.now)))
    world.work()
    assert world.message.state == "cancelled" and world.sink.mails == []


def test_a_switch_off_after_the_gate_says_that_the_mail_is_handed_over(world):
    flow = prepared(world)
    told = []

    def off(_server):
        with world.app.app_context():
            told.append(unit(lambda: Flow.switch_off(world.shop.id, flow, NOON + timedelta(minutes=31))))

    world.sink.at_dot = off
    world.work()
    assert told[0].handed_over == 1 and world.message.state == "sent"


def test_an_order_that_no_run_was_woken_for_yet_is_a_goal_at_the_gate(world, monkeypatch):
    prepared(world)
    ada = world.customer().id
    between_body_and_gate(
        monkeypatch,
        lambda: unit(
            lambda: Event.record(world.shop.id, "order.placed", "order.placed:o1", ada, world.now, {})
        ),
    )
    world.work()
    assert (world.message.state, world.message.reason) == ("skipped", "goal")


def test_at_night_a_mail_waits_for_the_morning_without_troubling_the_mail_server(world, monkeypatch):
    prepared(world, quiet={"from": "13:00", "until": "15:00"})  # half past one in Paris
    monkeypatch.setattr(Connection, "begin", lambda *_: pytest.fail("nothing must be handed over"))
    world.work()
    assert (world.message.state, world.message.reason) == ("prepared", "quiet")
    assert world.message.attempts == 0
    monkeypatch.undo()
    world.skip(minutes=90)
    world.work()
    assert world.message.state == "sent"


def test_whoever_has_no_zone_that_is_known_sleeps_when_the_shop_does(world):
    prepared(world, quiet={"from": "13:00", "until": "15:00"})
    unit(lambda: db.session.execute(db.update(Customer).values(timezone="Mars/Olympus")))
    world.work()
    assert (world.message.state, world.message.reason) == ("prepared", "quiet")


def test_a_mail_held_past_its_latest_moment_is_dropped(world):
    prepared(world, quiet={"from": "13:00", "until": "15:00"}, latest={"amount": 1, "unit": "hours"})
    world.work()
    world.skip(hours=2)
    world.work()
    assert (world.message.state, world.message.reason) == ("skipped", "latest")


def with_coupon(world, policy="suspend", **coupon):
    id = world.coupon(**coupon)
    world.flow(
        LEFT,
        ("give_coupon", {"coupon": id}),
        WAIT(1, "hours"),
        SEND(world),
        settings={"on_coupon_invalid": policy},
    )
    world.cart()
    world.skip(minutes=31)
    world.work()
    return id


def withdrawn(id):
    unit(lambda: setattr(db.session.get(Coupon, id), "status", "deleted"))


@pytest.mark.rule("C8")
@pytest.mark.rule("OFFER-22")
@pytest.mark.rule("OFFER-26")
def test_a_withdrawn_coupon_pauses_the_flow_and_tells_the_staff_once(world):
    world.reminder()
    id = with_coupon(world)
    world.cart("c2", "bob@example.com")
    world.skip(minutes=31)
    world.work()
    withdrawn(id)
    sent = len(world.sink.mails)
    world.skip(hours=1)
    world.work()
    flow = world.only(Flow, Flow.status == "paused")
    assert flow.paused_reason == "coupon_withdrawn"
    assert [to for to, _mail in world.sink.mails[sent:]] == [["staff@papier.example"]]
    told = world.sink.mails[-1][1].get_body(("plain",)).get_content()
    assert "Bring back" in told and f"/automations/{flow.id}/edit?step=n1" in told
    assert world.only(StaffNotice).path == f"/automations/{flow.id}/edit?step=n1"

    def mended():
        db.session.get(Coupon, id).status = "active"

    unit(mended)
    assert unit(lambda: Flow.switch_on(world.shop.id, flow.id, world.now))
    world.skip(minutes=15)
    world.work()
    assert sorted(message.state for message in world.all(Message, Message.flow_id == flow.id)) == ["sent"] * 2
    assert world.only(StaffNotice).mail == "sent"
    assert {code.state for code in world.all(Code)} == {"issued"}


@pytest.mark.rule("OFFER-23")
def test_a_coupon_that_has_ended_pauses_the_flow(world):
    with_coupon(world, ends_at=NOON + timedelta(hours=1))
    world.skip(hours=1)
    world.work()
    assert world.only(Flow).paused_reason == "coupon_ended"
    assert world.only(Code).state == "reserved"


@pytest.mark.rule("C8")
@pytest.mark.rule("CART-22")
def test_where_the_merchant_likes_mails_go_on_without_a_code(world):
    id = with_coupon(world, "without")
    withdrawn(id)
    world.skip(hours=1)
    world.work()
    text = world.sink.mails[0][1].get_body(("plain",)).get_content()
    assert world.message.state == "sent" and "TEN" not in text
    assert world.only(Code).state == "reserved"


@pytest.mark.rule("C8")
def test_where_the_merchant_likes_the_mail_is_skipped(world):
    withdrawn(with_coupon(world, "skip"))
    world.skip(hours=1)
    world.work()
    assert (world.message.state, world.message.reason) == ("skipped", "coupon")


def test_a_code_of_ones_own_that_is_over_is_left_out_and_nothing_pauses(world):
    id = world.coupon(days=1)
    world.flow(LEFT, ("give_coupon", {"coupon": id}), WAIT(3, "days"), SEND(world))
    world.cart()
    world.skip(minutes=31)
    world.work()
    world.skip(days=3)
    world.work()
    assert world.message.state == "sent" and world.only(Flow).status == "live"
    assert world.only(Code).code not in world.sink.mails[0][1].get_body(("plain",)).get_content()


def test_an_erased_customer_gets_nothing_and_stays_suppressed(world):
    prepared(world)
    ada = world.customer().id
    assert unit(lambda: Customer.erase(world.shop.id, ada, world.now))
    assert not unit(lambda: Customer.erase(world.shop.id, ada, world.now))
    world.work()
    assert world.message.state == "cancelled"
    assert Suppression.among(world.shop.id, ["ada@example.com", "bob@example.com"]) == {"ada@example.com"}


def test_only_a_later_yes_takes_a_no_back_and_none_takes_back_a_bounce(world):
    world.subscribed()
    world.work()
    ada = world.customer().id
    world.skip(minutes=1)
    assert unit(lambda: Customer.unsubscribe(world.shop.id, ada, "link", world.now))
    assert not unit(lambda: Customer.agree(world.shop.id, ada, "link", world.now - timedelta(seconds=1)))
    world.skip(minutes=1)
    assert unit(lambda: Customer.agree(world.shop.id, ada, "link", world.now))
    assert Suppression.among(world.shop.id, ["ada@example.com"]) == set()
    unit(lambda: Suppression.add(world.shop.id, "ada@example.com", "bounced", world.now))
    unit(lambda: Customer.unsubscribe(world.shop.id, ada, "link", world.now))
    unit(lambda: Customer.agree(world.shop.id, ada, "link", world.now))
    assert Suppression.among(world.shop.id, ["ada@example.com"]) == {"ada@example.com"}
