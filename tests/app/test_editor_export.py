"""An automation travels as a file: with its e-mails, without anybody's data, and without breaking where it arrives."""

from __future__ import annotations

import io
import json

import pytest

from app.extensions import db
from app.models import Coupon, Email, Flow
from graph.model import Graph
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NOON, a_customer, a_flow, a_run, a_shop, kept
from tests.app.test_editor import edge
from tests.app.test_editor_replay import node

HOURS = {"amount": 2, "unit": "hours"}
DESIGN = {"en": {"subject": "Come back", "preheader": "", "blocks": [{"kind": "text", "text": "Hello"}]}}
TEN = {"name": "Ten", "kind": "percent", "value": 10, "prefix": "TEN", "days": 7}


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop("First")


@pytest.fixture
def flow(shop) -> Flow:
    email = kept(Email(shop_id=shop.id, name="Come back", content=DESIGN, updated_at=NOON))
    coupon = kept(Coupon(shop_id=shop.id, created_at=NOON, **TEN))
    drawn = {"format": 1, "settings": {}, "nodes": [
        node("n1", "cart_abandoned", after=HOURS), node("n2", "give_coupon", coupon=coupon.id),
        node("n3", "send_email", email=email.id)],
        "edges": [edge("n1", "next", "n2"), edge("n2", "next", "n3")]}  # fmt: skip
    return a_flow(shop, graph=Graph.from_json(drawn).to_json())


@pytest.fixture
def owner(app, shop, flow):
    return a_browser(app, shop)


@pytest.fixture
def stranger(app, owner):
    return a_browser(app, a_shop("Second"))


def exported(owner, flow) -> dict:
    return owner.get(f"/automations/{flow.id}/export").get_json()


def taken(client, parcel, **more):
    text = parcel if isinstance(parcel, str) else json.dumps(parcel)
    return client.post("/automations/import", data={"pasted": text, **more}, follow_redirects=True)


def newest(model):
    return db.session.scalars(db.select(model).order_by(model.id.desc())).first()


def settings(flow, id):
    return next(each for each in flow.draft["nodes"] if each["id"] == id)


def test_nobody_is_in_the_file(owner, flow, shop):
    a_run(flow, a_customer(shop, "ada@example.com", first_name="Ada"))
    db.session.commit()
    answer = owner.get(f"/automations/{flow.id}/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "ada" not in answer.get_data(as_text=True).lower()
    assert answer.get_json()["format"] == 1


def test_it_arrives_with_its_emails_and_says_what_is_missing(owner, stranger, flow):
    answer = taken(stranger, exported(owner, flow))
    copy, email = newest(Flow), newest(Email)
    assert answer.status_code == 200 and copy.shop_id != flow.shop_id and copy.status == "off"
    assert email.shop_id == copy.shop_id and email.content == DESIGN
    assert settings(copy, "n3")["settings"]["email"] == email.id
    assert settings(copy, "n2")["settings"]["coupon"] is None and "Ten" in settings(copy, "n2")["note"]
    assert "1 problem" in words(answer)


def test_a_coupon_of_the_same_terms_is_given_instead(owner, stranger, flow):
    other = db.session.scalars(db.select(Flow)).one().shop_id + 1
    own = kept(Coupon(shop_id=other, created_at=NOON, **TEN))
    db.session.commit()
    taken(stranger, exported(owner, flow))
    assert settings(newest(Flow), "n2")["settings"]["coupon"] == own.id


def test_a_file_can_be_uploaded(owner, stranger, flow):
    file = (io.BytesIO(json.dumps(exported(owner, flow)).encode()), "flow.json")
    answer = stranger.post("/automations/import", data={"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 302


def test_a_file_that_is_pressed_in_twice_arrives_once(owner, stranger, flow):
    parcel = exported(owner, flow)
    taken(stranger, parcel)
    first, emails = newest(Flow).id, db.session.query(Email).count()
    taken(stranger, parcel)
    assert newest(Flow).id == first and db.session.query(Email).count() == emails


def test_there_and_back_it_is_the_same_drawing(owner, stranger, flow):
    first = exported(owner, flow)
    taken(stranger, first)
    again = exported(stranger, newest(Flow))
    assert again["graph"]["edges"] == first["graph"]["edges"]
    assert list(again["emails"].values()) == list(first["emails"].values())


def test_an_email_that_cannot_be_used_becomes_a_problem(owner, stranger, flow):
    parcel = exported(owner, flow)
    for each in parcel["emails"].values():
        each["content"]["en"]["blocks"] = [{"kind": "text", "text": "{% explode %}"}]
    answer = taken(stranger, parcel)
    assert "could not be used: Come back" in words(answer)
    assert settings(newest(Flow), "n3")["settings"]["email"] is None


GOOD = {
    "kind": "relance/automation",
    "format": 1,
    "name": "x",
    "graph": {"format": 1, "nodes": [], "edges": []},
}
BOMBS = {
    "nothing": "", "not json": "{", "a list": "[]", "another file": "{}", "deep": "[" * 9000, "NaN": '{"format": NaN}',
    "twice": '{"kind": 1, "kind": 2}', "a newer format": {**GOOD, "format": 2}, "no name": {**GOOD, "name": " "},
    "no graph": {**GOOD, "graph": None}, "a wrong graph": {**GOOD, "graph": {"format": 1, "nodes": 5}},
    "a wrong kind": {**GOOD, "graph": {"format": 1, "nodes": [{"id": "a", "kind": "wormhole"}], "edges": []}},
    "wrong emails": {**GOOD, "emails": [1]}, "a wrong id": {**GOOD, "emails": {"-1": {}}},
    "a wrong email": {**GOOD, "emails": {"1": {"name": "a", "content": {"en": {"blocks": [7]}}}}},
    "a wrong language": {**GOOD, "emails": {"1": {"name": "a", "content": {"../x": {}}}}},
    "a prototype": '{"__proto__": {}}', "a surrogate": '{"kind": "\\ud800"}', "too large": "x" * 600_000,
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_gets_a_sentence(stranger, bomb):
    before = db.session.scalar(db.select(db.func.count()).select_from(Flow))
    answer = taken(stranger, bomb)
    assert answer.status_code in (413, 422) and len(words(answer)) > 20
    assert db.session.scalar(db.select(db.func.count()).select_from(Flow)) == before


@pytest.mark.parametrize("coupons", [None, {"1": 5}, {"1": {"name": ["x"], "value": {}}}])
def test_coupons_of_any_shape_harm_nobody(stranger, coupons):
    assert taken(stranger, {**GOOD, "coupons": coupons}).status_code == 200


def test_another_shops_flow_is_not_exported(stranger, flow):
    assert stranger.get(f"/automations/{flow.id}/export").status_code == 404
