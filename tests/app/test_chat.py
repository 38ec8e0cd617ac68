"""A customer's messages: in the demo shop's own pages, and for other shops by their key or the customer's token."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app import clock, links, passwords, views
from app.extensions import db
from app.models import ApiKey, Chat, Code, Coupon, Customer, Message, Offer, Shop
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop, kept
from tests.app.shopping import fill, open_shop, post, text


def a_chat(shop, customer, words="Thank you!", **told):
    flow = a_flow(shop)
    message = a_message(a_run(flow, customer), channel="chat")
    return kept(
        Chat(
            shop_id=shop.id, customer_id=customer.id, message_id=message.id, text=words, sent_at=NOON, **told
        )
    )


@pytest.fixture
def asking(app):
    """A client with a shop's key, the shop, its customer with one message, and another shop's customer."""
    views.register(app)
    shop, other = a_shop(), a_shop("Other")
    ada, eve = a_customer(shop, "ada@example.com"), a_customer(other, "eve@example.com")
    a_chat(shop, ada), a_chat(other, eve, "For Eve alone")
    for each, key in ((shop, "rel_mine"), (other, "rel_other")):
        kept(ApiKey(shop_id=each.id, name="k", prefix="rel_", digest=passwords.digest(key), created_at=NOON))
    db.session.commit()
    return app.test_client()


def ask(client, key, query="?customer=ada@example.com"):
    return client.get(f"/api/v1/chat{query}", headers={"Authorization": f"Bearer {key}"})


def test_a_shop_asks_for_a_customers_messages_with_its_key(asking):
    answer = ask(asking, "rel_mine")
    assert answer.status_code == 200 and answer.json["unread"] == 1
    assert [each["text"] for each in answer.json["messages"]] == ["Thank you!"]


def test_a_token_opens_one_customers_messages_and_marks_them_read(asking):
    token = ask(asking, "rel_mine").json["token"]
    told = ask(asking, token, "").json
    assert [each["text"] for each in told["messages"]] == ["Thank you!"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = asking.post("/api/v1/chat/read", json={"up_to": told["messages"][-1]["id"]}, headers=headers)
    assert answer.json == {"read": 1} and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(asking, token, "").json["unread"] == 0
    assert db.session.scalar(db.select(Message.opened_at).where(Message.id == Chat.query.first().message_id))


def test_a_token_reads_no_other_shops_messages_whatever_the_query(asking):
    token = ask(asking, "rel_mine").json["token"]
    assert "For Eve alone" not in ask(asking, token, "?customer=eve@example.com").get_data(as_text=True)


@pytest.mark.parametrize("key", ["", "rel_wrong", "rel_other"])
def test_nobody_else_sees_them(asking, key):
    assert ask(asking, key).status_code in (401, 404)


def test_a_token_of_another_purpose_or_a_spoilt_one_is_refused(asking):
    shop, ada = Shop.query.first(), Customer.query.filter_by(email="ada@example.com").one()
    assert ask(asking, links.sign("unsubscribe", shop.id, target=str(ada.id)), "").status_code == 401
    good = links.sign("chat", shop.id, target=str(ada.id))
    assert ask(asking, good[:-2] + "AA", "").status_code == 401


@pytest.mark.parametrize("body", [{}, [1], {"up_to": "1"}, {"up_to": True}, {"up_to": -1}, {"up_to": 2**60}])
def test_what_was_read_must_be_a_number(asking, body):
    headers = {"Authorization": f"Bearer {ask(asking, 'rel_mine').json['token']}"}
    assert asking.post("/api/v1/chat/read", json=body, headers=headers).status_code == 422


@pytest.fixture
def front(app):
    """The demo shop, a shopper who gave their address there, and the same person as Relance knows them."""
    open_shop(app)
    shopper = app.test_client()
    fill(shopper)
    shop = Shop.query.filter_by(is_demo=True).one()
    louise = a_customer(shop, "louise@example.com")
    db.session.commit()
    return shopper, shop, louise


def test_the_demo_shop_shows_messages_and_forgets_the_count_once_read(front):
    shopper, shop, louise = front
    chat = a_chat(shop, louise, "Did <it> arrive?")
    db.session.commit()
    assert re.search(r"data-chat-count>1<", text(shopper.get("/demo-shop/")))
    page = text(shopper.get("/demo-shop/messages"))
    assert "Did &lt;it&gt; arrive?" in page
    post(shopper, "/messages/read", up_to=chat.id)
    assert "data-chat-count" not in text(shopper.get("/demo-shop/"))
    assert "<html" not in text(shopper.get("/demo-shop/messages?part=list"))


def test_a_stranger_sees_no_messages(front, app):
    _shopper, shop, louise = front
    a_chat(shop, louise, "Private")
    db.session.commit()
    assert "Private" not in text(app.test_client().get("/demo-shop/messages"))


@pytest.mark.rule("OFFER-03")
def test_an_offer_stands_on_every_page_until_its_code_is_over(front, app):
    shopper, shop, louise = front
    flow, now = a_flow(shop), clock.now(shop.id)
    message = a_message(a_run(flow, louise), channel="offer")
    coupon = kept(Coupon(shop_id=shop.id, name="Ten", kind="percent", value=10, created_at=NOON))
    code = kept(Code(shop_id=shop.id, coupon_id=coupon.id, code="MERCI", customer_id=louise.id, created_at=now,
                     ends_at=now + timedelta(days=2)))  # fmt: skip
    kept(Offer(shop_id=shop.id, customer_id=louise.id, message_id=message.id, flow_id=flow.id, epoch=flow.epoch,
               code_id=code.id, title="A thank-you", granted_at=now))  # fmt: skip
    db.session.commit()
    for path in ("/demo-shop/", "/demo-shop/cart", "/demo-shop/products/round-teapot"):
        page = text(shopper.get(path))
        assert "A thank-you" in page and "MERCI" in page
    assert "A thank-you" not in text(app.test_client().get("/demo-shop/"))
    post(shopper, "/offer/seen", follow=False)
    db.session.expire_all()
    assert Offer.query.one().seen_at
    Code.query.filter_by(code="MERCI").update({"ends_at": now})
    db.session.commit()
    assert "A thank-you" not in text(shopper.get("/demo-shop/"))
