"""Reminders: the wizard in its steps, the switch, the coupon, and that each is an ordinary automation."""

from __future__ import annotations

import re

import pytest

from app import clock
from app.extensions import db
from app.models import Coupon, Email, Flow, Run, Version
from graph.interpreter import compile
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import a_customer, a_flow, a_run, a_shop, kept
from tests.app.test_carts import a_cart

WHEN = {
    "name": "Come back",
    "delay": "3",
    "delay_unit": "hours",
    "second": "y",
    "after": "2",
    "after_unit": "days",
}


@pytest.fixture
def made(owner):
    """A reminder just made in the wizard, still off."""
    answer = owner.post("/reminders/new/abandoned_cart/when", data=WHEN)
    return int(re.search(r"/reminders/(\d+)/compose", answer.location)[1])


def drawn(flow_id):
    db.session.expire_all()
    return Graph.from_json(db.session.get(Flow, flow_id).draft)


def settings(graph, name):
    return [node.settings[name] for node in graph.nodes if name in node.settings]


@pytest.mark.rule("REMIND-09")
@pytest.mark.rule("REMIND-10")
@pytest.mark.rule("REMIND-11")
@pytest.mark.rule("REMIND-12")
@pytest.mark.rule("C3")
def test_the_wizard_asks_step_by_step_and_makes_an_automation(owner, made):
    assert "Recover abandoned carts" in words(owner.get("/reminders/new"))
    assert "How shall we write to them?" in words(owner.get("/reminders/new/abandoned_cart"))
    assert "Some mail programs open e-mails by themselves" in words(
        owner.get("/reminders/new/abandoned_cart/when")
    )
    flow, graph = db.session.get(Flow, made), drawn(made)
    assert (flow.name, flow.status) == ("Come back", "off")
    assert {"amount": 3, "unit": "hours"} in settings(graph, "duration")
    assert settings(graph, "at_most") == [{"amount": 2, "unit": "days"}]
    email = db.session.scalars(db.select(Email).order_by(Email.id)).first()
    assert f"/emails/{email.id}" in owner.get(f"/reminders/{made}/compose").get_data(as_text=True)
    page = words(owner.get(f"/reminders/{made}/review"))
    assert "Activate" in page and "3 hours" in page
    compile(graph)


@pytest.mark.rule("REMIND-12")
def test_without_a_second_e_mail_there_is_one(owner):
    owner.post("/reminders/new/abandoned_cart/when", data={k: v for k, v in WHEN.items() if k != "second"})
    graph = Graph.from_json(db.session.scalars(db.select(Flow)).one().draft)
    assert len(settings(graph, "email")) == 1 and settings(graph, "at_most") == []


@pytest.mark.rule("REMIND-13")
@pytest.mark.rule("AUTO-02")
def test_activated_it_is_on_and_stands_among_the_automations(owner, made):
    assert (
        owner.post(f"/reminders/{made}/review", data={"name": "Back", "backfill": "none"}).status_code == 302
    )
    flow = db.session.get(Flow, made)
    assert (flow.status, flow.name) == ("live", "Back")
    for door in ("/automations", "/reminders"):
        assert "Back" in words(owner.get(door))
    assert (
        owner.get(f"/automations/{made}").status_code
        == owner.get(f"/automations/{made}/edit").status_code
        == 200
    )


@pytest.mark.rule("CART-18")
@pytest.mark.rule("REMIND-03")
def test_the_last_fourteen_days_are_counted_and_only_written_to_when_chosen(owner, shop, made):
    cart = a_cart(shop)
    db.session.commit()
    page = words(owner.get(f"/reminders/{made}/review"))
    assert "Also the last 14 days" in page and "1 person left something in these days" in page
    owner.post(f"/reminders/{made}/review", data={"name": "Back", "backfill": "days", "days": "14"})
    db.session.refresh(cart)
    assert cart.abandoned_at is not None


