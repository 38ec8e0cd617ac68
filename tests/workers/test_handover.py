"""Several mails at their dots, one gate: what happens to one of them is nobody else's trouble."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from app import clock
from app.models import Code, Customer, Flow, Message, Policy
from app.unit import unit
from tests.workers.world import LEFT, SEND
from workers import gate, handover, heartbeat, outcomes
from workers.channels.email import EmailChannel, let_go
from workers.deliver import deliver
from workers.smtp import STALE, Connection, TransportError, Unanswered

FEW = 6


def letters(world, *steps, people=FEW, settings=None):
    """So many mails that wait to go, one to each of so many people."""
    flow = world.flow(LEFT, *(steps or [SEND(world)]), settings=settings)
    for n in range(people):
        world.cart(f"c{n}", f"someone{n}@example.com")
    world.skip(minutes=31)
    world.work(deliver_too=False)
    return flow


def states(world):
    return [message.state for message in world.all(Message)]


def third(monkeypatch, target, name, act):
    """Let the third call of a method do something else."""
    real, calls = getattr(target, name), []

    def counted(*args, **told):
        calls.append(args)
        return act(*args) if len(calls) == 3 else real(*args, **told)

    monkeypatch.setattr(target, name, counted)


def fails(error):
    def act(*_args):
        raise error

    return act


def test_they_pass_one_gate_and_arrive_each_once(world, monkeypatch):
    letters(world)
    asked, real = [], gate.ask
    monkeypatch.setattr(
        gate, "ask", lambda told, dry=False: asked.append((len(told), dry)) or real(told, dry=dry)
    )
    world.work()
    assert asked == [(FEW, True), (FEW, False)]
    assert states(world) == ["sent"] * FEW
    assert sorted(world.sink.recipients) == [f"someone{n}@example.com" for n in range(FEW)]


def test_no_more_stand_at_their_dots_than_may_be_in_doubt_together(world, monkeypatch):
    letters(world, people=EmailChannel.together + 3)
    asked, real = [], gate.ask

    def ask(told, dry=False):
        if not dry:
            asked.append(len(told))
        return real(told, dry=dry)

    monkeypatch.setattr(gate, "ask", ask)
    world.work()
    assert max(asked) == EmailChannel.together and set(states(world)) == {"sent"}


def test_an_address_that_is_refused_stops_no_other(world, monkeypatch):
    letters(world)
    third(monkeypatch, Connection, "begin", fails(TransportError("550 5.1.1 no such user", permanent=True)))
    world.work()
    assert states(world) == ["sent", "sent", "failed", "sent", "sent", "sent"]


def test_a_channel_in_trouble_gives_the_rest_back_and_what_stood_at_its_dot_goes(world, monkeypatch):
    letters(world)
    third(monkeypatch, Connection, "begin", fails(TransportError("421 closing", channel=True)))
    deliver(world.shop.id)
    assert states(world) == ["sent", "sent", *["prepared"] * 4]
    assert {message.attempts for message in world.all(Message, Message.state == "prepared")} == {0}
    monkeypatch.undo()
    world.skip(seconds=30)
    world.work()
    assert states(world) == ["sent"] * FEW


def test_a_server_that_hangs_up_before_the_dot_leaves_nobody_in_doubt(world, monkeypatch):
    letters(world)
    real = Connection.begin

    def cut(connection, *told):
        real(connection, *told)
        connection._server.sock.shutdown(socket.SHUT_RD)

    third(monkeypatch, Connection, "begin", cut)
    deliver(world.shop.id)
    assert sorted(states(world)) == ["prepared", *["sent"] * (FEW - 1)]
    monkeypatch.undo()
    world.skip(minutes=1)
    world.work()
    assert states(world) == ["sent"] * FEW and len(world.sink.mails) == FEW


def test_an_answer_that_is_cut_off_leaves_one_in_doubt(world, monkeypatch):
    letters(world)
    third(
        monkeypatch,
        Connection,
        "finish",
        lambda connection: connection.abandon() or fails(Unanswered("cut"))(),
    )
    world.work()
    assert sorted(states(world)) == ["sent"] * (FEW - 1) + ["unknown"]


def test_an_answer_that_is_late_keeps_no_other_waiting(world, monkeypatch):
    letters(world)
    seen = []
    third(monkeypatch, EmailChannel, "heard", lambda *_: False)
    monkeypatch.setattr(outcomes, "replied", _spied(outcomes.replied, seen))
    world.work()
    assert seen == [FEW - 1, 1] and states(world) == ["sent"] * FEW


def _spied(real, seen):
    def write(channel, replies):
        seen.append(len(replies))
        return real(channel, replies)

    return write


@pytest.mark.parametrize("when", [True, False])
def test_one_that_the_gate_cannot_even_look_at_is_left_alone(world, monkeypatch, when):
    letters(world)
    bad, real = world.all(Message)[2].id, gate.ask

    def breaks(asking, *, dry=False):
        if dry is when and bad in [row.id for row, _letter in asking]:
            raise ValueError("nobody thought of this")
        return real(asking, dry=dry)

    monkeypatch.setattr(gate, "ask", breaks)
    world.work()
    assert states(world) == ["sent", "sent", "handing", "sent", "sent", "sent"]
    assert world.all(Message)[2].gate_at is None
    monkeypatch.undo()
    world.skip(seconds=62)
    heartbeat.give_back()
    world.work()
    assert states(world) == ["sent"] * FEW


def test_a_switch_off_between_bodies_and_gate_stops_them_all(world, monkeypatch):
    flow = letters(world)
    real = handover._through

    def off_first(begun):
        unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))
        return real(begun)

    monkeypatch.setattr(handover, "_through", off_first)
    world.work()
    assert states(world) == ["cancelled"] * FEW and world.sink.mails == []


def test_whoever_says_no_between_body_and_gate_is_the_only_one_not_written_to(world, monkeypatch):
    letters(world)
    whom, real = world.all(Message)[2].customer_id, handover._through

    def no_first(begun):
        unit(lambda: Customer.unsubscribe(world.shop.id, whom, "link", world.now))
        return real(begun)

    monkeypatch.setattr(handover, "_through", no_first)
    world.work()
    assert states(world) == ["sent", "sent", "skipped", "sent", "sent", "sent"]


def test_two_mails_to_one_customer_never_pass_one_gate(world):
    """M6: each would be counted before the other."""
    unit(lambda: Policy.change(world.shop.id, most_messages=1, most_days=1))
    letters(world)
    world.reminder()
    for n in range(FEW):
        world.cart(f"again{n}", f"someone{n}@example.com")
    world.skip(minutes=31)
    world.work(deliver_too=False)
    world.work()
    assert len(world.sink.mails) == FEW


@pytest.mark.parametrize("how", ["used", "withdrawn"])
def test_a_code_that_went_bad_is_left_out_of_its_own_mail_only(world, how):
    letters(world, ("give_coupon", {"coupon": world.coupon()}), SEND(world))
    bad = world.all(Code)[2].id

    def spoil():
        from app.extensions import db

        db.session.get(Code, bad).state = "used" if how == "used" else "released"

    unit(spoil)
    world.work()
    assert states(world) == ["sent"] * FEW
    without = [
        mail for _to, mail in world.sink.mails if "TEN-" not in mail.get_body(("plain",)).get_content()
    ]
    assert len(without) == 1


def test_a_worker_that_dies_after_their_gate_leaves_as_many_in_doubt_as_stood_there(world, monkeypatch):
    letters(world)
    third(monkeypatch, Connection, "dot", fails(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        deliver(world.shop.id)
    monkeypatch.undo()
    let_go()
    world.skip(seconds=140)
    heartbeat.give_back()
    world.work()
    assert states(world) == ["unknown"] * FEW
    assert len(world.sink.mails) <= FEW


def test_a_mail_that_waits_for_another_try_holds_nobody_up(world, monkeypatch):
    letters(world)
    third(monkeypatch, Connection, "begin", fails(TransportError("451 greylisted")))
    world.work()
    later = world.all(Message)[2]
    assert (later.state, later.reason, later.send_at) == (
        "prepared",
        "later",
        world.now + timedelta(minutes=1),
    )
    assert len(world.sink.mails) == FEW - 1


def test_a_machine_that_stood_still_since_the_gate_sends_nothing_and_asks_again(world, monkeypatch):
    """M8: a switch-off may have been answered meanwhile. Nothing has left, so nothing is in doubt either."""
    letters(world)
    seconds, real = clock.counted, handover._through

    def asleep(parcels):
        through = real(parcels)
        monkeypatch.setattr(clock, "counted", lambda: seconds() + STALE + 1)
        return through

    monkeypatch.setattr(handover, "_through", asleep)
    deliver(world.shop.id)
    assert world.sink.mails == [] and states(world) == ["prepared"] * FEW
    monkeypatch.undo()
    world.skip(minutes=1)
    world.work()
    assert states(world) == ["sent"] * FEW and len(world.sink.mails) == FEW
