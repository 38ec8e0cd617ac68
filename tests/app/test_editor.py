"""The editor's pages: every change saved under its revision, refused in a sentence, or met by somebody else's."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.models import Coupon, Email, Flow, Shop, Version
from graph.model import Graph
from tests.app.browsing import a_browser, words
from tests.app.rows import NOON, a_customer, a_flow, a_run, a_step, kept


def node(id: str, kind: str, **settings: object) -> dict[str, object]:
    return {"id": id, "kind": kind, "settings": settings}


def edge(source: str, port: str, target: str) -> dict[str, str]:
    return {"from": source, "port": port, "to": target}


HOURS = {"amount": 2, "unit": "hours"}
OVER_50 = {"match": "all", "rules": [{"subject": "cart.total", "operator": "over", "value": 5000}]}


def a_drawing(email: int, coupon: int) -> dict[str, object]:
    """A cart left behind, two hours, over €50 or not, a coupon or only a reminder."""
    drawn = {
        "format": 1,
        "nodes": [
            node("n1", "cart_abandoned", after=HOURS), node("n2", "wait", duration=HOURS, ending="any"),
            node("n3", "condition", rules=OVER_50), node("n4", "give_coupon", coupon=coupon),
            node("n5", "send_email", email=email), node("n6", "send_email", email=email),
        ],
        "edges": [
            edge("n1", "next", "n2"), edge("n2", "next", "n3"), edge("n3", "yes", "n4"), edge("n4", "next", "n5"),
            edge("n3", "no", "n6"),
        ],
        "settings": {"goal": ["order.placed"]},
    }  # fmt: skip
    return Graph.from_json(drawn).to_json()


@pytest.fixture
def flow(shop) -> Flow:
    email = kept(Email(shop_id=shop.id, name="You left something", content={}, updated_at=NOON))
    coupon = kept(Coupon(shop_id=shop.id, name="10 % off", kind="percent", value=10, created_at=NOON))
    return a_flow(shop, graph=a_drawing(email.id, coupon.id))


@pytest.fixture
def owner(app, shop, flow) -> FlaskClient:
    return a_browser(app, shop)


def fresh(flow: Flow) -> Flow:
    db.session.expire_all()
    return db.session.get(Flow, flow.id)


def send(owner: FlaskClient, flow: Flow, base: int, key: str = "", **edit: object):
    body = {"base": base, "key": key, "edit": json.dumps(edit)}
    return owner.post(f"/automations/{flow.id}/edits", data=body)


def say(owner: FlaskClient, flow: Flow, what: str, base: int):
    return owner.post(f"/automations/{flow.id}/{what}", data={"base": base})


def node_in(flow: Flow, id: str) -> dict[str, object]:
    return next(each for each in fresh(flow).draft["nodes"] if each["id"] == id)


def test_the_page_shows_the_flow_twice_over_and_in_words(owner, flow):
    page = owner.get(f"/automations/{flow.id}/edit")
    html, text = page.get_data(as_text=True), words(page)
    assert 'id="step-n3"' in html and 'id="line-n3"' in html
    assert "Wait 2 hours" in text and "In plain words" in text
    assert "style=" not in html and "onclick" not in html


def test_an_edit_is_saved_and_answered_with_what_it_changed(owner, flow):
    answer = send(owner, flow, 0, edit="add_node", kind="wait", after=["n4", "next"])
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert fresh(flow).revision == 1
    assert 'data-chosen="n7"' in html and 'data-revision="1"' in html
    assert "1 change not published" in words(answer)


def test_an_edit_may_come_as_json(owner, flow):
    body = {"base": 0, "key": "k", "edit": {"edit": "move_node", "id": "n2", "pin": [40, 80]}}
    assert owner.post(f"/automations/{flow.id}/edits", json=body).status_code == 200
    assert node_in(flow, "n2")["pin"] == [40, 80]


def test_a_refused_edit_says_why_and_changes_nothing(owner, flow):
    answer = send(owner, flow, 0, edit="connect", source="n5", port="next", target="n2")
    assert answer.status_code == 422
    assert "round and round" in words(answer)
    assert fresh(flow).revision == 0


def test_an_edit_on_an_older_revision_meets_the_fresh_drawing(owner, flow):
    send(owner, flow, 0, edit="move_node", id="n2", pin=[40, 80])
    answer = send(owner, flow, 0, edit="delete_node", id="n2")
    assert answer.status_code == 409
    assert "Somebody changed this a moment ago" in words(answer)
    assert 'id="canvas"' in answer.get_data(as_text=True)
    assert node_in(flow, "n2")["pin"] == [40, 80]


def test_the_same_edit_sent_twice_is_made_once(owner, flow):
    for _again in range(2):
        answer = send(owner, flow, 0, key="once", edit="add_node", kind="wait", after=["n4", "next"])
        assert answer.status_code == 200
    assert fresh(flow).revision == 1
    assert len(fresh(flow).draft["nodes"]) == 7


def test_undo_and_redo_outlive_the_page(owner, flow):
    before = flow.draft
    send(owner, flow, 0, edit="delete_node", id="n4")
    after = fresh(flow).draft
    assert "Undo: delete “Give a coupon”" in owner.get(f"/automations/{flow.id}/edit").get_data(as_text=True)
    assert say(owner, flow, "undo", 1).status_code == 200
    assert fresh(flow).draft == before
    assert say(owner, flow, "redo", 2).status_code == 200
    assert fresh(flow).draft == after


def test_nothing_to_undo_is_a_sentence(owner, flow):
    answer = say(owner, flow, "undo", 0)
    assert (answer.status_code, "nothing to undo" in words(answer)) == (422, True)


def test_a_condition_asks_which_branch_stays(owner, flow):
    assert "Choose which branch stays" in words(send(owner, flow, 0, edit="delete_node", id="n3"))
    assert send(owner, flow, 0, edit="delete_node", id="n3", keep="no").status_code == 200
    assert [each["id"] for each in fresh(flow).draft["nodes"]] == ["n1", "n2", "n6"]


def test_a_step_is_set_by_its_form(owner, flow):
    body = {"base": 0, "chosen": "n2", "duration-amount": "3", "duration-unit": "days", "ending": "daytime"}
    answer = owner.post(f"/automations/{flow.id}/steps/n2", data=body)
    assert answer.status_code == 200 and "Wait 3 days" in words(answer)
    settings = node_in(flow, "n2")["settings"]
    assert (settings["duration"], settings["ending"]) == ({"amount": 3, "unit": "days"}, "daytime")


def test_a_wrong_setting_comes_back_as_typed_with_what_is_wrong(owner, flow):
    body = {"base": 0, "chosen": "n2", "duration-amount": "soon", "duration-unit": "days", "ending": "any"}
    answer = owner.post(f"/automations/{flow.id}/steps/n2", data=body)
    assert answer.status_code == 422 and "Write a whole number" in words(answer)
    assert 'value="soon"' in answer.get_data(as_text=True)
    assert fresh(flow).revision == 0


def test_rules_are_written_in_whole_money_and_kept_in_cents(owner, flow):
    body = {
        "base": 0, "rules-match": "any", "rules-0-subject": "cart.total", "rules-0-operator": "over",
        "rules-0-value": "75,50", "rules-1-match": "all", "rules-1-0-subject": "customer.tags",
        "rules-1-0-operator": "has", "rules-1-0-value": "loyal, tea",
    }  # fmt: skip
    assert owner.post(f"/automations/{flow.id}/steps/n3", data=body).status_code == 200
    assert node_in(flow, "n3")["settings"]["rules"] == {"match": "any", "rules": [
        {"subject": "cart.total", "operator": "over", "value": 7550},
        {"match": "all", "rules": [{"subject": "customer.tags", "operator": "has", "value": ["loyal", "tea"]}]},
    ]}  # fmt: skip
    assert 'value="75.5"' in owner.get(f"/automations/{flow.id}/steps/n3").get_data(as_text=True)


def test_the_whole_automation_has_settings_too(owner, flow):
    body = {"base": 0, "reentry": "once", "audience": "everyone", "exit": "customer.unsubscribed", "backfill": "14",
            "on_deactivate": "cancel", "on_coupon_invalid": "skip", "latest-amount": ""}  # fmt: skip
    assert owner.post(f"/automations/{flow.id}/settings", data=body).status_code == 200
    settings = fresh(flow).draft["settings"]
    assert (settings["audience"], settings["goal"], settings["reentry"]["rule"]) == ("everyone", [], "once")


def test_a_name_is_saved_and_an_empty_one_refused(owner, flow):
    for name, status in (("  Bring   it back ", 200), ("   ", 422)):
        answer = owner.post(
            f"/automations/{flow.id}/edit/name", data={"base": fresh(flow).revision, "name": name}
        )
        assert answer.status_code == status
    assert fresh(flow).name == "Bring it back"


def test_publishing_says_first_what_it_changes(owner, flow):
    owner.post(f"/automations/{flow.id}/steps/n2",
               data={"base": 0, "duration-amount": "3", "duration-unit": "days", "ending": "any"})  # fmt: skip
    text = words(owner.get(f"/automations/{flow.id}/publish"))
    assert "Changed: Wait 2 hours is now Wait 3 days" in text
    answer = say(owner, flow, "publish", 1)
    assert answer.headers["HX-Trigger"] == "published"
    live = db.session.get(Version, fresh(flow).version_id)
    assert live.graph == fresh(flow).draft and live.number == 2


def test_problems_block_publishing_and_lead_to_the_field(owner, flow):
    send(owner, flow, 0, edit="add_node", kind="send_email", after=["n4", "next"])
    answer = owner.get(f"/automations/{flow.id}/publish")
    assert 'data-mends="n7" data-field="email"' in answer.get_data(as_text=True)
    assert say(owner, flow, "publish", 1).status_code == 422
    assert fresh(flow).version_id == flow.version_id


def test_a_shop_that_may_not_write_cannot_publish_by_this_door_either(owner, flow):
    db.session.get_one(Shop, flow.shop_id).postal_address = ""
    db.session.commit()
    assert "The postal address is missing" in words(owner.get(f"/automations/{flow.id}/publish"))
    assert say(owner, flow, "publish", flow.revision).status_code == 422
    assert db.session.get_one(Flow, flow.id, populate_existing=True).version_id == flow.version_id


def test_turning_on_publishes_and_switches_on(owner, flow):
    flow.status = "off"
    db.session.commit()
    assert "Turn this automation on?" in words(owner.get(f"/automations/{flow.id}/publish"))
    assert say(owner, flow, "publish", 0).status_code == 200
    assert fresh(flow).status == "live"


def test_publishing_what_somebody_else_changed_meanwhile_is_refused(owner, flow):
    send(owner, flow, 0, edit="move_node", id="n2", pin=[40, 80])
    assert say(owner, flow, "publish", 0).status_code == 409


def test_cards_say_how_many_people_stand_there(owner, flow, shop):
    for _each in range(2):
        run = a_run(flow, a_customer(shop))
        a_step(run, 0, "n1")
    db.session.commit()
    text = words(owner.get(f"/automations/{flow.id}/edit"))
    assert "2 entered" in text and "2 waiting" in text


def test_an_empty_flow_asks_how_it_starts(owner, flow, shop):
    bare = a_flow(shop, name="Bare", graph={"format": 1, "nodes": [], "edges": [], "settings": {}})
    db.session.commit()
    assert "Choose how it starts" in words(owner.get(f"/automations/{bare.id}/edit"))
    assert send(owner, bare, 0, edit="add_node", kind="order_placed").status_code == 200