def test_something_missing_keeps_it_off_and_leads_to_where_it_is_mended(app):
    with_pages(app)
    poor = a_shop(sender_email="")
    owner = a_browser(app, poor)
    answer = owner.post("/reminders/new/abandoned_cart/when", data=WHEN)
    made = int(re.search(r"/reminders/(\d+)/compose", answer.location)[1])
    page = owner.post(f"/reminders/{made}/review", data={"name": "Back"})
    assert page.status_code == 422 and 'href="/settings#sender_email"' in page.get_data(as_text=True)
    assert db.session.get(Flow, made).status == "off"


@pytest.mark.rule("REMIND-14")
@pytest.mark.rule("REMIND-15")
@pytest.mark.rule("CART-19")
@pytest.mark.rule("CART-32")
def test_deactivating_asks_with_the_number_and_ends_what_waits(owner, shop):
    flow = a_flow(shop, name="Carts")
    run = a_run(flow, a_customer(shop))
    db.session.commit()
    page = words(owner.get("/reminders"))
    assert "Deactivate “Carts”?" in page and "1 person is waiting; they will get nothing more." in page
    owner.post(f"/reminders/{flow.id}/off")
    assert (db.session.get(Flow, flow.id).status, db.session.get(Run, run.id).status) == ("off", "cancelled")
    assert "Switch on" in words(owner.get("/reminders"))


@pytest.mark.rule("CART-20")
@pytest.mark.rule("CART-21")
@pytest.mark.rule("CART-22")
def test_a_coupon_is_attached_to_what_runs_and_taken_out_again(owner, shop, made):
    told = {"kind": "percent", "value": 10, "created_at": clock.real()}
    once = kept(Coupon(shop_id=shop.id, name="Once", personal=False, prefix="ONE", usage_limit=1, **told))
    gone = kept(Coupon(shop_id=shop.id, name="Gone", status="deleted", **told))
    db.session.commit()
    owner.post(f"/reminders/{made}/review", data={"name": "Back", "backfill": "none"})
    owner.post(f"/reminders/{made}/coupon", data={"coupon": str(gone.id)})
    assert settings(drawn(made), "coupon") == []
    owner.post(f"/reminders/{made}/coupon", data={"coupon": str(once.id)})
    running = Graph.from_json(db.session.get(Version, db.session.get(Flow, made).version_id).graph)
    assert settings(running, "coupon") == [once.id]
    assert "This code works only once in all" in words(owner.get("/reminders"))
    first = db.session.scalars(db.select(Email).order_by(Email.id)).first()
    assert any(block["kind"] == "coupon" for email in db.session.scalars(db.select(Email))
               for block in email.content["en"]["blocks"]), first  # fmt: skip
    owner.post(f"/reminders/{made}/coupon", data={"coupon": ""})
    running = Graph.from_json(db.session.get(Version, db.session.get(Flow, made).version_id).graph)
    assert settings(running, "coupon") == [] and db.session.get(Flow, made).status == "live"


def test_a_coupon_waits_for_other_changes_that_do_not_run_yet(owner, shop, made):
    owner.post(f"/reminders/{made}/review", data={"name": "Back", "backfill": "none"})
    flow = db.session.get(Flow, made)
    flow.draft = {**flow.draft, "settings": {**flow.draft["settings"], "audience": "everyone"}}
    coupon = kept(Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, created_at=clock.real()))
    db.session.commit()
    owner.post(f"/reminders/{made}/coupon", data={"coupon": str(coupon.id)})
    assert "publish them together" in words(owner.get("/reminders"))
    running = Graph.from_json(db.session.get(Version, db.session.get(Flow, made).version_id).graph)
    assert settings(running, "coupon") == [] and running.settings["audience"] == "subscribers"


def test_what_may_be_changed_is_one_press_away(owner):
    page = owner.get("/reminders").get_data(as_text=True)
    for where in ("/settings/brand", "/settings"):
        assert f'href="{where}"' in page
