"""Designs: listed, begun, seen as customers see them, checked before they are live, tried on oneself."""

from __future__ import annotations

import pytest

from app import views
from app.emails import courier, starters
from app.emails.checking import check
from app.extensions import db
from app.models import Cart, Email, EmailRevision
from graph import recipes
from tests.app.browsing import a_browser, words
from tests.app.letters import DESIGN, a_letter
from tests.app.rows import NOON, a_customer, a_flow, a_shop, kept


@pytest.fixture
def desk(app):
    """A browser signed in to a shop, its design, and the application."""
    views.register(app)
    app.config["WTF_CSRF_ENABLED"] = False
    shop, _message, _cart = a_letter()
    email = db.session.query(Email).filter_by(shop_id=shop.id).one()
    return a_browser(app, shop), email, shop


def test_the_list_says_what_sends_each(desk):
    browser, email, shop = desk
    recipe = recipes.recipe("welcome")
    flow = a_flow(
        shop, name="Say hello", graph=recipe.build({}, dict.fromkeys(recipe.emails, email.id)).to_json()
    )
    db.session.commit()
    assert "Say hello" in words(browser.get("/emails")) and flow.name in words(
        browser.get(f"/emails/{email.id}")
    )


@pytest.mark.parametrize("starter", starters.all_starters(), ids=lambda starter: starter.name)
def test_each_design_to_start_from_is_whole_in_both_languages(desk, starter):
    browser, _email, shop = desk
    assert set(starter.content) == {"en", "fr"} and check(starter.content) == []
    for language in ("en", "fr"):
        seen = browser.get(f"/emails/starter/{starter.name}/preview?language={language}")
        assert f'<html lang="{language}"' in seen.text and len(seen.data) < 102_000
    made = browser.post("/emails/new", data={"starter": starter.name, "name": "Mine"})
    email = db.session.query(Email).filter_by(shop_id=shop.id, name="Mine").one()
    assert made.location.endswith(f"/emails/{email.id}") and email.content == starter.content


def test_two_presses_make_one_design(desk):
    browser, _email, _shop = desk
    twice = {"starter": "cart", "name": "Twice"}
    assert len({browser.post("/emails/new", data=twice).location for _press in range(2)}) == 1
    assert db.session.query(Email).filter_by(name="Twice").count() == 1


def test_a_new_design_needs_a_name(desk):
    browser, _email, shop = desk
    answer = browser.post("/emails/new", data={"starter": "cart", "name": ""})
    assert answer.status_code == 422 and "Give the e-mail a name" in words(answer)
    assert db.session.query(Email).filter_by(shop_id=shop.id).count() == 1
    assert browser.get("/emails/starter/nothing/preview").status_code == 404


def test_the_preview_runs_nothing(desk):
    browser, email, _shop = desk
    seen = browser.get(f"/emails/{email.id}/preview?language=en")
    policy = seen.headers["Content-Security-Policy"]
    assert policy.endswith("; sandbox") and "default-src 'none'" in policy and "Camille" in seen.text
    assert '" sandbox loading' in browser.get(f"/emails/{email.id}").text


def test_the_preview_is_light_or_dark_whatever_the_reader_has(desk):
    browser, email, _shop = desk
    seen = {
        scheme: browser.get(f"/emails/{email.id}/preview?scheme={scheme}").text
        for scheme in ("", "light", "dark")
    }
    assert "@media (prefers-color-scheme: dark)" in seen[""]
    assert "@media not all" in seen["light"] and "prefers-color-scheme" not in seen["light"].split("<body")[0]
    assert "@media all" in seen["dark"]


def test_the_preview_is_for_any_customer_of_the_shop_and_for_no_other(desk):
    browser, email, shop = desk
    mine = a_customer(shop, "zoe@example.com", first_name="Zoé")
    item = {"product": "z", "title": "A thing of Zoé’s", "price": 990, "quantity": 1}
    kept(
        Cart(shop_id=shop.id, token="zoe", customer_id=mine.id, items=[item], total=990, currency="EUR",
             created_at=NOON, updated_at=NOON)
    )  # fmt: skip
    a_customer(a_shop("Other"), "secret@example.com", first_name="Secret")
    db.session.commit()
    address = f"/emails/{email.id}/preview?language=en&customer="
    seen = browser.get(f"{address}zoe@example.com").text
    assert "Zoé" in seen and "A thing of Zoé’s" in seen and "€9.90" in seen
    assert "Secret" not in browser.get(f"{address}secret@example.com").text


