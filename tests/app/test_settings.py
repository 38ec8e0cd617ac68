"""The pages of settings: the shop, the account."""

from __future__ import annotations

import pytest

from app import passwords
from app.extensions import db
from app.models import Shop, User
from tests.app.browsing import PASSWORD, a_browser, with_pages, words
from tests.app.rows import NAMELESS, a_shop

SHOP = {"name": "Papier", "locale": "fr", "timezone": "Europe/Paris", "currency": "EUR",
        "sender_email": "Bonjour@Papier.fr"}  # fmt: skip


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(**NAMELESS)


def fresh(model, id):
    db.session.expire_all()
    return db.session.get(model, id)


def test_the_shop_keeps_what_is_typed(owner, shop):
    assert owner.post("/settings", data=SHOP).status_code == 302
    kept_shop = fresh(Shop, shop.id)
    assert (kept_shop.name, kept_shop.locale, kept_shop.sender_email) == ("Papier", "fr", "bonjour@papier.fr")


@pytest.mark.parametrize(("field", "typed", "sentence"), [
    ("sender_email", "papier", "This does not look like an e-mail address"),
    ("name", "", "Write the name of your shop"),
    ("url", "papier.fr", "Write the whole address"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_lost(owner, shop, field, typed, sentence):
    answer = owner.post("/settings", data=SHOP | {"business_name": "Papier SARL", field: typed})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="Papier SARL"' in answer.get_data(as_text=True)
    assert fresh(Shop, shop.id).name == "Papier & Co"


@pytest.mark.rule("AUTO-03")
def test_the_shop_says_what_a_lawful_e_mail_lacks(owner):
    assert "No e-mail may leave before" in words(owner.get("/settings"))
    owner.post("/settings", data=SHOP | {"business_name": "Papier", "postal_address": "1 rue du Bac, Paris"})
    assert "No e-mail may leave before" not in words(owner.get("/settings"))


def test_language_and_looks_change_at_once_and_lead_back(owner):
    answer = owner.post("/settings/prefer", data={"locale": "fr", "next": "/coupons"})
    assert answer.location == "/coupons"
    owner.post("/settings/prefer", data={"theme": "dark"})
    page = owner.get("/settings").get_data(as_text=True)
    assert 'lang="fr"' in page and 'data-theme="dark"' in page


def test_a_preference_leads_nowhere_else(owner):
    assert owner.post("/settings/prefer", data={"locale": "fr", "next": "//evil.example"}).location == "/home"


def test_a_password_changes_only_with_the_one_of_today_and_ends_other_sessions(app, shop):
    here = a_browser(app, shop)
    new = {"current": PASSWORD, "chosen": "an even longer sentence"}
    refused = here.post("/settings/password", data=new | {"current": "a guess of mine"})
    assert refused.status_code == 422 and "This is not your password" in words(refused)
    assert here.post("/settings/password", data=new).status_code == 302
    db.session.expire_all()
    assert passwords.matches(
        "an even longer sentence", db.session.scalars(db.select(User)).one().password_hash
    )
    assert here.get("/settings/account").status_code == 200


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("path", ["/settings", "/settings/account", "/settings/about"])
def test_every_page_is_there_in_both_languages(app, shop, locale, path):
    assert a_browser(app, shop, locale).get(path).status_code == 200
