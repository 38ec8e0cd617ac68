"""People at each step, the funnel of each message, and who was refused, on both databases."""

from __future__ import annotations

from datetime import timedelta

from app.extensions import db
from app.models import Refusal, counts
from app.models.counts import Funnel, Standing
from app.models.periods import Period
from tests.app.rows import NOON, a_credit, a_customer, a_flow, a_message, a_run, a_shop, a_step, an_order

WEEK = Period.rolling(NOON, "Europe/Paris", 7)


def test_everybody_who_came_by_a_step_is_counted_once(each_database):
    shop = a_shop()
    flow = a_flow(shop)
    waiting, done, left = (a_run(flow, a_customer(shop)) for _each in range(3))
    for run in (waiting, done, left):
        a_step(run, 0, "n1")
    a_step(done, 1, "n2")
    done.status, done.node, done.ended_at = "done", "n3", NOON
    left.status, left.reason, left.ended_at = "exited", "goal:order.placed", NOON
    db.session.flush()
    assert counts.standings(shop.id, flow.id) == {"n1": Standing(3, 0), "n2": Standing(3, 1)}
    assert counts.in_it_now(shop.id) == {flow.id: 1}


def test_a_funnel_narrows_from_sent_to_clicked_with_the_orders_beside(each_database):
    shop = a_shop()
    run = a_run(a_flow(shop), a_customer(shop))
    a_message(run, opened_at=NOON, clicked_at=NOON)
    a_message(run, opened_at=NOON, machine_opened_at=NOON)
    a_message(run, machine_opened_at=NOON, bounced_at=NOON)
    a_message(run)
    a_message(run, sent_at=WEEK.since - timedelta(seconds=1))
    a_message(run, sent_at=None, state="skipped", reason="ordered", closed_at=NOON)
    a_credit(run, an_order(shop, a_customer(shop)))
    funnel = Funnel(reach=4, bounced=1, opened=2, fetched=2, clicked=1, orders=1)
    assert counts.funnels(shop.id, run.flow_id, WEEK) == {"n3": funnel} and funnel.delivered == 3
    assert counts.funnels(shop.id, run.flow_id)["n3"].sent == 5
    assert counts.held_back(shop.id, run.flow_id, WEEK) == {("skipped", "ordered"): 1}
    a_message(run, sent_at=None, state="failed", reason="server_failed", closed_at=NOON)
    db.session.flush()
    assert counts.failed(shop.id, run.flow_id, WEEK) == {"n3": 1}


def test_endings_and_refusals_say_why_the_commonest_first(each_database):
    shop = a_shop()
    flow = a_flow(shop)
    runs = [a_run(flow, a_customer(shop), status="done", ended_at=NOON) for _each in range(3)]
    for run, reason in zip(runs, ("consent", "again", "again"), strict=True):
        db.session.add(Refusal(shop_id=shop.id, event_id=run.event_id, flow_id=flow.id, reason=reason, at=NOON,
                               customer_id=run.customer_id))  # fmt: skip
    assert counts.endings(shop.id, flow.id, WEEK) == {("done", ""): 3}
    assert list(counts.refusals(shop.id, flow.id, WEEK).items()) == [("again", 2), ("consent", 1)]
