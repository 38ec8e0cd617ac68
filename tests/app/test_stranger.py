"""A stranger walks every door of the house: what is another shop's is not there, for any method, by any id.

Every address of the product is taken from the application itself, so a new page cannot be forgotten: one whose
kind of id is unknown here fails the test until it is told which row of the other shop to try.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from app import clock, passwords, views
from app.extensions import db
from app.models import (
    ApiKey,
    Call,
    Cart,
    Coupon,
    Email,
    InboxRow,
    Invitation,
    Login,
    Mail,
    Membership,
    Shop,
    StaffNotice,
    User,
)
from app.unit import unit
from tests.app.offering import an_offer
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop, a_step, an_order, kept

NOBODY = 999_999_999
ADDRESSES = {
    "recipe": "abandoned_cart",
    "name": "abandoned_cart",
    "table": "messages",
}  # ids that belong to no shop


@pytest.fixture
def house(app: Flask) -> Flask:
    views.register(app)
    return app


def somebody(shop: Shop, place: int) -> str:
    """Return the session token of a signed-in owner of this shop."""
    user = kept(User(email=f"owner{place}@example.com", password_hash="-", created_at=NOON))
    kept(Membership(user_id=user.id, shop_id=shop.id))
    token, now = passwords.token(), clock.real()
    kept(Login(digest=passwords.digest(token), user_id=user.id, shop_id=shop.id, created_at=now, seen_at=now))
    return token


def belongings(shop: Shop) -> dict[str, Any]:
    """Return the id of one row of each kind that this shop owns, by the name that addresses use."""
    customer, flow = (
        a_customer(shop, email=f"marker-{shop.id}@example.com"),
        a_flow(shop, name=f"Marker {shop.id}"),
    )
    run = a_run(flow, customer)
    a_step(run, 0, "n1")
    message = a_message(run)
    coupon = kept(
        Coupon(shop_id=shop.id, name=f"Marker {shop.id}", kind="percent", value=10, created_at=NOON)
    )
    email = kept(Email(shop_id=shop.id, name=f"Marker {shop.id}", content={}, updated_at=NOON))
    mail = kept(Mail(shop_id=shop.id, message_id=message.id, sender="a@example.com", recipient="b@example.com",
                     subject=f"Marker {shop.id}", raw=b"Subject: x\r\n\r\nx", received_at=NOON))  # fmt: skip
    key = kept(
        ApiKey(shop_id=shop.id, name=f"Marker {shop.id}", prefix="x", digest=str(shop.id), created_at=NOON)
    )
    cart = kept(
        Cart(
            shop_id=shop.id,
            token="c",
            customer_id=customer.id,
            total=1,
            currency="EUR",
            created_at=NOON,
            items=[{"product": "p", "title": f"Marker {shop.id}", "quantity": 1, "price": 1}],
            updated_at=NOON,
        )
    )
    member = kept(User(email=f"marker-{shop.id}@staff.example", password_hash="-", created_at=NOON))
    kept(Membership(user_id=member.id, shop_id=shop.id, role="staff", areas=["carts"]))
    invitation = kept(Invitation(shop_id=shop.id, email=f"marker-{shop.id}@new.example", role="manager", areas=[],
                                 invited_by=member.id, invited_at=NOON))  # fmt: skip
    notice = kept(StaffNotice(shop_id=shop.id, key="k", text=f"Marker {shop.id}", at=NOON))
    delivery = kept(InboxRow(shop_id=shop.id, source="api", delivery="d", body=b"{}", received_at=NOON))
    call = kept(Call(shop_id=shop.id, key="k", call_id="c", flow_id=flow.id, epoch=0, run_id=run.id, node="n3",
                     customer_id=customer.id, url=f"https://marker-{shop.id}@till.example", state="failed",
                     reason="call_gone", send_at=NOON, asked_at=NOON, ended_at=NOON))  # fmt: skip
    return {
        "shop_id": shop.id, "delivery_id": delivery.id, "channel": "email",
        "flow_id": flow.id, "run_id": run.id, "customer_id": customer.id, "message_id": message.id,
        "notice_id": notice.id, "number": 1, "visit": 1,
        "coupon_id": coupon.id, "email_id": email.id, "mail_id": mail.id, "key_id": key.id,
        "order_id": an_order(shop, customer).id, "cart_id": cart.id, "member_id": member.id,
        "invitation_id": invitation.id, "node": "n2", "node_id": "n2", "version_id": flow.version_id,
        "call_id": call.id, "offer": an_offer(shop, coupon, name=f"Marker {shop.id}").id,
    }  # fmt: skip


@pytest.fixture
def two_shops(house: Flask) -> tuple[FlaskClient, dict[str, Any], dict[str, Any]]:
    """A browser signed in to the first shop, what the first shop owns, and what the second one does."""
    token, mine, theirs = unit(lambda: _two_shops())
    visitor = house.test_client()
    with visitor.session_transaction() as session:
        session["login"] = token
    house.config["WTF_CSRF_ENABLED"] = False  # another test holds the token; here the wall behind it is tried
    return visitor, mine, theirs


def _two_shops() -> tuple[str, dict[str, Any], dict[str, Any]]:
    first, second = a_shop("First"), a_shop("Second")
    return somebody(first, 1), belongings(first), belongings(second)


OWNED = (
    "shop_id", "delivery_id",
    "flow_id", "run_id", "customer_id", "message_id", "coupon_id", "email_id", "mail_id", "key_id", "order_id",
    "notice_id", "cart_id", "member_id", "invitation_id", "call_id",
)  # fmt: skip
OPEN = {  # of no shop, or of the thing that the same address names
    "node", "node_id", "version_id", "filename", "token", "recipe", "name", "slug", "product", "part", "locale",
    "email", "key", "visit", "table", "number", "ending", "channel", "offer_id",
}  # fmt: skip
# A rehearsal has a mail only where the drawing sends one, an e-mail a revision once it was saved.
NOT_ALWAYS = {"trying.mail", "emails.revisions"}


def owned(house: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every address of the product that names something a shop owns, with each of its methods."""
    for rule in house.url_map.iter_rules():
        if set(rule.arguments) & set(OWNED) and not rule.rule.startswith(
            "/api/"
        ):  # keys open those, not sessions
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def address(house: Flask, rule: Rule, ids: dict[str, Any]) -> str:
    """Return where a rule leads for these ids; pages of offers want an automation that is one."""
    ids = ids | {"flow_id": ids["offer"]} if rule.rule.startswith("/offers/") else ids
    with house.test_request_context():
        return house.url_map.bind("localhost").build(rule.endpoint, {a: ids[a] for a in rule.arguments})


