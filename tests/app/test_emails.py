"""Designs: seen as customers see them, changed in words, checked before they are saved, tried on oneself."""

from __future__ import annotations

import copy
import html

import pytest

from app import views
from app.emails import courier
from app.emails.checking import check
from app.extensions import db
from app.models import Email
from graph import recipes
from tests.app.browsing import a_browser, words
from tests.app.letters import DESIGN, a_letter
from tests.app.rows import NOON, a_flow, a_shop, kept


@pytest.fixture
def desk(app):
    """A browser signed in to a shop, its design, and the application."""
    views.register(app)
    app.config["WTF_CSRF_ENABLED"] = False
    shop, _message, _cart = a_letter()
    email = db.session.query(Email).filter_by(shop_id=shop.id).one()
    return a_browser(app, shop), email, shop


def said(email, **changed) -> dict[str, str]:
    content = email.content["en"]
    form = {"en-subject": content["subject"], "en-preheader": content["preheader"]}
    form |= {
        f"en-block-{place}-text": block["text"]
        for place, block in enumerate(content["blocks"])
        if "text" in block
    }
    return form | {f"en-{name.replace('_', '-')}": value for name, value in changed.items()}


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


def test_words_are_changed_in_one_language_and_nothing_else(desk):
    browser, email, _shop = desk
    before = copy.deepcopy(email.content)
    answer = browser.post(
        f"/emails/{email.id}?language=en", data=said(email, subject="New\r\nsubject", block_4_text="Go")
    )
    assert answer.status_code == 302
    db.session.expire_all()
    assert email.revision == 2 and email.content["fr"] == before["fr"]
    assert email.content["en"]["subject"] == "New subject" and email.content["en"]["blocks"][4] == {
        "kind": "button",
        "text": "Go",
        "target": "cart",
    }
    assert email.content["en"]["blocks"][:4] == before["en"]["blocks"][:4]


@pytest.mark.parametrize(
    ("field", "wrong", "why"),
    [
        ("subject", "", "Give the e-mail a subject"),
        ("subject", "{{ customer.firstname }}", "did you mean “customer.first_name”?"),
        (
            "block_1_text",
            "fine\n\n{{ cart.totl }}",
            "Line 3: there is no field “cart.totl”, did you mean “cart.total”?",
        ),
        ("block_1_text", "{{ customer.first_name", "what stands between the braces is not complete"),
        ("block_1_text", "{{ cart.total | mony }}", "did you mean “money”?"),
        ("block_0_text", "{% include 'x' %}", "“include” is not something"),
        ("block_0_text", "{{ (1..100000) | join: ',' }}", "a range"),
        ("block_4_text", "{{ password }}", "there is no field “password”"),
    ],
)
def test_what_cannot_be_used_is_not_saved_and_nothing_typed_is_lost(desk, field, wrong, why):
    browser, email, _shop = desk
    answer = browser.post(f"/emails/{email.id}?language=en", data=said(email, **{field: wrong}))
    assert answer.status_code == 422 and why.lower() in words(answer).lower()
    assert html.escape(wrong, quote=False).replace("'", "&#39;") in answer.text
    db.session.expire_all()
    assert email.revision == 1


def test_the_second_of_two_editors_is_told(desk, monkeypatch):
    browser, email, _shop = desk
    monkeypatch.setattr(Email, "rewrite", classmethod(lambda *_args: False))
    answer = browser.post(f"/emails/{email.id}?language=en", data=said(email, subject="Mine"))
    assert (
        answer.status_code == 422 and "Somebody else saved" in words(answer) and 'value="Mine"' in answer.text
    )


def test_the_preview_runs_nothing(desk):
    browser, email, _shop = desk
    seen = browser.get(f"/emails/{email.id}/preview?language=en")
    policy = seen.headers["Content-Security-Policy"]
    assert policy.endswith("; sandbox") and "default-src 'none'" in policy and "Camille" in seen.text
    assert '" sandbox loading' in browser.get(f"/emails/{email.id}").text


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
        for language in design:
            seen = browser.get(f"/emails/recipe/{recipe}/{name}/preview?language={language}")
            assert seen.status_code == 200 and "Camille" in seen.text
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
    for method, address in (("GET", ""), ("POST", ""), ("GET", "/preview"), ("POST", "/test")):
        assert other.open(f"/emails/{email.id}{address}", method=method).status_code == 404


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"blocks": [{"kind": "video"}]}, "block-0"),
        ({"blocks": [{"kind": "button", "text": "x", "target": "javascript:alert(1)"}]}, "block-0-target"),
        ({"blocks": [{"kind": "divider"}] * 61}, ""),
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


def test_saving_is_one_conditional_update(each_database):
    shop = a_shop()
    email = kept(Email(shop_id=shop.id, name="x", content=DESIGN, updated_at=NOON))
    assert Email.rewrite(shop.id, email.id, 1, {"en": {}}, NOON) and not Email.rewrite(
        shop.id, email.id, 1, {}, NOON
    )
    assert not Email.rewrite(shop.id + 1, email.id, 2, {}, NOON)
