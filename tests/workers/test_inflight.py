"""Publishing again while people are on their way: by the old drawing, by the new one, or not at all (C7)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.extensions import db
from app.models import CustomerTag, Flow, Run, Step, inflight
from app.unit import unit
from tests.workers.world import WAIT

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def TAG(tag):
    return ("tag", {"change": "add", "tag": tag})


def publish(world, flow, policy, *steps):
    """Draw the flow anew from these (id, kind, settings) in a row, and publish it."""

    def work():
        row = db.session.get_one(Flow, flow)
        nodes = [{"id": id, "kind": kind, "settings": told} for id, kind, told in steps]
        edges = [{"from": a["id"], "port": "next", "to": b["id"]} for a, b in pairwise(nodes)]
        row.draft = {**row.draft, "nodes": nodes, "edges": edges}
        version = Flow.publish(world.shop.id, flow, world.now)
        return inflight.carry(flow, version, policy, world.now)

    return unit(work)


@pytest.fixture
def waiting(world):
    """A customer two hours before the tag "old"."""
    flow = world.flow(PLACED, WAIT(), TAG("old"))
    world.order()
    world.work()
    assert world.run.node == "n1"
    return flow


NEW = (("n0", *PLACED), ("n1", *WAIT(9, "days")), ("m1", *TAG("between")), ("n2", *TAG("new")))


def tags(world):
    return {row.tag for row in world.all(CustomerTag)}


@pytest.mark.rule("C7")
def test_whoever_stays_arrives_by_the_old_drawing(world, waiting):
    publish(world, waiting, "stay", *NEW)
    world.skip(hours=2)
    world.work()
    assert tags(world) == {"old"} and world.run.status == "done"


@pytest.mark.rule("C7")
@pytest.mark.invariant("R6")
def test_whoever_goes_over_ends_the_wait_they_began_and_goes_on_in_the_new_one(world, waiting):
    done = publish(world, waiting, "migrate", *NEW)
    assert (done.moved, done.stay) == (1, 0)
    world.skip(hours=2)
    world.work()
    assert tags(world) == {"between", "new"}
    assert [step.node for step in world.all(Step)] == ["n0", "n1", "m1", "n2"]


@pytest.mark.rule("C7")
@pytest.mark.invariant("R6")
def test_whoever_stands_at_a_step_that_is_gone_stays(world, waiting):
    done = publish(world, waiting, "migrate", ("n0", *PLACED), ("n9", *WAIT()), ("n2", *TAG("new")))
    assert (done.moved, done.stay) == (0, 1)
    world.skip(hours=2)
    world.work()
    assert tags(world) == {"old"}


@pytest.mark.rule("C7")
def test_whoever_is_taken_out_goes_nowhere(world, waiting):
    assert publish(world, waiting, "exit", *NEW).ended == 1
    world.skip(days=20)
    world.work()
    assert tags(world) == set()
    assert (world.run.status, world.run.reason) == ("cancelled", "republished")


def test_the_second_migration_is_followed_too(world, waiting):
    publish(world, waiting, "migrate", *NEW)
    publish(world, waiting, "migrate", ("n0", *PLACED), ("n1", *WAIT()), ("m9", *TAG("last")))
    world.skip(hours=2)
    world.work()
    assert tags(world) == {"last"} and len(inflight.migrations(world.only(Run).id)) == 2
