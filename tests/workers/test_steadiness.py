"""A clock that leaps sends nothing early; one that is set right, or a machine that slept, holds nobody up."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Heartbeat, Policy
from app.unit import unit
from workers import steadiness, work
from workers.heartbeat import Heart
from workers.steadiness import JUMP, SETTLE, Guard, judge

HOUR = 3600.0


def watched(*looks: tuple[float, float]) -> list[Guard]:
    """What is believed after each look at (the wall's clock, the counted seconds)."""
    guard, believed = Guard(), []
    for wall, counted in looks:
        guard = judge(guard, wall, counted)
        believed.append(guard)
    return believed


def steady(*looks: tuple[float, float]) -> list[bool]:
    return [guard.steady for guard in watched(*looks)]


def test_a_clock_that_runs_as_it_should_is_trusted():
    assert steady((1000, 0), (1001, 1), (1060, 60), (1000 + 7 * HOUR, 7 * HOUR)) == [True] * 4


def test_a_clock_that_is_set_gently_is_followed_however_far_it_goes():
    drifting = [(1000 + second * 1.01, second) for second in range(0, 200_000, 1000)]
    assert all(steady(*drifting))


@pytest.mark.parametrize("leap", [24 * HOUR, -24 * HOUR, HOUR, -HOUR, JUMP + 1])
def test_a_leap_either_way_is_doubted_until_nobody_takes_it_back(leap):
    looks = [(1000, 0), (1001 + leap, 1), (1001 + leap + SETTLE / 2, 1 + SETTLE / 2)]
    assert steady(*looks, (1002 + leap + SETTLE, 2 + SETTLE)) == [True, False, False, True]
    assert watched(*looks)[1].jump == leap


def test_a_small_step_is_no_leap():
    assert steady((1000, 0), (1001 + JUMP, 1)) == [True, True]


def test_a_clock_that_comes_back_is_trusted_at_once():
    assert steady((1000, 0), (1001 + 24 * HOUR, 1), (1002, 2)) == [True, False, True]


def test_each_further_leap_begins_the_doubt_anew():
    near = SETTLE - 1
    looks = [
        (1000, 0),
        (HOUR, 1),
        (HOUR + near, 1 + near),
        (9 * HOUR, 2 + near),
        (9 * HOUR + near, 2 + 2 * near),
    ]
    assert steady(*looks) == [True, False, False, False, False]


def test_a_machine_that_slept_is_no_hazard():
    """The counted seconds go on while a laptop is closed (Linux: CLOCK_BOOTTIME), as the wall's clock does."""
    assert steady((1000, 0), (1000 + 9 * HOUR, 9 * HOUR)) == [True, True]


def test_the_counted_seconds_are_those_that_a_sleep_does_not_stop():
    with pytest.MonkeyPatch.context() as patch:
        asked = []
        patch.setattr(clock.time, "clock_gettime", lambda which: asked.append(which) or 7.0)
        assert clock.counted() == 7.0
    assert asked == [getattr(clock.time, "CLOCK_BOOTTIME", clock.time.CLOCK_MONOTONIC)]


def test_in_doubt_nothing_moves_and_nothing_leaves_until_the_clock_is_back(world, caplog):
    unit(lambda: Policy.change(world.shop.id, double_opt_in=True))
    world.reminder()
    world.cart()
    world.work()
    world.skip(minutes=31)
    world.subscribed("bob@example.com")
    world.work(deliver_too=False)
    heart = Heart(world.app, "worker", rings=False)
    steadiness.watch().look()
    world.leap(days=1)
    with caplog.at_level(logging.WARNING):
        heart.beat()
        work.off("deliver", world.shop.id, lambda *_more: None)
    assert heart.hands.rest(20) and world.sink.mails == []
    held = world.only(Heartbeat)
    left = held.held_until - clock.real()
    assert held.jump == 86400 and timedelta(seconds=SETTLE - 30) < left <= timedelta(seconds=SETTLE)
    assert "clock has jumped" in caplog.text
    world.leap(days=-1)
    heart._beaten = 0.0
    heart.beat()
    assert heart.hands.rest(20)
    heart.stop()
    assert sorted(world.sink.recipients) == ["ada@example.com", "bob@example.com"]
    assert world.only(Heartbeat).jump is None


def test_a_clock_that_leaps_between_two_batches_ends_the_work(world, monkeypatch):
    monkeypatch.setattr("workers.deliver.BATCH", 1)
    world.reminder()
    for token, who in (("c1", "ada@example.com"), ("c2", "bob@example.com")):
        world.cart(token, who)
    world.skip(minutes=31)
    world.work(deliver_too=False)
    steadiness.watch().look()
    world.sink.at_dot = lambda _server: world.leap(days=1)
    work.off("deliver", world.shop.id, lambda *_more: None)
    assert len(world.sink.mails) == 1


def test_a_process_that_starts_in_the_middle_of_it_doubts_too(world):
    Heartbeat.beat("worker:here:1", clock.real(), 86400, clock.real() + timedelta(minutes=5))
    db.session.commit()
    assert Heartbeat.doubted("here", clock.real()) and not Heartbeat.doubted("elsewhere", clock.real())
    watch = steadiness.Watch()
    watch.doubt()
    assert not watch.look().steady and watch.look().jump == 0
