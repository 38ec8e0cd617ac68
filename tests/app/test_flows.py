"""The list of automations, the page of one, and the switch that asks first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Audit, Coupon, Flow, Message, Run
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import (
    NAMELESS,
    a_credit,
    a_customer,
    a_flow,
    a_message,
    a_run,
    a_shop,
    a_step,
    a_visit,
    an_order,
    kept,
)


def fresh(model, id):
    db.session.expire_all()
    return db.session.get(model, id)


def a_flow_that_sold(shop):
    yesterday = clock.real() - timedelta(days=1)
    flow = a_flow(shop)
    run = a_run(flow, a_customer(shop, first_name="Ada", last_name="Lovelace"), at=yesterday)
    a_step(run, 0, "n1", at=yesterday)
    a_visit(a_message(run, sent_at=yesterday, opened_at=yesterday), yesterday)
    a_credit(run, an_order(shop, a_customer(shop), yesterday), 6400, yesterday)
    db.session.commit()
    return flow


@pytest.mark.rule("AUTO-18")
def test_the_list_says_what_each_brought_and_all_together(owner, shop):
    a_flow_that_sold(shop)
    said = words(owner.get("/automations"))
    assert "Reach 1" in said
    assert "Sales €64" in said
    assert "Bring back a cart Cart left behind → Wait 1 hour" in said
    assert re.search(r"On 1 1 1 €64", said)


@pytest.mark.rule("AUTO-19")
@pytest.mark.rule("AUTO-13")
def test_one_automations_page_says_its_figures_and_who_is_in_it(owner, shop):
    flow = a_flow_that_sold(shop)
    said = words(owner.get(f"/automations/{flow.id}"))
    assert "Reach 1" in said and "Visits 1" in said and "Orders 1" in said and "Sales €64" in said
    assert "Ada Lovelace" in said
    assert words(owner.get(f"/automations/{flow.id}?days=7")).count("€64") >= 1


@pytest.mark.rule("AUTO-17")
def test_turning_off_asks_with_the_consequence_in_numbers(owner, shop):
    flow = a_flow_that_sold(shop)
    assert "1 person is waiting; they will get nothing more." in words(owner.get(f"/automations/{flow.id}"))
    assert owner.get(f"/automations/{flow.id}/off").status_code == 405


@pytest.mark.rule("AUTO-16")
@pytest.mark.rule("REMIND-15")
def test_turning_off_cancels_all_who_wait_and_what_has_not_left(owner, shop):
    flow = a_flow_that_sold(shop)
    run = a_run(flow, a_customer(shop))
    message = a_message(run, sent_at=None)
    db.session.commit()
    owner.post(f"/automations/{flow.id}/off")
    assert fresh(Flow, flow.id).status == "off"
    assert db.session.get(Run, run.id).status == "cancelled"
    assert db.session.get(Message, message.id).state == "cancelled"
    assert "It is off. 2 people left it." in words(owner.get(f"/automations/{flow.id}"))
    note = db.session.scalars(db.select(Audit)).one()
    assert (note.act, note.data["cancelled"]) == ("switched_off", 2)


def test_turning_on_publishes_and_lets_in(owner, shop):
    flow = a_flow(shop, status="off")
    db.session.commit()
    owner.post(f"/automations/{flow.id}/on")
    switched = fresh(Flow, flow.id)
    assert switched.status == "live" and switched.enrols_from is not None


@pytest.mark.rule("AUTO-03")
def test_nothing_is_turned_on_while_something_is_missing_and_each_gap_leads_to_its_place(app):
    with_pages(app)
    shop = a_shop(**NAMELESS)
    owner = a_browser(app, shop)
    email = {"id": "n2", "kind": "send_email", "settings": {"email": 404}}
    start = {"id": "n1", "kind": "customer_subscribed", "settings": {}}
    flow = a_flow(shop, status="off", graph={"format": 1, "nodes": [start, email], "settings": {},
                                             "edges": [{"from": "n1", "port": "next", "to": "n2"}]})  # fmt: skip
    db.session.commit()
    page = owner.get(f"/automations/{flow.id}").get_data(as_text=True)
    assert "/settings#sender_email" in page and f"/automations/{flow.id}/edit?step=n2" in page
    owner.post(f"/automations/{flow.id}/on")
    assert fresh(Flow, flow.id).status == "off"


@pytest.mark.rule("AUTO-10")
def test_an_automation_can_begin_with_nothing_but_its_start(owner, shop):
    refused = owner.post("/automations/new", data={"name": "Mine", "trigger": ""})
    assert refused.status_code == 422 and 'value="Mine"' in refused.get_data(as_text=True)
    answer = owner.post("/automations/new", data={"name": "Mine", "trigger": "order_placed"})
    flow = db.session.scalars(db.select(Flow)).one()
    assert answer.location == f"/automations/{flow.id}/edit"
    assert [node["kind"] for node in flow.draft["nodes"]] == ["order_placed"]


@pytest.mark.rule("REMIND-10")
def test_the_merchant_names_it(owner, shop):
    flow = a_flow(shop)
    db.session.commit()
    owner.post(f"/automations/{flow.id}/name", data={"name": "  Come   back "})
    assert fresh(Flow, flow.id).name == "Come back"
    owner.post(f"/automations/{flow.id}/name", data={"name": " "})
    assert fresh(Flow, flow.id).name == "Come back"


def test_a_deleted_automation_is_gone_and_its_people_are_out(owner, shop):
    flow = a_flow_that_sold(shop)
    owner.post(f"/automations/{flow.id}/delete")
    assert owner.get(f"/automations/{flow.id}").status_code == 404
    assert "Sales €64" not in words(owner.get("/automations"))
    assert db.session.scalars(db.select(Run)).one().status == "cancelled"


def test_people_are_found_by_step_and_state(owner, shop):
    flow = a_flow(shop)
    a_run(flow, a_customer(shop, first_name="Ada"))
    a_run(flow, a_customer(shop, first_name="Grace"), status="parked", node="n3")
    db.session.commit()
    assert "Grace" not in words(owner.get(f"/automations/{flow.id}/people?step=n2"))
    stuck = words(owner.get(f"/automations/{flow.id}/people?state=stuck"))
    assert "Grace" in stuck and "Ada" not in stuck


def test_many_automations_can_be_filtered(owner, shop):
    for number in range(9):
        a_flow(shop, f"Flow {number}", status="off" if number else "live")
    db.session.commit()
    assert owner.get("/automations?state=live").get_data(as_text=True).count('class="row-target"') == 1
    assert owner.get("/automations?q=flow 3").get_data(as_text=True).count('class="row-target"') == 1


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_pages_are_there_in_both_languages_and_empty(app, shop, locale):
    owner = a_browser(app, shop, locale)
    assert owner.get("/automations").status_code == 200
    flow = a_flow(shop, status="off")
    db.session.commit()
    for path in ("/automations/new", f"/automations/{flow.id}", f"/automations/{flow.id}/people"):
        assert owner.get(path).status_code == 200


@pytest.mark.parametrize("path", ["", "/people"])
def test_a_strangers_automation_does_not_exist(app, owner, path):
    theirs = a_flow(a_shop("Other"))
    db.session.commit()
    assert owner.get(f"/automations/{theirs.id}{path}").status_code == 404


@pytest.mark.parametrize("verb", ["on", "off", "delete", "name"])
def test_a_strangers_automation_cannot_be_touched(app, owner, verb):
    theirs = a_flow(a_shop("Other"))
    db.session.commit()
    assert owner.post(f"/automations/{theirs.id}/{verb}", data={"name": "Mine now"}).status_code == 404
    assert fresh(Flow, theirs.id).status == "live"


def test_the_list_asks_as_many_questions_of_the_database_for_nine_flows_as_for_one(app, owner, shop):
    def questions():
        asked = []
        listener = lambda *_args: asked.append(1)  # noqa: E731
        db.event.listen(db.engine, "before_cursor_execute", listener)
        owner.get("/automations")
        db.event.remove(db.engine, "before_cursor_execute", listener)
        return len(asked)

    a_flow_that_sold(shop)
    one = questions()
    for _number in range(8):
        a_flow_that_sold(shop)
    assert questions() == one


def redrawn(flow, **changed):
    """The flow's draft with its second step changed; what runs stays as it was."""
    nodes = [{**node, **changed} if node["id"] == "n2" else node for node in flow.draft["nodes"]]
    flow.draft = {**flow.draft, "nodes": nodes}
    db.session.commit()


