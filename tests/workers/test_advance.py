"""How runs move: waits, events, chance, effects, and what happens when a worker dies or a step raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.extensions import db
from app.models import Code, CustomerTag, Message, Run, Step
from app.unit import unit
from tests.workers.world import LEFT, NOON, SEND, WAIT
from workers import marks

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def OFTEN(operator):
    """A condition on how often somebody has ordered: more than once."""
    return ("condition", {"rules": {"match": "all", "rules": [
        {"subject": "customer.orders_count", "operator": operator, "value": 1}]}})  # fmt: skip


def start(world, *steps, **told):
    flow = world.flow(PLACED, *steps, **told)
    world.order()
    world.work()
    return flow


def test_a_wait_never_ends_early_and_ends_on_the_second(world):
    start(world, WAIT(2, "hours"), SEND(world))
    world.skip(hours=1, minutes=59, seconds=59)
    world.work()
    assert world.run.status == "waiting" and world.all(Message) == []
    world.skip(seconds=1)
    world.work()
    assert world.message.state == "sent"


def test_waking_a_run_for_nothing_changes_nothing(world):
    start(world, WAIT(2, "hours"), SEND(world))
    until = world.run.wake_at
    unit(lambda: Run.wake([world.run.id], world.now))
    world.work()
    assert (world.run.status, world.run.wake_at, world.all(Message)) == ("waiting", until, [])


def test_nine_o_clock_is_nine_o_clock_after_a_night_of_25_hours(world):
    world.traveller.move_to(datetime(2026, 10, 24, 8, tzinfo=UTC))  # ten in Paris, the day before winter time
    start(world, WAIT(1, "days", ending="at", at="09:00"), SEND(world))
    assert world.run.wake_at == datetime(2026, 10, 25, 8, tzinfo=UTC)
    world.skip(hours=23, minutes=59)
    world.work()
    assert world.all(Message) == []
    world.skip(minutes=1)
    world.work()
    assert world.message.state == "sent"


def test_two_hours_in_the_night_that_skips_one_are_two_hours(world):
    world.traveller.move_to(
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    )  # half past one in Paris; two is skipped
    start(world, WAIT(2, "hours"))
    assert world.run.wake_at == datetime(2027, 3, 28, 2, 30, tzinfo=UTC)


def wait_for(world, event="order.placed"):
    steps = (LEFT, ("wait_for", {"event": event, "at_most": {"amount": 1, "unit": "days"}}),
             ("tag", {"change": "add", "tag": "yes"}), ("tag", {"change": "add", "tag": "no"}))  # fmt: skip
    world.flow(*steps, edges=[("n0", "next", "n1"), ("n1", "happened", "n2"), ("n1", "timed_out", "n3")])
    world.cart()
    world.skip(minutes=30)
    world.work()


def tags(world):
    return [row.tag for row in world.all(CustomerTag)]


def test_an_awaited_event_wakes_the_run_at_once(world):
    wait_for(world)
    world.skip(hours=1)
    world.order()
    world.work()
    assert tags(world) == ["yes"] and world.run.status == "done"


def test_the_event_beats_a_time_out_due_in_the_same_instant(world):
    wait_for(world)
    world.skip(days=1)
    world.order()
    world.work()
    assert tags(world) == ["yes"]


def test_an_event_that_came_in_time_counts_however_late_it_is_told(world):
    wait_for(world)
    came = world.now + timedelta(hours=1)
    world.skip(days=1, seconds=-1)
    world.order(at=came)
    world.skip(seconds=1)
    world.work()
    assert tags(world) == ["yes"]


def test_without_the_event_the_time_out_is_taken(world):
    wait_for(world)
    world.skip(days=1)
    world.work()
    assert tags(world) == ["no"]


@pytest.mark.rule("REMIND-12")
def test_an_opening_wakes_the_run_that_sent_the_mail_and_no_other(world):
    steps = (
        LEFT,
        SEND(world),
        ("wait_for", {"event": "message.opened", "at_most": {"amount": 1, "unit": "days"}}),
        SEND(world),
    )
    edges = [("n0", "next", "n1"), ("n1", "next", "n2"), ("n2", "timed_out", "n3")]
    world.flow(*steps, edges=edges)
    world.flow(*steps, edges=edges)
    world.cart()
    world.skip(minutes=30)
    world.work()
    first, second = world.all(Message)
    claims = world.only(Run, Run.id == second.run_id).token
    unit(lambda: Message.opened(world.shop.id, first.id, world.now))
    world.work()
    assert [run.status for run in world.all(Run)] == ["done", "waiting"]
    assert world.only(Run, Run.id == second.run_id).token == claims, "it was woken for nothing"
    world.skip(days=1)
    world.work()
    assert [message.run_id for message in world.all(Message)] == [first.run_id, second.run_id, second.run_id]


def test_the_goal_ends_the_run_before_its_next_mail(world):
    world.flow(LEFT, SEND(world), WAIT(1, "days"), SEND(world), settings={"goal": ["order.placed"]})
    world.cart()
    world.skip(minutes=30)
    world.work()
    world.order(cart="c1")
    world.work()
    assert (world.run.status, world.run.reason) == ("exited", "goal:order.placed")
    world.skip(days=2)
    world.work()
    assert len(world.sink.mails) == 1


def test_an_order_within_the_silence_that_is_told_late_is_a_goal(world):
    world.reminder()
    world.cart()
    ordered = world.now + timedelta(minutes=20)
    world.skip(minutes=31)
    world.work(deliver_too=False)
    assert world.message.state == "prepared"
    world.order(at=ordered)
    world.work()
    assert (world.message.state, world.message.reason) == ("skipped", "goal")


def test_a_run_tried_again_takes_the_same_way(world):
    with_split = (
        LEFT,
        ("split", {"share": 50}),
        ("tag", {"change": "add", "tag": "a"}),
        ("tag", {"change": "add", "tag": "b"}),
    )
    world.flow(*with_split, edges=[("n0", "next", "n1"), ("n1", "a", "n2"), ("n1", "b", "n3")])
    for n in range(12):
        world.cart(f"c{n}", f"someone{n}@example.com")
    world.skip(minutes=30)
    world.work()
    ways = {step.run_id: step.port for step in world.all(Step) if step.node == "n1"}
    assert set(ways.values()) == {"a", "b"}
    assert all((marks.chance(run)("n1") < 0.5) == (way == "a") for run, way in ways.items())


def test_tags_come_and_go(world):
    start(world, ("tag", {"change": "add", "tag": "loyal"}), ("tag", {"change": "add", "tag": "tea"}), WAIT(1, "hours"),
          ("tag", {"change": "remove", "tag": "tea"}))  # fmt: skip
    assert tags(world) == ["loyal", "tea"]
    world.skip(hours=1)
    world.work()
    assert tags(world) == ["loyal"]


def test_the_staff_is_told_what_the_merchant_wrote(world):
    start(world, ("notify_staff", {"text": "Call {{ them }} & be <kind>"}))
    to, mail = world.sink.mails[0]
    assert to == ["staff@papier.example"]
    text = mail.get_body(("plain",)).get_content()
    assert "Call {{ them }} & be <kind>" in text and "Ada" in text and "/customers/" in text
    assert mail["List-Unsubscribe"] is None


def test_a_code_is_reserved_at_its_step_and_issued_when_its_mail_leaves(world):
    coupon = world.coupon()
    start(world, ("give_coupon", {"coupon": coupon}), WAIT(1, "hours"), SEND(world))
    assert world.only(Code).state == "reserved"
    world.skip(hours=1)
    world.work()
    code = world.only(Code)
    assert code.state == "issued" and code.ends_at == NOON + timedelta(days=7)
    assert code.code in world.sink.mails[0][1].get_body(("plain",)).get_content()


def test_a_mail_that_does_not_show_the_code_does_not_issue_it(world):
    from app.models import Email

    plain = {"en": {"subject": "Hello", "preheader": "", "blocks": [{"kind": "text", "text": "Hello"}]}}
    other = world.kept(Email(shop_id=world.shop.id, name="Plain", content=plain, updated_at=NOON)).id
    start(world, ("give_coupon", {"coupon": world.coupon()}), ("send_email", {"email": other}))
    assert world.only(Code).state == "reserved" and world.message.state == "sent"


def test_runs_stay_on_the_version_that_they_began_with(world):
    from app.models import Flow

    flow = start(world, WAIT(1, "hours"), SEND(world))
    row = db.session.get(Flow, flow)
    graph = dict(row.draft)
    graph["nodes"] = graph["nodes"][:2]
    graph["edges"] = graph["edges"][:1]
    row.draft = graph
    db.session.commit()
    second = unit(lambda: Flow.publish(world.shop.id, flow, world.now).number)
    assert second == 2
    assert unit(lambda: Flow.publish(world.shop.id, flow, world.now).number) == 2
    world.skip(hours=1)
    world.work()
    assert world.message.state == "sent"