def test_a_broken_design_is_a_sentence_in_the_frame(desk):
    browser, email, _shop = desk
    email.content = {"en": {"subject": "{{ x | nonsense }}", "blocks": []}}
    db.session.commit()
    assert "cannot be shown" in browser.get(f"/emails/{email.id}/preview").text


@pytest.mark.parametrize("recipe", recipes.NAMES)
def test_every_mail_of_the_gallery_can_be_seen_and_has_no_problem(desk, recipe):
    browser, _email, _shop = desk
    for name, design in recipes.recipe(recipe).emails.items():
        assert check(design) == []
        for language, content in design.items():
            seen = browser.get(f"/emails/recipe/{recipe}/{name}/preview?language={language}")
            assert seen.status_code == 200 and "{{" not in seen.text
            assert ("Camille" in seen.text) == ("customer.first_name" in str(content))
    assert browser.get(f"/emails/recipe/{recipe}/nothing/preview").status_code == 404


def test_a_test_goes_to_oneself_and_nobody_else(desk, monkeypatch):
    browser, email, _shop = desk
    sent = []
    monkeypatch.setattr(courier, "send", lambda *args: sent.append(args))
    answer = browser.post(
        f"/emails/{email.id}/test", data={"to": "victim@example.com", "email": "victim@example.com"}
    )
    assert answer.status_code == 302
    [(_server, _sender, recipient, raw)] = sent
    assert recipient.endswith("@example.com") and "victim" not in recipient and b"victim" not in raw
    assert b"Message-ID: <test." in raw


def test_a_test_that_cannot_leave_says_so(desk):
    browser, email, _shop = desk
    assert "could not be sent" in words(browser.post(f"/emails/{email.id}/test", follow_redirects=True))


def test_another_shops_design_is_not_there(app, desk):
    _browser, email, _shop = desk
    other = a_browser(app, a_shop("Other"))
    for method, address in (
        ("GET", ""), ("GET", "/preview"), ("GET", "/revisions"), ("POST", "/test"), ("POST", "/draft"),
        ("POST", "/save"), ("POST", "/revisions/1"),
    ):  # fmt: skip
        assert other.open(f"/emails/{email.id}{address}", method=method).status_code == 404


def cells(*told) -> dict:
    return {"blocks": [{"kind": "columns", "cells": list(told)}]}


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"blocks": [{"kind": "video"}]}, "block-0"),
        ({"blocks": [{"kind": "button", "text": "x", "target": "javascript:alert(1)"}]}, "block-0-target"),
        ({"blocks": [{"kind": "divider"}] * 61}, ""),
        (cells({"text": "{{ cart.totl }}"}), "block-0-text_0"),
        (cells({}, {"target": "nowhere"}), "block-0-target_1"),
        ({"blocks": [{"kind": "html", "html": "{% if x %}"}]}, "block-0-html"),
        ({"html": "<p>{{ cart.totl }}</p>"}, "html"),
        ({"html": "x" * 80_001}, "html"),
        (
            {
                "blocks": [
                    {
                        "kind": "text",
                        "text": "{% for i in cart.items %}{{ i.title | times: 'x' | nonsense }}{% endfor %}",
                    }
                ]
            },
            "block-0-text",
        ),
    ],
)
def test_a_design_that_no_mail_can_be_made_of_has_a_problem(app, content, field):
    with app.test_request_context():
        assert field in [problem.field for problem in check({"en": {"subject": "x", **content}})]


def test_an_unchanged_design_has_none(app):
    with app.test_request_context():
        assert check(DESIGN) == []
        assert [problem.field for problem in check({})] == [""]


def test_saving_is_one_conditional_update_and_keeps_what_was_said(each_database):
    shop = a_shop()
    email = kept(Email(shop_id=shop.id, name="x", content=DESIGN, updated_at=NOON))
    assert Email.rewrite(shop.id, email.id, 1, {"en": {"subject": "2"}}, NOON)
    assert not Email.rewrite(shop.id, email.id, 1, {}, NOON)
    assert not Email.rewrite(shop.id + 1, email.id, 2, {}, NOON)
    assert EmailRevision.content_of(shop.id, email.id, 1) == DESIGN
    assert EmailRevision.content_of(shop.id, email.id, 2) == {"en": {"subject": "2"}}
    assert EmailRevision.content_of(shop.id, email.id, 3) is None
    assert [each.number for each in EmailRevision.before(shop.id, email.id, 9)] == [1]
