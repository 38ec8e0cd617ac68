"""The list of notes to other systems: what failed and why, tried again by a press, one shop's only."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.models import Call
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NOON, a_customer, a_flow, a_run, a_shop, kept


def a_call(shop, **told) -> int:
    run = a_run(a_flow(shop, name="Tell the stockroom"), a_customer(shop, first_name="Ada", last_name="L"))
    told = {
        "state": "failed",
        "reason": "call_gave_up",
        "status": 503,
        "attempts": 8,
        "ended_at": NOON,
    } | told
    call = Call(
        shop_id=shop.id, key=f"{run.id}:n3:1", call_id=f"msg_{run.id}", flow_id=run.flow_id, epoch=run.epoch,
        run_id=run.id, node="n3", customer_id=run.customer_id, url="https://erp.example/hook", send_at=NOON,
        asked_at=NOON, **told,
    )  # fmt: skip
    return kept(call).id


@pytest.fixture
def desk(app):
    with_pages(app)
    shop = a_shop()
    return a_browser(app, shop), shop


def test_a_failed_note_stands_there_with_its_reason_and_is_tried_again(desk):
    browser, shop = desk
    id = a_call(shop)
    db.session.commit()
    seen = words(browser.get("/calls"))
    for said in (
        "Tell the stockroom · Ada L",
        "https://erp.example/hook",
        "answer 503",
        "for a day and a half",
    ):
        assert said in seen
    assert "1 note was not taken" in words(browser.get("/settings/keys"))
    browser.post(f"/calls/{id}/again")
    call = db.session.get(Call, id)
    assert (call.state, call.attempts, call.ended_at) == ("waiting", 0, None)
    assert "Every note was taken" in words(browser.get("/calls")) and "next try" in words(
        browser.get("/calls?show=waiting")
    )


def test_all_are_tried_again_at_once_and_another_shops_are_out_of_reach(app, desk):
    browser, shop = desk
    ids = [a_call(shop), a_call(shop), a_call(shop, state="done")]
    theirs = a_call(a_shop())
    db.session.commit()
    assert browser.post(f"/calls/{theirs}/again").status_code == 404
    assert "2 notes are tried once more" in words(browser.post("/calls/again", follow_redirects=True))
    assert [db.session.get(Call, id).state for id in [*ids, theirs]] == [
        "waiting",
        "waiting",
        "done",
        "failed",
    ]
