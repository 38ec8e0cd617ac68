"""One of each thing that can stand still in a shop: what the tests of the status page stand on."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.models import Bounce, Call, ChannelTrouble, Heartbeat, InboxRow, Notice
from app.models.attention import FEW
from tests.app.browsing import words
from tests.app.rows import NAMELESS, a_customer, a_flow, a_message, a_run, kept

LONG_AGO = timedelta(hours=2)


def status(browser, **asked):
    return words(browser.get("/status", query_string=asked))


def the_page_of(concern):
    return f'data-kind="{concern}"'


def a_silent_engine(_shop):
    Heartbeat.beat("worker:here:1", clock.real() - timedelta(seconds=40))


def a_clock_that_jumped(_shop):
    Heartbeat.beat("worker:here:1", clock.real(), 86400, clock.real() + timedelta(minutes=4))


def a_restored_flow(shop):
    a_flow(shop, status="paused", paused_reason="restored", paused_at=clock.real())


def a_channel_in_trouble(shop):
    ChannelTrouble.note(
        shop.id, "email", clock.real(), trouble="login", said="535 no", retry_at=clock.real() + LONG_AGO
    )


def an_unreadable_flow(shop):
    a_flow(shop, graph={"format": 1, "nodes": [], "edges": [], "settings": {}})


def a_stuck_run(shop, **told):
    flow = told.pop("flow", None) or a_flow(shop)
    return a_run(flow, a_customer(shop), status="parked", error="KeyError: it has no name", **told)


def a_bad_delivery(shop, place=1, body=b"{}"):
    return kept(InboxRow(shop_id=shop.id, source="api", delivery=f"d{place}", body=body, state="parked",
                         error="customer.email: field required", received_at=clock.real()))  # fmt: skip


def a_late_run(shop):
    a_run(a_flow(shop), a_customer(shop), at=clock.real() - LONG_AGO)


def a_paused_flow(shop):
    a_flow(shop, status="paused", paused_reason="coupon_ended", paused_at=clock.real())


def an_unsure_message(shop):
    run = a_run(a_flow(shop), a_customer(shop), at=clock.real())
    return a_message(run, None, state="unknown", reason="cut_off", gate_at=clock.real(), subject="Your cart")


def a_failed_message(shop, reason="wording"):
    run = a_run(a_flow(shop), a_customer(shop), at=clock.real())
    message = a_message(run, None, state="failed", reason=reason)
    message.prepared_at = clock.real()
    return message


def a_failed_call(shop, flow=None, **told):
    run, now = a_run(flow or a_flow(shop), a_customer(shop), at=clock.real()), clock.real()
    whose = {"shop_id": shop.id, "flow_id": run.flow_id, "run_id": run.id, "customer_id": run.customer_id}
    ended = {"state": "failed", "reason": "call_gone", "send_at": now, "asked_at": now, "ended_at": now}
    named = {"key": f"{run.id}:n3:0", "call_id": f"c{run.id}", "node": "n3", "url": "https://x"}
    return kept(Call(epoch=0, **whose, **ended | named | told))


def many_mails_that_came_back(shop):
    run, now = a_run(a_flow(shop), a_customer(shop), at=clock.real()), clock.real()
    for place in range(FEW):
        a_message(run, now, bounced_at=now)
        Bounce.take(shop.id, Notice("soft", f"gone{place}@example.com", f"k{place}"), now)


def a_nameless_shop(shop):
    for name in NAMELESS:
        setattr(shop, name, "")
