"""The page on which a paused automation goes on: it says who is overdue, and does what was chosen, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock, draining
from app.extensions import db
from app.models import Audit, Flow, Message, Run
from tests.app.browsing import a_browser, words
from tests.app.rows import a_customer, a_flow, a_message, a_run, a_shop

HOURS = timedelta(hours=3)


def paused(shop, reason="by_hand", **told):
    return a_flow(shop, status="paused", paused_reason=reason, paused_at=clock.real() - HOURS, **told)


def an_overdue_run(flow, shop):
    return a_run(flow, a_customer(shop), at=clock.real() - HOURS)


def status(flow):
    db.session.expire_all()
    return db.session.get(Flow, flow.id).status


def test_it_says_how_many_are_overdue_and_lets_choose_the_harmless_way_first(owner, shop):
    flow = paused(shop)
    for _ in range(2):
        an_overdue_run(flow, shop)
    a_message(an_overdue_run(flow, shop), None, reason="paused")
    db.session.commit()
    page = owner.get(f"/automations/{flow.id}/resume")
    assert "3 people should have moved on by now. 1 message waits to leave." in words(page)
    assert 'value="shift" checked' in page.text and 'value="send" checked' not in page.text


def test_after_a_backup_was_put_back_leaving_them_out_is_advised(owner, shop):
    flow = paused(shop, "restored")
    an_overdue_run(flow, shop)
    db.session.commit()
    page = owner.get(f"/automations/{flow.id}/resume").text
    assert 'value="skip" checked' in page and 'value="shift"' not in page


def test_what_was_chosen_is_done_once_and_written_down(owner, shop):
    flow = paused(shop)
    run = an_overdue_run(flow, shop)
    db.session.commit()
    answer = owner.post(f"/automations/{flow.id}/resume", data={"choice": "skip"}, follow_redirects=True)
    assert "It goes on. 1 person left it." in words(answer)
    owner.post(f"/automations/{flow.id}/resume", data={"choice": "send"})
    assert status(flow) == "live" and db.session.get(Run, run.id).reason == "overdue"
    assert [audit.act for audit in db.session.scalars(db.select(Audit))] == ["resumed"]


@pytest.mark.parametrize("choice", ["", "everything", "shift"])
def test_a_choice_that_was_not_offered_changes_nothing(owner, shop, choice):
    flow = paused(shop, "restored")
    db.session.commit()
    assert owner.post(f"/automations/{flow.id}/resume", data={"choice": choice}).status_code == 422
    assert status(flow) == "paused"


def test_turning_on_a_paused_automation_leads_to_the_choice(owner, shop):
    flow = paused(shop)
    an_overdue_run(flow, shop)
    db.session.commit()
    assert owner.post(f"/automations/{flow.id}/on").location == f"/automations/{flow.id}/resume"
    assert status(flow) == "paused"
    assert f'href="/automations/{flow.id}/resume"' in owner.get(f"/automations/{flow.id}").text


def test_one_that_is_not_paused_has_no_such_page(owner, shop):
    flow = a_flow(shop)
    db.session.commit()
    assert owner.get(f"/automations/{flow.id}/resume").location == f"/automations/{flow.id}"


def test_a_merchant_can_pause_by_hand(owner, shop):
    flow = a_flow(shop)
    db.session.commit()
    for _press in range(2):
        owner.post(f"/automations/{flow.id}/pause")
    assert status(flow) == "paused"
    assert "somebody of the shop did so" in words(owner.get(f"/automations/{flow.id}"))
    assert [audit.act for audit in db.session.scalars(db.select(Audit))] == ["paused"]


def test_those_who_are_finishing_can_still_be_stopped(owner, shop):
    flow = a_flow(shop, status="off")
    run = a_run(flow, a_customer(shop), at=clock.real())
    db.session.commit()
    page = words(owner.get(f"/automations/{flow.id}"))
    assert "Stop the last 1" in page and "1 person is still on the way to the end" in page
    answer = owner.post(f"/automations/{flow.id}/off", follow_redirects=True)
    assert "1 person left it." in words(answer) and "Stop the last" not in words(answer)
    db.session.expire_all()
    assert db.session.get(Run, run.id).status == "cancelled"


def at_its_dot(shop, flow):
    return a_message(
        a_run(flow, a_customer(shop), at=clock.real()), None, state="handing", gate_at=clock.real()
    )


def test_the_answer_to_a_switch_off_waits_for_the_mail_server(app, shop):
    flow = a_flow(shop)
    message, rests = at_its_dot(shop, flow), []
    db.session.commit()

    def rest(seconds):
        rests.append(seconds)
        if len(rests) == 3:
            db.session.execute(db.update(Message).where(Message.id == message.id).values(state="sent"))
            db.session.commit()

    assert draining.drain(flow.id, rest=rest) == 0
    assert rests == [0.02, 0.05, 0.1]


def test_patience_ends_and_the_answer_says_what_is_still_open(app, owner, shop, monkeypatch):
    flow = a_flow(shop)
    at_its_dot(shop, flow)
    db.session.commit()
    monkeypatch.setattr(draining, "drain", lambda _flow_id: 1)
    said = words(owner.post(f"/automations/{flow.id}/off", follow_redirects=True))
    assert "1 e-mail was already at the mail server. For 1 of them it has not answered yet." in said


def test_somebody_elses_automation_is_not_there(owner):
    theirs = paused(a_shop("Other"))
    db.session.commit()
    assert owner.get(f"/automations/{theirs.id}/resume").status_code == 404
    assert owner.post(f"/automations/{theirs.id}/resume", data={"choice": "send"}).status_code == 404
    assert owner.post(f"/automations/{theirs.id}/pause").status_code == 404
    assert status(theirs) == "paused"


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_page_is_there_in_both_languages(app, shop, locale):
    flow = paused(shop)
    an_overdue_run(flow, shop)
    assert a_browser(app, shop, locale).get(f"/automations/{flow.id}/resume").status_code == 200
