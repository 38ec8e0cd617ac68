"""A customer's offer in the pages of a shop of one's own: fetched by key or token, and said to have been seen."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app import clock, links, passwords
from app.extensions import db, limiter
from app.models import ApiKey, Flow, Message, Offer
from tests.app.browsing import with_pages
from tests.app.offering import a_coupon, an_offer, granted
from tests.app.rows import NOON, a_customer, a_shop, kept

WHO = "?customer=ada@example.com"


def a_side(name, key, email):
    """A shop with its key, and one customer who holds an offer of ten percent."""
    shop = a_shop(name, channel="selling", locale="en")
    kept(ApiKey(shop_id=shop.id, name="k", prefix="rel_", digest=passwords.digest(key), created_at=NOON))
    customer, coupon, now = a_customer(shop, email, locale="fr"), a_coupon(shop), clock.now(shop.id)
    flow = an_offer(shop, coupon)
    return SimpleNamespace(shop=shop.id, customer=customer, key=key, flow=flow,
                           offer=granted(flow, coupon, customer, now, f"MERCI-{key[-4:].upper()}"))  # fmt: skip


@pytest.fixture
def ours(app):
    with_pages(app)
    return a_side("Papier", "rel_mine", "ada@example.com")


@pytest.fixture
def theirs(ours):
    return a_side("Other", "rel_other", "eve@example.com")


@pytest.fixture
def door(app, ours, theirs):
    db.session.commit()
    return app.test_client()


def ask(door, key, query=WHO):
    return door.get(f"/api/v1/offers{query}", headers={"Authorization": f"Bearer {key}"})


def say_seen(door, key, offer, query=""):
    return door.post(f"/api/v1/offers/{offer.id}/seen{query}", headers={"Authorization": f"Bearer {key}"})


@pytest.mark.rule("OFFER-03")
def test_a_shops_server_fetches_the_offer_that_a_customer_is_to_see(door, ours):
    answer = ask(door, "rel_mine")
    (told,) = answer.json["offers"]
    assert (told["id"], told["title"], told["code"]) == (ours.offer.id, "A tenth off", "MERCI-MINE")
    assert told["seen_at"] is None and answer.headers["Access-Control-Allow-Origin"] == "*"
    Flow.query.filter_by(id=ours.flow.id).update({"status": "off"})
    db.session.commit()
    assert ask(door, "rel_mine").json["offers"] == []


def test_its_terms_are_in_the_language_of_the_page_else_of_the_customer(door):
    french, english = ask(door, "rel_mine").json, ask(door, "rel_mine", WHO + "&language=en").json
    assert french["offers"][0]["terms"] == "10\xa0% de remise sur votre commande"
    assert english["offers"][0]["terms"] == "10% off your order"
    assert ask(door, "rel_mine", WHO + "&language=xx").json["offers"] == french["offers"]


@pytest.mark.parametrize(
    ("told", "said"), [("fr-FR", "10\xa0% de remise"), ("de_AT", "10% off"), ("xx", "10% off")]
)
def test_a_language_that_a_shop_told_in_any_way_is_understood(door, ours, told, said):
    ours.customer.locale = told
    db.session.commit()
    assert ask(door, "rel_mine").json["offers"][0]["terms"].startswith(said)


def test_the_customers_browser_says_once_that_it_was_seen_and_again_changes_nothing(door, ours):
    token = ask(door, "rel_mine").json["token"]
    first, again = say_seen(door, token, ours.offer), say_seen(door, token, ours.offer)
    assert (first.json, again.json) == ({"seen": True, "new": True}, {"seen": True, "new": False})
    db.session.expire_all()
    seen_at = db.session.get(Offer, ours.offer.id).seen_at
    assert seen_at and db.session.get(Message, ours.offer.message_id).opened_at == seen_at
    assert ask(door, token, "").json["offers"][0]["seen_at"] == seen_at.isoformat()


def test_another_shop_neither_sees_nor_marks_it_and_cannot_tell_it_from_none(door, ours, theirs):
    token = ask(door, "rel_other", "?customer=eve@example.com").json["token"]
    nobody = SimpleNamespace(id=999_999)
    for given, query in ((token, ""), ("rel_other", "?customer=eve@example.com")):
        stranger, none = say_seen(door, given, ours.offer, query), say_seen(door, given, nobody, query)
        assert (stranger.status_code, stranger.json) == (404, none.json)
    assert ask(door, "rel_other").status_code == 404
    assert "MERCI-MINE" not in ask(door, token, WHO).text
    db.session.expire_all()
    assert db.session.get(Offer, ours.offer.id).seen_at is None


def test_another_customer_of_the_shop_does_not_mark_it(door, ours):
    bea = a_customer(SimpleNamespace(id=ours.shop), "bea@example.com")
    db.session.commit()
    assert ask(door, "rel_mine", "?customer=bea@example.com").json["offers"] == []
    assert say_seen(door, links.sign("offer", ours.shop, target=str(bea.id)), ours.offer).status_code == 404


@pytest.mark.parametrize("key", ["", "rel_wrong", "chat"])
def test_without_a_key_or_a_token_of_this_sort_there_is_nothing(door, ours, key):
    given = links.sign("chat", ours.shop, target=str(ours.customer.id)) if key == "chat" else key
    assert ask(door, given).status_code == say_seen(door, given, ours.offer, WHO).status_code == 401


def test_a_token_is_good_for_a_day(door, ours):
    token = links.sign("offer", ours.shop, target=str(ours.customer.id), now=clock.real() - timedelta(days=3))
    assert ask(door, token, "").status_code == 401


def test_who_asks_too_often_is_told_so(door, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    answers = [ask(door, "rel_guessed").status_code for _ in range(601)]
    limiter.reset()
    assert set(answers[:600]) == {401} and answers[600] == 429


def test_the_description_tells_what_is_answered(door):
    said, offer = door.get("/api/openapi.json").json, ask(door, "rel_mine").json["offers"][0]
    shape = said["components"]["schemas"]["Offer"]
    assert set(shape["required"]) == set(shape["properties"]) == set(offer)
    for path, method in (("/api/v1/offers", "get"), ("/api/v1/offers/{id}/seen", "post")):
        told = said["paths"][path][method]
        assert {"200", "401", "404", "429"} <= set(told["responses"]) and told["security"] == [
            {"key": []},
            {"token": []},
        ]
