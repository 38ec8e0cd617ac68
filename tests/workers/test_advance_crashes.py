"""Advancing when something goes wrong: poison, crashes inside a batch, claims that outlive their worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.models import Code, Message, Run, Step, Version
from app.unit import unit
from tests.workers.test_advance import OFTEN, PLACED
from tests.workers.world import SEND
from workers import advance, effects, heartbeat


def ready(world, people=1):
    """Let so many stand before their first step in a flow that sends a mail; return its version."""
    flow = world.flow(PLACED, SEND(world))
    for n in range(people):
        world.order(f"o{n}", f"someone{n}@example.com")
    world._enrol(world.shop.id)
    return world.only(Version, Version.flow_id == flow)


def test_a_step_that_raises_parks_its_own_run_only(world):
    world.flow(PLACED, OFTEN("no such operator"))
    world.flow(PLACED, ("tag", {"change": "add", "tag": "fine"}))
    world.order()
    world.work()
    bad, good = world.all(Run)
    assert (bad.status, good.status) == ("parked", "done")
    assert bad.error
    assert unit(lambda: Run.unpark(world.shop.id, bad.id, world.now))
    assert not unit(lambda: Run.unpark(world.shop.id, good.id, world.now))
    world.work()


def test_an_effect_that_cannot_be_written_parks_only_the_run_that_asked_for_it(world):
    world.flow(PLACED, OFTEN("over"), ("give_coupon", {"coupon": 99999}), SEND(world),
               edges=[("n0", "next", "n1"), ("n1", "yes", "n2"), ("n1", "no", "n3")])  # fmt: skip
    world.order("again", "someone3@example.com")
    for n in range(6):
        world.order(f"o{n}", f"someone{n}@example.com")
    world.work()
    assert sorted(run.status for run in world.all(Run)) == ["done"] * 5 + ["parked"] * 2
    assert {run.error for run in world.all(Run, Run.status == "parked")} == {"LookupError: no coupon [99999]"}
    assert len(world.sink.mails) == 5


def test_a_worker_that_dies_with_a_claim_is_survived(world, monkeypatch):
    version = ready(world)
    monkeypatch.setattr(advance, "lead", lambda *_: 0)  # died right after the claim's commit
    advance.advance(version.id)
    monkeypatch.undo()
    assert world.run.status == "leased"
    world.work()
    assert world.run.status == "leased"
    world.skip(seconds=22)
    assert heartbeat.give_back() == 1
    world.work()
    assert world.run.status == "done" and world.message.state == "sent"


@pytest.mark.parametrize("where", ["effects", "steps"])
def test_a_crash_inside_the_batch_leaves_no_half(world, monkeypatch, where):
    flow = world.flow(PLACED, ("give_coupon", {"coupon": world.coupon()}), SEND(world))
    world.order()
    world._enrol(world.shop.id)
    version = world.only(Version, Version.flow_id == flow)

    def crash(*_args, **_more):
        raise KeyboardInterrupt

    target = (effects, "carry_out") if where == "effects" else (Run, "settle")
    monkeypatch.setattr(*target, crash)
    with pytest.raises(KeyboardInterrupt):
        advance.advance(version.id)
    monkeypatch.undo()
    assert world.all(Step) == [] and world.all(Message) == [] and world.all(Code) == []
    world.skip(seconds=22)
    heartbeat.give_back()
    world.work()
    assert world.message.state == "sent" and len(world.all(Code)) == 1


def test_a_run_that_ends_its_worker_five_times_is_put_aside(world, monkeypatch):
    version = ready(world)
    monkeypatch.setattr(advance, "lead", lambda *_: 0)
    for _claim in range(6):
        advance.advance(version.id)
        world.skip(seconds=22)
        heartbeat.give_back()
    monkeypatch.undo()
    assert world.run.status == "parked" and "5 times" in world.run.error


def test_a_run_that_ends_its_worker_takes_no_neighbour_along(world, monkeypatch):
    """Nobody can tell which of a batch it was: ever fewer are tried together, until it is alone."""
    version = ready(world, 40)
    deadly, move = world.all(Run)[17].id, advance.move

    def end(shop_id, version_id, runs, aside):
        if any(run.id == deadly for run in runs):
            raise KeyboardInterrupt
        return move(shop_id, version_id, runs, aside)

    monkeypatch.setattr(advance, "move", end)
    monkeypatch.setattr(advance, "BATCH", 32)
    deaths = moved_until_nothing_is_due(world, version.id)
    monkeypatch.undo()
    assert [run.id for run in world.all(Run, Run.status != "done")] == [deadly]
    assert world.only(Run, Run.id == deadly).status == "parked"
    assert deaths <= advance.POISON + 2
    world.work()
    assert len(world.sink.mails) == 39


def moved_until_nothing_is_due(world, version):
    """Advance as workers would that follow each other; return how many of them died of it."""
    deaths = idle = 0
    while idle < 2:
        try:
            idle = 0 if advance.advance(version).runs else idle + 1
        except KeyboardInterrupt:
            deaths += 1
            world.skip(seconds=22)
            heartbeat.give_back()
    return deaths


def test_a_worker_that_dies_leaves_the_others_of_its_batch_to_be_moved_at_once(world, monkeypatch):
    version = ready(world, 3)

    def end(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(advance, "move", end)
    with pytest.raises(KeyboardInterrupt):
        advance.advance(version.id)
    monkeypatch.undo()
    assert [run.status for run in world.all(Run)] == ["leased", "ready", "ready"]
    world.work()
    assert [run.status for run in world.all(Run)] == ["leased", "done", "done"]
    world.skip(seconds=22)
    heartbeat.give_back()
    world.work()
    assert [run.status for run in world.all(Run)] == ["done"] * 3


def test_a_worker_that_was_away_too_long_writes_nothing(world):
    version = ready(world)
    slow = unit(lambda: advance.claim(version.id, world.now))
    world.skip(seconds=22)
    heartbeat.give_back()
    quick = unit(lambda: advance.claim(version.id, world.now))
    advance._work(world.shop.id, version.id, slow)
    assert world.all(Step) == [] and world.run.status == "leased"
    advance._work(world.shop.id, version.id, quick)
    assert world.run.status == "done"
    advance._work(world.shop.id, version.id, slow)
    assert len(world.all(Message)) == 1
    world.work()


def test_claims_never_overlap(world):
    version = ready(world, 7)
    first = unit(
        lambda: [row.id for row in Run.claim(version.id, world.now, clock.real() + timedelta(seconds=9), 4)]
    )
    second = unit(
        lambda: [row.id for row in Run.claim(version.id, world.now, clock.real() + timedelta(seconds=9), 9)]
    )
    assert len(first) == 4 and len(second) == 3 and not set(first) & set(second)
    world.skip(seconds=12)
    heartbeat.give_back()
    world.work()


def test_a_lease_that_still_runs_is_left_to_its_worker(world):
    version = ready(world, 2)
    for seconds in (9, 60):
        until = clock.real() + timedelta(seconds=seconds)
        unit(lambda until=until: Run.claim(version.id, world.now, until, 1))
    world.skip(seconds=12)
    assert heartbeat.give_back() == 1
    assert [run.status for run in world.all(Run)] == ["ready", "leased"]
    world.skip(seconds=60)
    assert heartbeat.give_back() == 1
    world.work()
