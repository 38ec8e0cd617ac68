"""The heart only looks: nothing slow, stopped or broken in one place keeps it from the rest."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app import clock
from app.extensions import db
from app.models import Heartbeat, InboxRow, Message, Run
from app.unit import unit
from tests.workers.world import LEFT, SEND, WAIT
from workers import advance, gate, heartbeat, intake, work
from workers import deliver as outbox
from workers.heartbeat import Heart
from workers.turns import Turns


def due_mails(world, number):
    world.reminder()
    for n in range(number):
        world.cart(f"c{n}", f"someone{n}@example.com")
    world.work()
    world.skip(minutes=31)
    world.work(deliver_too=False)


def gone():
    return OperationalError("SELECT 1", {}, Exception("the server closed the connection unexpectedly"))


def test_a_mail_server_that_takes_its_time_does_not_stop_the_heart(world):
    due_mails(world, 2)
    slow = threading.Event()
    world.sink.at_dot = lambda _server: slow.wait(20)
    heart = Heart(world.app, "worker", rings=False)
    began = time.perf_counter()
    heart.beat()
    heart.beat()
    beats = time.perf_counter() - began
    slow.set()
    assert heart.hands.rest(20)
    heart.stop()
    assert beats < 5
    assert len(world.sink.mails) == 2


def test_one_process_is_at_a_job_once_and_looks_again_when_asked_meanwhile(world, monkeypatch):
    at_it, told, done = [], [], []

    def job(id, tell):
        at_it.append(id)
        work.off("deliver", id, lambda *again: told.append(again))  # somebody asks while it is under way
        done.append(id)
        return False

    monkeypatch.setitem(work.KINDS, "deliver", job)
    work.off("deliver", 7, lambda *again: told.append(again))
    assert (at_it, done, told) == ([7], [7], [("deliver", 7)])


def test_what_is_left_after_a_few_seconds_waits_for_its_next_turn(world, monkeypatch):
    now, told = [0.0], []

    def slow(_shop_id):
        now[0] += 2
        return 20

    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(work, "call", slow)
    work.off("call", 7, lambda *more: told.append(more))
    assert told == [("call", 7)] and now[0] <= 6


def test_a_turn_is_had_by_one():
    turns = Turns()
    assert turns.take(("call", 1)) and turns.take(("call", 2))
    assert not turns.take(("call", 1))
    assert turns.done(("call", 1)) and not turns.done(("call", 2))
    assert turns.take(("call", 1))


@pytest.mark.parametrize("broken", ["_sign", "_sweep"])
def test_a_part_of_the_beat_that_fails_keeps_no_other_from_its_work(world, monkeypatch, broken):
    due_mails(world, 1)
    heart = Heart(world.app, "worker", rings=False)

    def fail():
        raise LookupError("this part is broken")

    monkeypatch.setattr(heart, broken, fail)
    heart.beat()
    assert heart.hands.rest(20)
    heart.stop()
    assert len(world.sink.mails) == 1
    assert not world.all(Heartbeat)  # a heart that fails says so by its silence: /readyz answers 503


def test_stale_rows_of_one_kind_that_cannot_be_had_keep_no_other_from_being_freed(world, monkeypatch):
    world.flow(LEFT, WAIT(2, "hours"), SEND(world))
    due_mails(world, 1)
    past = clock.real() - timedelta(seconds=30)
    unit(
        lambda: db.session.execute(
            sa.update(Run).where(Run.status == "waiting").values(status="leased", lease_until=past)
        )
    )
    unit(lambda: db.session.execute(sa.update(Message).values(state="handing", lease_until=past)))

    def locked(_real):
        raise gone()

    monkeypatch.setattr(Run, "release_stale", locked)
    assert heartbeat.give_back() == 1
    assert world.message.state == "prepared"
    monkeypatch.undo()
    heartbeat.give_back()


def test_trouble_with_the_database_parks_no_run_and_costs_it_no_try(world, monkeypatch):
    world.flow(LEFT, WAIT(2, "hours"), SEND(world))
    world.cart()
    world.work()
    world.skip(minutes=31)
    world.work()
    world.skip(hours=3)

    def held(_tokens):
        raise gone()

    monkeypatch.setattr(Run, "held", held)
    version = world.run.version_id
    for _outage in range(7):
        with pytest.raises(OperationalError):
            advance.advance(version)
    monkeypatch.undo()
    assert (world.run.status, world.run.attempts, world.run.error) == ("waiting", 0, "")
    world.work()
    assert len(world.sink.mails) == 1


def test_trouble_with_the_database_costs_a_delivery_no_try(world, monkeypatch):
    world.cart()

    def save(*_told):
        raise gone()

    monkeypatch.setattr(intake.saving, "save", save)
    for _outage in range(7):
        with pytest.raises(OperationalError):
            intake.take_in(world.shop.id)
    monkeypatch.undo()
    row = world.only(InboxRow)
    assert (row.state, row.attempts) == ("waiting", 0)


def test_trouble_with_the_database_costs_a_message_no_try(world, monkeypatch):
    due_mails(world, 2)

    def ask(*_asked, **_how):
        raise gone()

    monkeypatch.setattr(gate, "ask", ask)
    for _outage in range(15):
        with pytest.raises(OperationalError):
            outbox.deliver(world.shop.id)
    monkeypatch.undo()
    assert [(message.state, message.attempts) for message in world.all(Message)] == [("prepared", 0)] * 2
    world.work()
    assert len(world.sink.mails) == 2
