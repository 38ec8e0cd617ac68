"""What is pressed on the status page does that, once, for this shop alone, and is written down."""

from __future__ import annotations

import pytest

from app import clock
from app.extensions import db
from app.models import (
    Audit,
    Call,
    ChannelTrouble,
    Decision,
    Heartbeat,
    InboxRow,
    Message,
    Run,
    User,
)
from app.unit import unit
from tests.app.browsing import words
from tests.app.rows import a_customer, a_flow, a_message, a_run, a_shop, kept
from tests.app.standing import (
    LONG_AGO,
    a_bad_delivery,
    a_failed_call,
    a_failed_message,
    a_stuck_run,
    an_unsure_message,
    status,
    the_page_of,
)


@pytest.fixture
def engine(app):
    kept(Heartbeat(name="worker:here:1", seen_at=clock.real()))
    db.session.commit()


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


def test_what_another_system_did_not_take_is_told_once_more_to_the_same_step_for_the_same_reason(owner, shop):
    flow = a_flow(shop)
    alike = [a_failed_call(shop, flow).id for _ in range(2)]
    others = [a_failed_call(shop, flow, reason="call_slow").id, a_failed_call(shop, flow, node="n4").id]
    db.session.commit()
    assert f'action="/status/calls/{alike[0]}/retry"' in owner.get("/status").text
    said = owner.post(f"/status/calls/{alike[0]}/retry", follow_redirects=True)
    assert "2 notes are tried once more." in words(said)
    db.session.expire_all()
    assert [db.session.get(Call, id).state for id in (*alike, *others)] == ["waiting"] * 2 + ["failed"] * 2
    again = owner.post(f"/status/calls/{alike[0]}/retry", follow_redirects=True)
    assert "That was settled already." in words(again)
    assert audits() == [("told_again", {"rows": 2})]


def test_sending_once_more_is_a_new_message_and_the_old_one_stays_unknown(owner, shop):
    old = an_unsure_message(shop)
    key, mail_id = old.key, old.mail_id
    db.session.commit()
    for _press in range(2):
        owner.post(f"/status/messages/{old.id}/resend")
    db.session.expire_all()
    old, new = db.session.scalars(db.select(Message).order_by(Message.id))
    assert (old.state, new.state, new.key) == ("unknown", "prepared", f"{key}:again")
    assert new.mail_id not in ("", mail_id)
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
