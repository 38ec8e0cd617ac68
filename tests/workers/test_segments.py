"""Coming into a segment starts a flow, by what somebody did or as days go by; who is in it already gets nothing."""

from __future__ import annotations

from app.extensions import db
from app.models import Flow
from app.unit import unit
from tests.workers.world import SEND, WAIT

EVERY_TIME = {"reentry": {"rule": "unlimited", "every": 30, "unit": "days"}}
LOYAL = {"match": "all", "rules": [{"subject": "customer.orders_count", "operator": "at_least", "value": 2}]}
QUIET = {"match": "all", "rules": [{"subject": "customer.last_order_days", "operator": "over", "value": 30}]}


def segment(rules):
    return "segment_entered", {"rules": rules}


def test_an_order_brings_somebody_into_a_segment_once(world):
    world.order("o1")
    world.order("o2", "old.hand@example.com")
    world.order("o3", "old.hand@example.com")
    world.work()
    world.flow(segment(LOYAL), SEND(world))
    world.work()
    for token in ("o4", "o5"):
        world.skip(minutes=10)
        world.order(token)
        world.order(f"{token}b", "old.hand@example.com")
        world.work()
    assert world.sink.recipients == ["ada@example.com"]


def test_days_go_by_and_somebody_is_in_it_and_may_leave_and_come_again(world):
    world.flow(segment(QUIET), SEND(world), settings=EVERY_TIME)
    world.order("o1")
    world.work()
    world.skip(days=30, hours=23)
    world.work()
    assert world.sink.recipients == []
    world.skip(hours=1)
    world.work()
    world.work()
    assert len(world.sink.mails) == 1
    world.order("o2")
    world.work()
    world.skip(days=31)
    world.work()
    assert len(world.sink.mails) == 2


def test_other_rules_in_a_new_version_write_to_nobody_who_is_in_already(world):
    flow = world.flow(segment(QUIET), SEND(world))
    world.order("o1")
    world.order("o2")
    world.work()
    row = db.session.get(Flow, flow)
    row.draft = row.draft | {
        "nodes": [row.draft["nodes"][0] | {"settings": {"rules": LOYAL}}, row.draft["nodes"][1]]
    }
    db.session.commit()
    unit(lambda: Flow.publish(world.shop.id, flow, world.now))
    world.skip(minutes=1)
    world.work()
    assert world.sink.recipients == []


def test_a_tag_of_another_flow_is_a_change_too(world):
    tagged = {"match": "all", "rules": [{"subject": "customer.tags", "operator": "has", "value": ["vip"]}]}
    world.flow(segment(tagged), SEND(world))
    world.flow(
        ("order_placed", {"moment": "order.placed", "scope": "all"}),
        WAIT(1),
        ("tag", {"change": "add", "tag": "VIP"}),
    )
    world.work()
    world.order()
    world.work()
    world.skip(hours=1)
    world.work()
    assert world.sink.recipients == ["ada@example.com"]
