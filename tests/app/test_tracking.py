"""What a mail's reader touches: clicks lead where the shop's own rows say, machines are told apart from people."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app import clock, links, views
from app.emails import addresses, arrivals
from app.emails.rendering import render
from app.extensions import db
from app.models import Cart, Click, Email, Event, Message, Product, Visit
from app.unit import unit
from tests.app.letters import a_letter
from tests.app.rows import NOON, kept

LATER = NOON + timedelta(minutes=5)
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def reader(each_database, monkeypatch):
    views.register(each_database)
    monkeypatch.setattr(clock, "real", lambda: LATER)
    return each_database.test_client()


def token_of(message, target="cart", purpose="click"):
    return links.sign(purpose, message.shop_id, message.id, target)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def press(reader, message, target="cart", headers=PERSON, method="GET"):
    return reader.open(f"/c/{token_of(message, target)}", method=method, headers=headers)


def test_a_click_is_noted_and_leads_to_the_cart(reader):
    _shop, message, cart = a_letter()
    answer = press(reader, message)
    assert answer.status_code == 302 and answer.location.startswith(
        "https://papier.example/cart?id=7&utm_source=relance"
    )
    db.session.expire_all()
    assert db.session.scalar(select(Click.machine)) is False and count(Visit) == 1
    assert message.clicked_at == LATER and cart.pressed_at == LATER
    assert db.session.scalar(select(Event.name).where(Event.name == "message.clicked"))


def test_presses_within_half_an_hour_are_one_visit(reader, monkeypatch):
    _shop, message, _cart = a_letter()
    for minutes in (5, 10, 34, 36):
        monkeypatch.setattr(clock, "real", lambda minutes=minutes: NOON + timedelta(minutes=minutes))
        press(reader, message, "shop")
    assert count(Click) == 4 and count(Visit) == 2


MACHINES = (
    {"Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"User-Agent": "Mozilla/5.0"},
    {"User-Agent": ""},
    {"User-Agent": "Barracuda Sentinel (EE)"},
    {"User-Agent": "curl/8.1"},
    {"User-Agent": "Slackbot-LinkExpanding 1.0"},
)


@pytest.mark.parametrize("said", MACHINES, ids=str)
def test_a_machines_click_is_flagged_and_nothing_more(reader, said):
    _shop, message, cart = a_letter()
    assert press(reader, message, headers=PERSON | said).status_code == 302
    db.session.expire_all()
    assert db.session.scalar(select(Click.machine)) is True
    assert count(Visit) == 0 and message.clicked_at is None and cart.pressed_at is None


def test_nobody_reads_and_presses_within_two_seconds(reader):
    _shop, message, cart = a_letter(sent_at=LATER - timedelta(seconds=1))
    press(reader, message)
    assert (
        db.session.scalar(select(Click.machine)) is True and db.session.get(Cart, cart.id).pressed_at is None
    )


def test_asking_where_a_link_leads_is_no_click(reader):
    _shop, message, _cart = a_letter()
    assert press(reader, message, method="HEAD").status_code == 302
    assert count(Click) == 0


@pytest.mark.rule("AUTO-15")
def test_a_link_leads_where_its_mail_said_whatever_the_design_says_since(reader):
    shop, message, _cart = a_letter()
    message.email_revision = 1
    db.session.commit()
    story = addresses.framed(shop, message.id).link("https://papier.example/story?a=1#b")
    shop_id, email_id = shop.id, message.email_id
    now_it_says = {"en": {"subject": "S", "blocks": [{"kind": "text", "text": "Nothing to press."}]}}
    assert unit(lambda: Email.rewrite(shop_id, email_id, 1, now_it_says, LATER))
    answer = reader.get(f"/c/{story.rpartition('/c/')[2]}", headers=PERSON)
    assert answer.location.startswith("https://papier.example/story?a=1&utm_source=relance")


def test_a_link_in_a_block_of_html_is_counted_too(reader):
    shop, message, _cart = a_letter()
    block = {"kind": "html", "html": '<p><a href="https://papier.example/atelier">The atelier</a></p>'}
    db.session.get_one(Email, message.email_id).content = {"en": {"subject": "S", "blocks": [block]}}
    db.session.commit()
    mail = render({"en": {"subject": "S", "blocks": [block]}}, "en", {}, addresses.framed(shop, message.id))
    token = re.search(r"/c/([\w-]+)\">The atelier", mail.html)
    assert token and reader.get(f"/c/{token[1]}", headers=PERSON).location.startswith(
        "https://papier.example/atelier?utm"
    )
    assert count(Click) == 1


def test_the_demo_shops_cart_is_reached_by_a_signed_recovery_link(reader):
    _shop, message, cart = a_letter(is_demo=True, url="http://127.0.0.1:8000/demo-shop")
    leads = urlsplit(press(reader, message).location)
    claim = links.read("recovery", parse_qs(leads.query)["recover"][0])
    assert (
        leads.path == "/demo-shop/cart"
        and claim
        and (claim.shop_id, claim.target) == (message.shop_id, cart.token)
    )


def test_a_link_of_the_design_keeps_its_query_and_fragment(reader):
    shop, message, _cart = a_letter()
    target = (
        addresses.framed(shop, message.id).link("https://papier.example/story?a=1#b").rpartition("/c/")[2]
    )
    leads = urlsplit(reader.get(f"/c/{target}", headers=PERSON).location)
    assert (leads.path, leads.fragment) == ("/story", "b") and leads.query.startswith(
        "a=1&utm_source=relance"
    )
    assert parse_qs(leads.query)["utm_campaign"] == ["Left carts"] and parse_qs(leads.query)[
        "utm_content"
    ] == ["n3"]


NOWHERE = (
    "//evil.example",
    "javascript:alert(1)",
    "https:\\\\evil",
    "https://evil.example\r\nSet-Cookie: a=b",
    "data:text/html,x",
    "https://",
    "ftp://evil.example",
    "https://e vil",
)


@pytest.mark.parametrize("url", NOWHERE)
def test_a_link_never_leads_where_no_shop_should(reader, url):
    _shop, message, cart = a_letter()
    cart.url = url
    kept(Product(shop_id=message.shop_id, key="moon", title="x", price=1, url=url, updated_at=NOON))
    db.session.commit()
    for target in ("cart", "item:moon", url[:60], f"url:{url}"[:60], "nonsense", ""):
        location = press(reader, message, target).location
        assert location.startswith("https://papier.example?utm_source=relance"), target
        assert "evil" not in location and "\n" not in location


def test_a_token_of_one_shop_finds_nothing_of_another(reader):
    _shop, message, _cart = a_letter()
    other, _message, _cart = a_letter(name="Other", url="https://other.example")
    before = count(Click)
    answer = reader.get(f"/c/{links.sign('click', other.id, message.id, 'cart')}", headers=PERSON)
    assert answer.location == "https://other.example" and count(Click) == before
    assert reader.get(f"/u/{links.sign('unsubscribe', other.id, message.id)}").status_code == 404


@pytest.mark.parametrize("purpose", ["open", "recovery", "unsubscribe", "test"])
def test_a_token_of_another_purpose_is_no_click(reader, purpose):
    _shop, message, _cart = a_letter()
    answer = reader.get(f"/c/{token_of(message, 'cart', purpose)}", headers=PERSON)
    assert answer.status_code == 404 and count(Click) == 0


def test_the_first_opening_counts_once(reader):
    _shop, message, _cart = a_letter()
    for _time in range(2):
        answer = reader.get(f"/o/{token_of(message, '', 'open')}.gif", headers=PERSON)
        assert answer.status_code == 200 and answer.mimetype == "image/gif" and answer.data[:6] == b"GIF89a"
    db.session.expire_all()
    assert message.opened_at == LATER
    assert db.session.scalar(select(func.count()).where(Event.name == "message.opened")) == 1


def test_a_machine_that_fetches_pictures_has_opened_nothing(reader):
    _shop, message, _cart = a_letter()
    url = f"/o/{token_of(message, '', 'open')}.gif"
    assert reader.get(url, headers={"User-Agent": "Mozilla/5.0"}).status_code == 200
    assert db.session.get(Message, message.id).opened_at is None


def test_the_pixel_comes_even_when_the_database_does_not(reader, monkeypatch):
    _shop, message, _cart = a_letter()
    url = f"/o/{token_of(message, '', 'open')}.gif"

    def broken(*_args, **_named):
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr("app.views.tracking.unit", broken)
    assert reader.get(url, headers=PERSON).status_code == 200
    assert press(reader, message).status_code == 302


@pytest.mark.parametrize("token", ["x", "A" * 80, "é", "..%2f..", "A" * 5000])
def test_nonsense_is_a_calm_page_or_a_pixel(reader, token):
    assert reader.get(f"/c/{token}").status_code == 404
    assert reader.get(f"/u/{token}").status_code == 404
    assert reader.post(f"/u/{token}").status_code == 404
    assert reader.get(f"/o/{token}.gif").status_code in (200, 404)


def test_what_no_database_keeps_is_turned_away_at_the_door(reader):
    assert [reader.get(f"/{page}/%00").status_code for page in ("c", "u", "p")] == [400, 400, 400]


def test_a_product_link_leads_to_what_was_looked_at(reader):
    _shop, message, _cart = a_letter()
    event = db.session.scalar(select(Event).where(Event.name == "cart.abandoned"))
    kept(
        Product(
            shop_id=message.shop_id,
            key="moon",
            title="x",
            price=1,
            url="https://papier.example/moon",
            updated_at=NOON,
        )
    )
    for told in ({"product": "moon"}, {"products": ["moon", "sun"]}):
        event.data = told
        db.session.commit()
        assert press(reader, message, "product").location.startswith("https://papier.example/moon?utm_")


def test_a_person_behind_a_link_that_a_scanner_pressed_first_is_still_seen(reader):
    _shop, message, cart = a_letter(sent_at=LATER - timedelta(seconds=1))
    press(reader, message)
    arrivals.arrived(message.shop_id, message.id, cart.token, LATER)
    arrivals.arrived(message.shop_id, message.id, cart.token, LATER)
    db.session.commit()
    db.session.expire_all()
    assert count(Visit) == 1 and cart.pressed_at == LATER and message.clicked_at == LATER
