"""Going on after a pause: who is overdue is seen first, and the merchant says what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Code, Flow, Message, Run, counts, pauses
from app.models.pauses import Resumed
from app.models.periods import Period
from app.unit import unit
from tests.workers.world import SEND, WAIT

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


@pytest.fixture
def flow(world):
    """A flow in which ada waits an hour for her first e-mail."""
    flow = world.flow(PLACED, WAIT(1, "hours"), SEND(world), WAIT(1, "days"), SEND(world))
    world.order("o1")
    world.work()
    return flow


def pause(world, flow, reason="by_hand"):
    assert unit(lambda: Flow.pause(flow, reason, world.now))


def overdue(world, flow):
    db.session.rollback()
    return pauses.overdue(db.session.get(Flow, flow), world.now)


def resume(world, flow, choice):
    return unit(lambda: pauses.resume(world.shop.id, flow, choice, world.now))


def fingerprint(run):
    return run.status, run.reason, run.token, run.wake_at, run.wait_until


def test_nobody_is_overdue_before_their_time(world, flow):
    pause(world, flow)
    world.skip(minutes=30)
    assert overdue(world, flow) == pauses.Overdue(0, 0, None)


def test_who_should_have_gone_on_is_counted_with_the_first_of_them(world, flow):
    due = world.run.wake_at
    pause(world, flow)
    world.order("o2", "bob@example.com")
    world.skip(hours=5)
    world.work()
    assert overdue(world, flow) == pauses.Overdue(1, 0, due)


def test_shift_moves_every_wait_on_by_the_length_of_the_pause(world, flow):
    due = world.run.wake_at
    pause(world, flow)
    world.skip(hours=5)
    assert resume(world, flow, "shift") == Resumed(shifted=1)
    assert world.run.wake_at == world.run.wait_until == due + timedelta(hours=5)
    world.work()
    assert world.sink.mails == []
    world.skip(minutes=59)
    world.work()
    assert world.sink.mails == []
    world.skip(minutes=2)
    world.work()
    assert world.sink.recipients == ["ada@example.com"]


def test_shift_keeps_an_instant_to_the_microsecond(world, flow):
    world.traveller.shift(timedelta(microseconds=123_457))
    world.order("o2", "bob@example.com")
    world.work()
    before = [run.wake_at for run in world.all(Run)]
    pause(world, flow)
    world.skip(seconds=90)
    resume(world, flow, "shift")
    assert [run.wake_at for run in world.all(Run)] == [at + timedelta(seconds=90) for at in before]


def test_shift_keeps_nobody_waiting_whom_an_event_has_woken(world):
    flow = world.flow(
        PLACED, ("wait_for", {"event": "order.shipped", "at_most": {"amount": 2, "unit": "days"}})
    )
    world.order("o1")
    world.work()
    pause(world, flow)
    world.skip(hours=1)
    world.order("o1", event="order.shipped")
    world.work()
    woken = world.run.wake_at
    assert woken < world.run.wait_until
    world.skip(hours=9)
    resume(world, flow, "shift")
    assert world.run.wake_at == woken
    world.work()
    assert world.run.status == "done"


def test_skip_ends_what_is_overdue_and_nothing_else(world, flow):
    world.skip(minutes=50)
    world.order("o2", "bob@example.com")
    world.work()
    pause(world, flow)
    world.skip(minutes=30)
    tokens = {run.id: run.token for run in world.all(Run)}
    assert resume(world, flow, "skip") == Resumed(ended=1)
    ada, bob = world.all(Run)
    assert (ada.status, ada.reason, ada.token) == ("cancelled", "overdue", tokens[ada.id] + 1)
    assert (bob.status, bob.token) == ("waiting", tokens[bob.id])
    world.skip(hours=1)
    world.work()
    assert world.sink.recipients == ["bob@example.com"]


def test_skip_calls_back_what_was_about_to_leave_and_frees_its_code(world):
    flow = world.flow(
        PLACED, ("give_coupon", {"coupon": world.coupon()}), SEND(world), WAIT(1, "hours"), SEND(world)
    )
    world.order("o1")
    world.work(deliver_too=False)
    pause(world, flow)
    world.skip(hours=2)
    world.work()
    assert overdue(world, flow).messages == 1
    assert resume(world, flow, "skip") == Resumed(ended=1, called_back=1)
    assert (world.message.state, world.message.reason) == ("cancelled", "overdue")
    assert counts.held_back(world.shop.id, flow, Period.rolling(world.now, "Europe/Paris")) == {
        ("cancelled", "overdue"): 1
    }
    assert world.only(Code).state == "released"
    world.work()
    assert world.sink.mails == []


def test_send_catches_up_at_once(world, flow):
    pause(world, flow)
    world.skip(hours=5)
    assert resume(world, flow, "send") == Resumed()
    world.work()
    assert world.sink.recipients == ["ada@example.com"]


def test_a_held_message_does_not_wait_for_its_next_turn(world):
    flow = world.flow(PLACED, SEND(world), settings={"quiet": None})
    world.order("o1")
    world.work(deliver_too=False)
    pause(world, flow)
    world.work()
    assert (world.message.state, world.message.reason) == ("prepared", "paused")
    world.skip(minutes=1)
    resume(world, flow, "shift")
    world.work()
    assert len(world.sink.mails) == 1


def test_a_pause_ends_once(world, flow):
    pause(world, flow)
    world.skip(hours=5)
    assert resume(world, flow, "skip") is not None
    assert resume(world, flow, "skip") is None
    assert resume(world, flow + 1, "send") is None


def test_another_shop_cannot_end_it(world, flow):
    pause(world, flow)
    assert unit(lambda: pauses.resume(world.shop.id + 1, flow, "send", world.now)) is None


def test_who_was_cancelled_before_the_pause_is_not_moved_revived_or_written_to(world, flow):
    unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))
    gone = fingerprint(world.run)
    unit(lambda: Flow.switch_on(world.shop.id, flow, world.now))
    pause(world, flow)
    world.skip(hours=5)
    assert overdue(world, flow).runs == 0
    for choice in ("shift", "skip", "send"):
        resume(world, flow, choice)
        pause(world, flow)
    assert fingerprint(world.run) == gone
    world.skip(days=2)
    world.work()
    assert world.sink.mails == [] and world.all(Message) == []


def test_a_batch_that_a_worker_holds_is_not_touched_by_either(world, flow):
    """What was claimed before the pause is the worker's: its token is its own, and it comes to rest by itself."""
    world.skip(hours=1)
    version = world.run.version_id
    claimed = unit(lambda: Run.claim(version, world.now, world.now + timedelta(seconds=20), 5))
    pause(world, flow)
    world.skip(seconds=5)
    assert overdue(world, flow).runs == 0
    assert resume(world, flow, "skip") == Resumed()
    assert (world.run.status, world.run.token) == ("leased", claimed[0].token)
    unit(lambda: Run.give_back({row.id: row.token for row in claimed}))


def test_after_a_restored_backup_there_is_no_shifting_and_skipping_is_advised():
    assert pauses.choices("restored") == ("skip", "send")
    assert pauses.choices("by_hand")[0] == "shift"
