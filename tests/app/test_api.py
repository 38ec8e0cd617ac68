"""The door for shops: what it takes, what it refuses and how it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app import clock, passwords, views
from app.extensions import db
from app.models import ApiKey, InboxRow, Shop
from app.pace import Pace
from app.shops.facts import Reading
from app.unit import unit
from app.views import api
from app.views.access import HEADERS
from app.views.openapi import EXAMPLE

KEY = "a key of the tests"
AUTH = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def door(app: Flask) -> FlaskClient:
    views.register(app)

    def shop_with_key() -> None:
        now = clock.now()
        db.session.add(Shop(id=1, name="Atelier", created_at=now))
        db.session.flush()
        key = ApiKey(shop_id=1, name="Shop", prefix=KEY[:6], digest=passwords.digest(KEY), created_at=now)
        db.session.add(key)

    unit(shop_with_key)
    return app.test_client()


def said(door: FlaskClient, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return door.post("/api/v1/events", data=raw, headers=AUTH | headers)


def rows() -> list[InboxRow]:
    return list(db.session.scalars(db.select(InboxRow)))


def test_an_event_is_stored_as_it_came(door: FlaskClient) -> None:
    raw = json.dumps(EXAMPLE)
    assert said(door, raw).status_code == 202
    assert [(r.shop_id, r.source, r.delivery, r.body, r.state) for r in rows()] == [
        (1, "api", EXAMPLE["id"], raw.encode(), "waiting")
    ]


def test_what_stands_behind_every_page_stands_behind_each_answer(door: FlaskClient) -> None:
    accepted, refused = said(door, EXAMPLE), said(door, "{")
    assert accepted.json == {"accepted": True, "id": EXAMPLE["id"], "new": True}
    assert accepted.mimetype == "application/json" and int(accepted.headers["Content-Length"]) == len(
        accepted.data
    )
    for answer in (accepted, refused):
        behind = [(name, answer.headers.getlist(name)) for name in (*HEADERS, "Cache-Control")]
        assert all(len(values) == 1 for _name, values in behind), behind


def test_who_is_known_is_answered_before_flask_begins_and_with_the_same_words(
    door: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = said(door, EXAMPLE | {"id": "a"})
    monkeypatch.setattr(door.application, "request_context", None)
    again = said(door, EXAMPLE | {"id": "b"})
    assert again.json == first.json | {"id": "b"} and again.status == first.status
    assert again.mimetype == first.mimetype
    assert all(
        again.headers.getlist(name) == first.headers.getlist(name) for name in (*HEADERS, "Cache-Control")
    )


def test_what_goes_wrong_is_told_as_ever_and_not_tried_once_more(
    door: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(door, EXAMPLE)
    tries: list[object] = []
    monkeypatch.setattr(InboxRow, "take_all", lambda *told: tries.append(told) or 1 / 0)
    refused = said(door, EXAMPLE | {"id": "b"})
    assert refused.status_code == 500 and refused.mimetype == "application/problem+json" and len(tries) == 1


def test_a_key_that_is_known_opens_nothing_under_a_foreign_name(door: FlaskClient) -> None:
    door.application.config["TRUSTED_HOSTS"] = ["localhost"]
    assert said(door, EXAMPLE).status_code == 202
    assert said(door, EXAMPLE | {"id": "b"}, Host="evil.example").status_code == 400
    assert len(rows()) == 1


def test_the_same_delivery_is_taken_once(door: FlaskClient) -> None:
    answers = [said(door, EXAMPLE) for _ in range(3)]
    assert [a.status_code for a in answers] == [202] * 3 and [a.json["new"] for a in answers] == [
        True,
        False,
        False,
    ]
    assert len(rows()) == 1


def test_the_header_names_the_delivery_before_the_body_does(door: FlaskClient) -> None:
    said(door, EXAMPLE, **{"Idempotency-Key": "one"})
    said(door, EXAMPLE, **{"Idempotency-Key": "two"})
    assert {r.delivery for r in rows()} == {"one", "two"}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x"])
def test_a_stranger_is_told_how_to_knock(door: FlaskClient, authorization: str) -> None:
    answer = door.post("/api/v1/events", data=json.dumps(EXAMPLE), headers={"Authorization": authorization})
    assert answer.status_code == 401 and answer.mimetype == "application/problem+json" and not rows()


def test_a_revoked_key_opens_nothing(door: FlaskClient) -> None:
    unit(lambda: db.session.execute(db.update(ApiKey).values(revoked_at=clock.now())))
    assert said(door, EXAMPLE).status_code == 401


def test_a_key_that_was_just_let_in_opens_nothing_once_it_is_revoked(door: FlaskClient) -> None:
    assert said(door, EXAMPLE).status_code == 202
    unit(lambda: db.session.execute(db.update(ApiKey).values(revoked_at=clock.now())))
    answers = [said(door, EXAMPLE | {"id": "another"}), said(door, "{"), said(door, EXAMPLE)]
    assert [answer.status_code for answer in answers] == [401] * 3 and len(rows()) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event": "cart.exploded"}, "event"),
        ({"customer": {"email": "nobody"}}, "customer.email"),
        ({"cart": EXAMPLE["cart"] | {"currency": "euro"}}, "cart.currency"),  # type: ignore[operator]
        (
            {"cart": EXAMPLE["cart"] | {"items": [{"product": "x", "title": "x", "price": -1}]}},
            "cart.items.0.price",
        ),  # type: ignore[operator]
        ({"at": "yesterday"}, "at"),
        ({"colour": "red"}, "colour"),
        ({"cart": EXAMPLE["cart"] | {"url": "javascript:alert(1)"}}, "cart.url"),  # type: ignore[operator]
    ],
)
def test_the_field_at_fault_is_named(door: FlaskClient, change: dict[str, Any], field: str) -> None:
    answer = said(door, EXAMPLE | change)
    assert answer.status_code == 422 and answer.json["field"] == field and field in answer.json["detail"]
    assert not rows()


def test_what_is_too_long_is_told_in_characters(door: FlaskClient) -> None:
    answer = said(door, {"event": "customer.saved", "customer": CUSTOMER | {"first_name": "a" * 121}})
    assert answer.json["field"] == "customer.first_name" and "at most 120 characters" in answer.json["detail"]


def test_an_event_must_bring_what_it_is_about(door: FlaskClient) -> None:
    answer = said(door, {"event": "order.placed"})
    assert answer.status_code == 422 and "order.placed needs order" in answer.json["detail"]


MANY_DIGITS = b'{"product":"p","title":"t","price":1' + b"0" * 5000 + b"}"


@pytest.mark.parametrize(
    "bomb",
    [
        b"\xff\xfe", b"{", b"[]", b"null", b'{"event": NaN}', b'{"a":1,"a":2}',
        b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"event":"cart.updated","cart":{"token":"t","currency":"EUR","items":[' + MANY_DIGITS + b"]}}",
        b'{"event":"customer.saved","customer":{"email":"a@example.com","first_name":"\\u0000"}}',
        b'{"event":"customer.saved","customer":{"email":"a@example.com","first_name":"\\ud800"}}',
    ],
)  # fmt: skip
def test_a_bomb_gets_a_sentence(door: FlaskClient, bomb: bytes) -> None:
    answer = said(door, bomb)
    assert (
        400 <= answer.status_code < 500
        and answer.mimetype == "application/problem+json"
        and answer.json["detail"]
    )
    assert not rows()


def test_a_body_that_is_too_large_is_not_read(door: FlaskClient) -> None:
    assert said(door, b" " * (1024 * 1024 + 1)).status_code == 413


def test_the_description_says_what_the_door_checks(door: FlaskClient) -> None:
    document = door.get("/api/openapi.json").json
    event = document["components"]["schemas"]["Event"]["properties"]
    assert document["openapi"].startswith("3.1") and set(event) >= set(EXAMPLE)
    asked = document["paths"]["/api/v1/events"]["post"]["requestBody"]["content"]["application/json"]
    assert [said(door, each["value"]).status_code for each in asked["examples"].values()] == [202] * 4


CUSTOMER = {"email": "ada@example.com"}
CART = {"token": "c1", "currency": "EUR", "items": [{"product": "p", "title": "t", "price": 100}]}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("at", {"at": "9999-12-31T23:59:59-14:00"}),
        ("at", {"at": "0001-01-01T00:00:00+14:00"}),
        ("at", {"at": -(10**11)}),
        ("customer.timezone", {"customer": CUSTOMER | {"timezone": "Nowhere/Bad"}}),
        ("customer.last_name", {"customer": CUSTOMER | {"last_name": "\u202eEvil"}}),
        ("customer.email", {"customer": {"email": "a@b@c.com"}}),
        ("customer.email", {"customer": {"email": "x@example.com>,<evil@evil.com"}}),
        ("customer.email", {"customer": {"email": "nodomain@x"}}),
        ("customer.email", {"customer": {"email": "a@b.com,c"}}),
        ("customer.email", {"customer": {"email": "üni@exämple.com"}}),  # its name cannot be written in ASCII
        ("cart.currency", {"cart": CART | {"currency": "QQQ"}}),
        ("cart.items", {"cart": CART | {"items": [CART["items"][0] | {"price": 10**12, "quantity": 2}]}}),  # type: ignore[operator,index]
    ],
)
def test_what_no_shop_can_mean_is_refused_with_its_field(
    door: FlaskClient, field: str, change: dict[str, Any]
) -> None:
    body = {"event": "checkout.started", "customer": CUSTOMER, "cart": CART} | change
    answer = said(door, body)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert "a@b@c.com" not in answer.text and rows() == []


def test_an_address_in_a_domain_of_another_script_is_mailed(door: FlaskClient) -> None:
    assert (
        said(door, {"event": "customer.saved", "customer": {"email": "zoe@exämple.com"}}).status_code == 202
    )


def test_one_idempotency_key_is_one_event(door: FlaskClient) -> None:
    saved = {"event": "customer.saved", "customer": CUSTOMER}
    first = said(door, saved, **{"Idempotency-Key": "k1"})
    again = said(door, json.dumps(saved, indent=2), **{"Idempotency-Key": "k1"})
    other = said(door, saved | {"event": "customer.subscribed"}, **{"Idempotency-Key": "k1"})
    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 422]
    assert "another body" in other.json["detail"] and len(rows()) == 1


@pytest.mark.parametrize("written", ["1990-02-29", "1988-02-29", "02-29", "--02-29"])
def test_of_a_birthday_day_and_month_are_kept_and_no_more(written: str) -> None:
    if written.startswith("1990"):
        with pytest.raises(ValueError, match="no day of a year"):
            Reading.model_validate({"event": "customer.saved", "customer": CUSTOMER | {"birthday": written}})
        return
    told = Reading.model_validate({"event": "customer.saved", "customer": CUSTOMER | {"birthday": written}})
    assert told.customer and told.customer.birthday == "02-29"


@pytest.mark.parametrize("name", ["", "Points Earned", "-x", "a" * 61])
def test_an_event_of_ones_own_has_a_plain_name(door: FlaskClient, name: str) -> None:
    assert said(door, {"event": "custom", "name": name, "customer": CUSTOMER}).status_code == 422
    assert said(door, {"event": "custom", "customer": CUSTOMER}).status_code == 422


def test_who_comes_too_fast_is_told_when_to_come_again(
    door: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PACE", Pace(2, 60.0))
    answers = [said(door, {"event": "customer.saved", "id": f"e{n}", "customer": CUSTOMER}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].mimetype == "application/problem+json" and len(rows()) == 2


def test_a_busy_database_asks_for_another_try(door: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_told: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(InboxRow, "take_all", busy)
    answer = said(door, {"event": "customer.saved", "customer": CUSTOMER})
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
