"""Every failure a person can act on is on a screen, in a sentence, with what helps; and pressing it does that once."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock, reasons
from app.extensions import db
from app.models import (
    Audit,
    Call,
    ChannelTrouble,
    Decision,
    Flow,
    Heartbeat,
    InboxRow,
    Message,
    Run,
    User,
    resending,
)
from app.unit import unit
from app.views.concerns import KINDS
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NAMELESS, a_customer, a_flow, a_message, a_run, a_shop, kept

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = timedelta(hours=2)


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop()


@pytest.fixture
def owner(app, shop):
    return a_browser(app, shop)


@pytest.fixture
def engine(app):
    kept(Heartbeat(name="worker:here:1", seen_at=clock.real()))
    db.session.commit()


def status(browser, **asked):
    return words(browser.get("/status", query_string=asked))


def the_page_of(concern):
    return f'data-kind="{concern}"'


# What can stand still, one of each


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


def a_failed_call(shop):
    run, now = a_run(a_flow(shop), a_customer(shop), at=clock.real()), clock.real()
    whose = {"shop_id": shop.id, "flow_id": run.flow_id, "run_id": run.id, "customer_id": run.customer_id}
    ended = {"state": "failed", "reason": "call_gone", "send_at": now, "asked_at": now, "ended_at": now}
    kept(Call(key="k", call_id="c", epoch=0, node="n3", url="https://x", **whose, **ended))


def a_nameless_shop(shop):
    for name in NAMELESS:
        setattr(shop, name, "")


ONE_OF_EACH = {
    "engine": (a_silent_engine, "Nothing is being sent: no worker is running."),
    "clock": (a_clock_that_jumped, "It goes on by itself when the clock comes back, or in 4 minutes."),
    "restored": (a_restored_flow, "“Bring back a cart” is held: a backup was put back"),
    "channel": (a_channel_in_trouble, "It said: 535 no"),
    "unreadable": (an_unreadable_flow, "“Bring back a cart” cannot work as it is drawn"),
    "parked": (
        a_stuck_run,
        "1 person is stuck in “Bring back a cart” A step could not be carried out: KeyError",
    ),
    "delivery": (a_bad_delivery, "could not be read It said: customer.email: field required"),
    "late": (a_late_run, "1 people should have moved on by now"),
    "paused": (a_paused_flow, "“Bring back a cart” is paused coupon ended"),
    "sender": (a_nameless_shop, "your sender’s address is not filled in yet"),
    "unknown": (an_unsure_message, "“Your cart” of “Bring back a cart” may or may not have arrived"),
    "failed": (
        a_failed_message,
        "1 e-mail of “Bring back a cart” was not sent The e-mail could not be written",
    ),
    "call": (a_failed_call, "could not tell another system of 1 customer"),
}


def test_there_is_one_of_each_kind_here():
    assert set(ONE_OF_EACH) == set(KINDS)


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_each_kind_of_standstill_is_told_in_a_sentence(owner, shop, engine, kind):
    plant, sentence = ONE_OF_EACH[kind]
    unit(lambda: plant(db.session.merge(shop)) and None)
    page = owner.get("/status")
    assert the_page_of(kind) in page.text and sentence in words(page)
    assert [other for other in KINDS if the_page_of(other) in page.text] == [kind]


def test_when_all_is_well_the_page_says_so(owner, engine):
    db.session.commit()
    assert "All is well" in status(owner)


def test_the_worst_stands_first(owner, shop):
    unit(lambda: [plant(db.session.merge(shop)) for plant, _said in ONE_OF_EACH.values()] and None)
    page = owner.get("/status").text
    places = [page.index(the_page_of(kind)) for kind in KINDS if the_page_of(kind) in page]
    assert places == sorted(places) and len(places) >= len(KINDS) - 1


# S5: what the code can fail with, and where a person sees it


def failures_in_the_code():
    """The reasons with which the engine closes a message as failed, as its sources name them."""
    named = set()
    for source in (ROOT / "workers").rglob("*.py"):
        for call in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                texts = [
                    each.value
                    for each in call.args
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
                named |= (
                    set(texts) - {"failed", "skipped"}
                    if name in ("Unwritable",) or "failed" in texts
                    else set()
                )
    return {reason for reason in named if reason in reasons.MESSAGES}


# Nobody of the shop can act on these, or they are told elsewhere: the step says so, or it is the customer's affair.
ELSEWHERE = {"address", "erased", "coupon", "sender", "no_staff_address"}


def test_the_code_fails_in_ways_that_are_known_here():
    assert {"wording", "email_gone", "gave_up"} <= failures_in_the_code()


@pytest.mark.parametrize("reason", sorted(failures_in_the_code() - ELSEWHERE | {"server_failed"}))
def test_every_way_in_which_a_message_fails_is_on_the_page(owner, shop, engine, reason):
    unit(lambda: a_failed_message(db.session.merge(shop), reason) and None)
    assert reasons.why(reason) in status(owner)


@pytest.mark.parametrize("reason", sorted(reasons.PAUSES))
def test_every_reason_of_a_pause_is_on_the_page(owner, shop, engine, reason):
    unit(lambda: a_flow(db.session.merge(shop), status="paused", paused_reason=reason) and None)
    page = status(owner)
    assert reasons.why_paused(reason) in page or (reason == "restored" and "a backup was put back" in page)


@pytest.mark.parametrize("trouble", ["login", "sender", "unreachable"])
def test_every_trouble_of_a_channel_is_on_the_page(owner, shop, engine, trouble):
    told = {"trouble": trouble, "said": "no", "retry_at": clock.real()}
    unit(lambda: ChannelTrouble.note(shop.id, "email", clock.real(), **told))
    assert "E-mails wait: the mail server does not take them" in status(owner)


def test_an_address_that_does_not_exist_is_nobodys_task(owner, shop, engine):
    unit(lambda: a_failed_message(db.session.merge(shop), "address") and None)
    assert "All is well" in status(owner)


# What is pressed


def audits():
    db.session.rollback()
    return [(audit.act, audit.data) for audit in db.session.scalars(db.select(Audit).order_by(Audit.id))]


def test_trying_again_moves_everybody_who_is_stuck_for_the_same_reason_and_nobody_else(owner, shop):
    flow = a_flow(shop)
    alike = [a_stuck_run(shop, flow=flow).id for _ in range(3)]
    other = a_run(flow, a_customer(shop), status="parked", error="another").id
    db.session.commit()
    assert "3 people are stuck" in status(owner)
    owner.post(f"/status/runs/{alike[0]}/retry")
    assert audits() == [("retried", {"rows": 3})]
    assert [db.session.get(Run, id).status for id in (*alike, other)] == ["ready"] * 3 + ["parked"]


def test_taking_out_ends_them_with_what_they_had_not_got(owner, shop):
    run = a_stuck_run(shop)
    message = a_message(run, None)
    db.session.commit()
    owner.post(f"/status/runs/{run.id}/skip")
    db.session.expire_all()
    assert (db.session.get(Run, run.id).reason, db.session.get(Message, message.id).state) == (
        "skipped",
        "cancelled",
    )
    assert audits() == [("took_out", {"rows": 1})]


def test_a_second_press_changes_nothing_and_says_so(owner, shop):
    run = a_stuck_run(shop)
    db.session.commit()
    owner.post(f"/status/runs/{run.id}/retry")
    answer = owner.post(f"/status/runs/{run.id}/skip", follow_redirects=True)
    assert "That was settled already." in words(answer)
    assert len(audits()) == 1


def test_what_could_not_be_read_is_read_again_or_put_away(owner, shop):
    ids = [a_bad_delivery(shop, place).id for place in range(2)]
    db.session.commit()
    owner.post(f"/status/deliveries/{ids[0]}/retry")
    db.session.rollback()
    rows = [db.session.get(InboxRow, id) for id in ids]
    assert [(row.state, row.attempts) for row in rows] == [("waiting", 0)] * 2
    unit(lambda: db.session.execute(db.update(InboxRow).values(state="parked")))
    owner.post(f"/status/deliveries/{ids[0]}/skip")
    db.session.expire_all()
    assert [(row.state, row.body) for row in rows] == [("read", b"")] * 2
    assert [act for act, _data in audits()] == ["read_again", "put_away"]


def test_sending_once_more_is_a_new_message_and_the_old_one_stays_unknown(owner, shop):
    old = an_unsure_message(shop)
    key, mail_id = old.key, old.mail_id
    db.session.commit()
    for _press in range(2):
        owner.post(f"/status/messages/{old.id}/resend")
    db.session.expire_all()
    old, new = db.session.scalars(db.select(Message).order_by(Message.id))
    assert (old.state, new.state, new.key) == ("unknown", "prepared", f"{key}:again")
    assert new.mail_id not in ("", mail_id) and resending.is_again(new) and not resending.is_again(old)
    assert (new.run_id, new.visit, new.epoch, new.gate_at) == (old.run_id, old.visit, old.epoch, None)
    assert audits() == [("resent", {"rows": 1})]
    assert the_page_of("unknown") not in owner.get("/status").text


def test_what_is_left_as_it_is_leaves_the_page_and_is_never_sent(owner, shop):
    old = an_unsure_message(shop)
    db.session.commit()
    owner.post(f"/status/messages/{old.id}/leave")
    owner.post(f"/status/messages/{old.id}/resend")
    assert the_page_of("unknown") not in owner.get("/status").text
    assert db.session.scalar(db.select(db.func.count()).select_from(Message)) == 1
    assert db.session.scalar(db.select(Decision.choice)) == "left"


def test_what_arrived_after_all_cannot_be_sent_again(owner, shop):
    old = an_unsure_message(shop)
    db.session.commit()
    unit(lambda: Message.opened(shop.id, old.id, clock.real()))
    owner.post(f"/status/messages/{old.id}/resend")
    assert db.session.scalar(db.select(db.func.count()).select_from(Message)) == 1


def test_what_failed_for_the_same_reason_is_sent_together_once_it_is_mended(owner, shop):
    first = a_failed_message(shop)
    for _ in range(2):
        a_message(db.session.get(Run, first.run_id), None, state="failed", reason="wording")
    a_failed_message(shop, "gave_up")
    db.session.commit()
    owner.post(f"/status/messages/{first.id}/resend-alike")
    db.session.rollback()
    states = [message.state for message in db.session.scalars(db.select(Message).order_by(Message.id))]
    assert states == ["failed"] * 4 + ["prepared"] * 3


def test_checking_a_channel_tries_it_now(owner, shop):
    flow = a_flow(shop)
    waiting = a_message(a_run(flow, a_customer(shop)), None, reason="channel")
    later = clock.real() + LONG_AGO
    waiting.send_at = later
    ChannelTrouble.note(
        shop.id, "email", clock.real(), trouble="login", said="no", retry_at=later, failures=3
    )
    db.session.commit()
    owner.post(f"/status/shops/{shop.id}/channels/email/check")
    db.session.expire_all()
    known = db.session.get(ChannelTrouble, (shop.id, "email"))
    assert known.retry_at <= clock.real() and known.failures == 3
    assert db.session.get(Message, waiting.id).send_at <= clock.real()


# Who sees what


def test_another_shops_standstill_is_neither_seen_nor_touched(owner, shop):
    other = a_shop("Other")
    run = a_stuck_run(other)
    message = an_unsure_message(other)
    db.session.commit()
    assert "stuck" not in status(owner) and "stuck" not in status(owner, all=1)
    for path in (f"/status/runs/{run.id}/retry", f"/status/messages/{message.id}/resend",
                 f"/status/shops/{other.id}/channels/email/check"):  # fmt: skip
        assert owner.post(path).status_code == 404


def test_the_owner_of_the_instance_sees_and_mends_all_shops(app, owner, shop, engine):
    run = a_stuck_run(a_shop("Atelier Nord"))
    db.session.commit()
    unit(lambda: db.session.execute(db.update(User).values(is_owner=True)))
    assert "1 person is stuck" not in status(owner)
    page = status(owner, all=1)
    assert "1 person is stuck" in page and "Atelier Nord" in page and "What it all rests on" in page
    owner.post(f"/status/runs/{run.id}/retry?all=1")
    db.session.expire_all()
    assert db.session.get(Run, run.id).status == "ready"


def test_nothing_acts_on_looking(owner, shop):
    run = a_stuck_run(shop)
    db.session.commit()
    assert owner.get(f"/status/runs/{run.id}/retry").status_code == 405


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_page_is_there_in_both_languages(app, shop, locale):
    for plant, _said in ONE_OF_EACH.values():
        plant(shop)
    assert a_browser(app, shop, locale).get("/status").status_code == 200


def test_home_leads_there(owner, shop):
    a_restored_flow(shop)
    a_bad_delivery(shop)
    db.session.commit()
    page = owner.get("/home")
    assert 'href="/status"' in page.text and "A backup was put back." in words(page)
    assert db.session.scalar(db.select(Flow.status)) == "paused"
