"""Connecting a shop: its keys, what to pass on, and whether anything has come in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app import clock, passwords
from app.extensions import db
from app.models import ApiKey, InboxRow
from app.shops.facts import Order, Reading
from app.views import openapi_reader
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NOON, a_flow, a_shop, kept


def fresh(model, id):
    db.session.expire_all()
    return db.session.get(model, id)


def something_comes_in(shop, body=b'{"event": "cart.updated"}', at=NOON):
    InboxRow.take(shop.id, "api", str(at), body, at)
    db.session.commit()


def test_a_key_is_shown_once_opens_the_shop_and_can_be_revoked(owner, shop):
    page = owner.post("/settings/keys", data={"name": "Our web shop"}).get_data(as_text=True)
    key = re.search(r">(rel_[\w-]+)<", page)[1]
    assert ApiKey.shop_of(passwords.digest(key)).id == shop.id
    assert key not in owner.get("/settings/keys").get_data(as_text=True)
    owner.post(f"/settings/keys/{db.session.scalars(db.select(ApiKey)).one().id}/revoke")
    db.session.expire_all()
    assert ApiKey.shop_of(passwords.digest(key)) is None


def test_a_strangers_key_cannot_be_revoked(owner):
    theirs = kept(
        ApiKey(shop_id=a_shop("Other").id, name="x", prefix="rel_", digest="d" * 64, created_at=NOON)
    )
    db.session.commit()
    assert owner.post(f"/settings/keys/{theirs.id}/revoke").status_code == 404
    assert fresh(ApiKey, theirs.id).revoked_at is None


def test_every_button_that_opens_a_question_names_one_that_is_there(owner):
    page = owner.post("/settings/keys", data={"name": "Our web shop"}).get_data(as_text=True)
    asked = re.findall(r'commandfor="(revoke-\d+)"', page)
    assert asked and all(f'<dialog class="dialog" id="{name}"' in page for name in asked)


def test_the_text_to_pass_on_names_both_addresses_and_no_key(owner):
    page = owner.post("/settings/keys", data={"name": "Our web shop"}).get_data(as_text=True)
    letter = re.search(r'<textarea[^>]*id="letter"[^>]*>(.*?)</textarea>', page, re.S)[1]
    assert "/api/v1/events" in letter and "/developers" in letter and "rel_" not in letter
    for id in re.findall(r'data-copies="(\w+)"', page):
        assert f'id="{id}"' in page


def test_the_secret_is_shown_only_when_asked_for(owner):
    assert "whsec_" not in owner.get("/settings/keys").get_data(as_text=True)
    assert "whsec_" in owner.post("/settings/keys/secret").get_data(as_text=True)


def test_it_says_whether_anything_arrived_and_what_came_last(owner, shop):
    assert "Nothing yet" in words(owner.get("/settings/keys"))
    something_comes_in(shop)
    something_comes_in(shop, b'{"event": "order.paid"}', NOON + timedelta(hours=1))
    said = words(owner.get("/settings/keys/arrived"))
    assert "It works" in said and "order.paid" in said and "Nov 21" in said


def test_what_came_in_for_another_shop_is_not_ours(owner):
    something_comes_in(a_shop("Other"))
    assert "Nothing yet" in words(owner.get("/settings/keys/arrived"))


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"topic": "orders/create"}', b"\xff"])
def test_a_delivery_of_another_shape_is_told_by_its_source(owner, shop, body):
    something_comes_in(shop, body)
    assert "Last: api" in words(owner.get("/settings/keys/arrived"))


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_developers_read_every_field_without_signing_in(app, shop, locale):
    page = words(app.test_client().get("/developers", headers={"Accept-Language": locale}))
    assert "curl -X POST" in page
    for name in [*Reading.model_fields, *Order.model_fields]:
        assert f" {name} " in page
    for method, path, _said in openapi_reader.DOORS:
        assert f"{method.upper()} {path} " in page
    assert a_browser(app, shop, locale).get("/settings/keys").status_code == 200


def test_home_and_the_automation_say_what_is_not_connected_until_it_is(owner, shop):
    flow = a_flow(shop)
    db.session.commit()
    for path in ("/home", f"/automations/{flow.id}"):
        said = words(owner.get(path))
        assert "nothing has come in from it yet" in said and "stay in the built-in mailbox" in said
    something_comes_in(shop, at=clock.real())
    for path in ("/home", f"/automations/{flow.id}"):
        assert "nothing has come in from it yet" not in words(owner.get(path))


def test_the_question_before_turning_on_says_it_too(owner, shop):
    flow = a_flow(shop, status="off")
    db.session.commit()
    page = owner.get(f"/automations/{flow.id}").get_data(as_text=True)
    question = page[page.index('<dialog class="dialog" id="on"') :]
    assert "/settings/keys" in question[: question.index("</dialog>")]


def test_the_demo_is_connected_to_itself(app):
    with_pages(app)
    said = words(a_browser(app, a_shop(is_demo=True)).get("/home"))
    assert "nothing has come in from it yet" not in said and "Connect a mail server" not in said