def fingerprint() -> dict[str, int]:
    """Return how many rows each table has, and the sum of what changes when something acts."""
    return {
        t.name: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in db.metadata.sorted_tables
    }


def plain(text: str) -> str:
    """Return a page without what differs at each answer."""
    return re.sub(r'(csrf_token" value=|X-CSRFToken": )"[^"]+"', "", text)


def test_every_address_says_whose_it_is(house: Flask) -> None:
    known = set(OWNED) | OPEN
    strange = {a: rule.rule for rule in house.url_map.iter_rules() for a in rule.arguments if a not in known}
    assert not strange, f"say in this test what these are: {strange}"


def test_what_another_shop_owns_is_not_there(house: Flask, two_shops: Any) -> None:
    visitor, _mine, theirs = two_shops
    nobody = theirs | dict.fromkeys((*OWNED, "offer"), NOBODY)
    before = fingerprint()
    for rule, method in owned(house):
        theirs_answer = visitor.open(address(house, rule, ADDRESSES | theirs), method=method)
        random_answer = visitor.open(address(house, rule, ADDRESSES | nobody), method=method)
        assert theirs_answer.status_code == 404, f"{method} {rule.rule} answered {theirs_answer.status_code}"
        assert plain(theirs_answer.text) == plain(random_answer.text), (
            f"{method} {rule.rule} tells the two apart"
        )
    assert fingerprint() == before


def test_what_is_mine_is_there(house: Flask, two_shops: Any) -> None:
    visitor, mine, _theirs = two_shops
    for rule, method in owned(house):
        if method == "GET" and rule.endpoint not in NOT_ALWAYS:
            answer = visitor.get(address(house, rule, ADDRESSES | mine))
            assert answer.status_code in (200, 204, 302), f"GET {rule.rule} answered {answer.status_code}"


def test_no_page_of_one_shop_shows_a_word_of_the_other(house: Flask, two_shops: Any) -> None:
    visitor, mine, _theirs = two_shops
    with house.app_context():
        other = db.session.scalar(select(func.max(Shop.id)))
    for rule in house.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not set(rule.arguments) - set(mine):
            text = visitor.get(address(house, rule, ADDRESSES | mine)).get_data()
            assert f"marker-{other}@".encode() not in text and f"Marker {other}".encode() not in text, (
                rule.rule
            )


def test_a_stranger_is_sent_to_the_door(house: Flask, two_shops: Any) -> None:
    _visitor, mine, _theirs = two_shops
    stranger, before = house.test_client(), fingerprint()
    for rule in house.url_map.iter_rules():
        view = house.view_functions[rule.endpoint]
        if (
            rule.endpoint == "static"
            or getattr(view, "is_public", False)
            or set(rule.arguments) - set(mine | ADDRESSES)
        ):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = stranger.open(address(house, rule, ADDRESSES | mine), method=method)
            assert answer.status_code == 302 and "/sign-in" in answer.location, f"{method} {rule.rule}"
    assert fingerprint() == before


def test_looking_changes_nothing(house: Flask, two_shops: Any) -> None:
    visitor, mine, _theirs = two_shops
    before = contents()
    for rule in house.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not set(rule.arguments) - set(mine):
            visitor.get(address(house, rule, ADDRESSES | mine))
            assert contents() == before, f"GET {rule.rule} changed the database"


def contents() -> dict[str, list[Any]]:
    """Return every row of every table; that a mail was read is the one thing that looking may note."""
    db.session.rollback()
    found = {
        t.name: sorted(map(repr, db.session.execute(select(t))))
        for t in db.metadata.sorted_tables
        if t.name != "mail"
    }
    db.session.rollback()
    return found