THREE_DAYS = {"duration": {"amount": 3, "unit": "days"}, "ending": "any"}


def test_the_list_and_the_page_tell_what_runs_not_what_is_drawn(owner, shop):
    flow = a_flow(shop)
    redrawn(flow, settings=THREE_DAYS)
    said = words(owner.get("/automations"))
    assert "Wait 1 hour" in said and "Wait 3 days" not in said and "Changes not published" in said
    page = owner.get(f"/automations/{flow.id}").get_data(as_text=True)
    before, changes = page.split('id="changes"')
    assert "Wait 3 days" not in before and "Wait 3 days" in changes


def test_moving_a_card_or_noting_something_is_nothing_to_publish(owner, shop):
    flow = a_flow(shop)
    redrawn(flow, pin=[40, 40], note="Ask Ada")
    assert "Changes not published" not in words(owner.get("/automations"))
    assert "You have changed it" not in words(owner.get(f"/automations/{flow.id}"))


def test_a_paused_automation_offers_one_way_on(owner, shop):
    flow = a_flow(shop, status="paused", paused_reason="coupon_ended")
    db.session.commit()
    page = owner.get(f"/automations/{flow.id}").get_data(as_text=True)
    actions = page[
        page.index('class="page-actions"') : page.index(
            'class="menu-panel"', page.index('class="page-actions"')
        )
    ]
    assert actions.count("Go on") == 1 and "Turn on" not in actions and "Turn off" not in actions


def test_a_coupon_that_has_ended_leads_to_its_own_page(owner, shop):
    coupon = kept(Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, personal=True, prefix="TEN",
                         ends_at=clock.real() - timedelta(days=1), created_at=clock.real()))  # fmt: skip
    give = {"id": "n2", "kind": "give_coupon", "settings": {"coupon": coupon.id}}
    start = {"id": "n1", "kind": "customer_subscribed", "settings": {}}
    flow = a_flow(shop, status="off", graph={"format": 1, "nodes": [start, give], "settings": {},
                                             "edges": [{"from": "n1", "port": "next", "to": "n2"}]})  # fmt: skip
    db.session.commit()
    page = owner.get(f"/automations/{flow.id}").get_data(as_text=True)
    assert f'href="/coupons/{coupon.id}"' in page
