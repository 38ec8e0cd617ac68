"""Every design that the house brings makes a sound mail, for everybody and in both languages; the check can fail."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app.emails import mime, samples, takeover
from app.emails.cleaning import kept
from app.emails.frame import Frame
from app.emails.mime import Mailbox
from app.emails.rendering import render
from app.emails.starters import all_starters
from graph.recipes import all_recipes
from tests.app.rows import NOON, a_shop
from tests.mails import faults, html_faults

BASE = "https://relance.example"
FRAME = Frame(
    shop_name="Papier & Co", base_url=BASE, shop_url="https://papier.example", business_name="Papier SARL",
    postal_address="1 rue du Lac\n74000 Annecy", contact_email="bonjour@papier.example",
    contact_phone="+33 4 50 00 00 00",
    unsubscribe_url=f"{BASE}/u/{'A' * 90}", preferences_url=f"{BASE}/p/{'A' * 90}", open_url=f"{BASE}/o/{'A' * 90}.gif",
    logo="/images/a.png", social=(("instagram", "https://instagram.example/papier"),),
    link=lambda target: f"{BASE}/c/{'A' * 90}{len(target)}",
)  # fmt: skip
DESIGNS = {starter.name: starter.content for starter in all_starters()} | {
    f"{recipe.name} {name}": design for recipe in all_recipes() for name, design in recipe.emails.items()
}
HEADERS = {"Feedback-ID": "1:1:customer:relance"}


def readers() -> list[dict]:
    """Return somebody of whom everything is known, somebody unknown and somebody hostile, each with goods to see."""
    goods = [
        {
            "product": "a",
            "title": "Thé <vert> & “co”",
            "price": 990,
            "image": "/a.jpg",
            "description": "x" * 300,
        }
    ] * 9
    offered = {"recommended": {"items": goods}, "product": goods[0], "cart": {"items": goods, "total": 8910}}
    return [
        {**known, **offered, "order": {"number": "1", **offered["cart"]}} for known in samples.customers()
    ]


def composed(design, locale, data, frame=FRAME) -> bytes:
    mail = render(design, locale, data, frame)
    told = {"unsubscribe_url": frame.unsubscribe_url, "reply_to": "hi@papier.example", "headers": HEADERS}
    name = str((data.get("customer") or {}).get("first_name") or "")
    sender, reader = Mailbox("hi@papier.example", "Papier & Cö"), Mailbox("ada@example.com", name)
    return mime.compose(mail, sender, reader, "id@relance", NOON, **told)


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_each_design_of_the_house_makes_a_sound_mail_for_everybody(app, design, locale):
    for data in readers():
        raw = composed(design, locale, data)
        assert faults(raw) == []
        assert raw.count(b"/u/AAA") == 3  # the header, the text and the HTML
        assert raw.count(b"/p/AAA") == 2


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("starter", all_starters(), ids=lambda each: each.name)
def test_so_does_each_one_that_somebody_took_over_as_html(app, starter, locale):
    with app.test_request_context():
        html = kept(takeover.as_html(starter.content[locale], locale, a_shop()))
        for data in readers():
            assert faults(composed({locale: {**starter.content[locale], **html}}, locale, data)) == []


@pytest.mark.rule("CART-06")
@pytest.mark.rule("REMIND-08")
def test_the_footer_says_who_writes_and_how_to_reach_them(app):
    mail = render(DESIGNS["cart"], "fr", readers()[0], FRAME)
    for said in (
        "Papier SARL",
        "1 rue du Lac",
        "74000 Annecy",
        "bonjour@papier.example",
        "+33 4 50 00 00 00",
    ):
        assert said in mail.text and said in mail.html
    bare = render(DESIGNS["cart"], "fr", readers()[0], replace(FRAME, preferences_url="", unsubscribe_url=""))
    assert "/p/" not in bare.html and "/u/" not in bare.text


CARTED = {"items": [{"product": "a", "title": "Teapot", "quantity": 2, "price": 4200, "image": "/a.jpg",
                     "description": "Round, glazed in blue"}], "total": 8400, "currency": "EUR"}  # fmt: skip
LEFT = {"customer": {"first_name": "Ada"}, "cart": CARTED, "shop": {"name": "Papier & Co"}}


@pytest.mark.rule("CART-05")
@pytest.mark.rule("CART-06")
@pytest.mark.rule("REMIND-06")
@pytest.mark.parametrize(
    ("name", "locale", "subject"),
    [("abandoned_cart", "en", "cart is waiting"), ("abandoned_cart", "fr", "panier vous attend"),
     ("abandoned_checkout", "en", "left something"), ("abandoned_checkout", "fr", "oublié quelque chose")],
)  # fmt: skip
def test_the_preset_mail_says_what_was_left_and_leads_back_to_it(app, name, locale, subject):
    design = next(iter(next(each for each in all_recipes() if each.name == name).emails.values()))
    led = replace(FRAME, logo="", link=lambda target: f"{BASE}/c/{target}")
    mail = render(design, locale, LEFT, led)
    assert subject in mail.subject
    assert f'<a href="{BASE}/c/shop"' in mail.html  # the shop's name leads to the shop
    assert 'src="https://relance.example/a.jpg"' in mail.html and "Teapot" in mail.html
    assert re.search("€84.00|84,00\xa0€", mail.html)
    button = re.search(rf'<a href="{BASE}/c/cart"[^>]*background[^>]*>\s*([^<]+)<', mail.html)
    assert button and button[1].strip() and f"{BASE}/c/cart" in mail.text
    assert "1 rue du Lac" in mail.html


@pytest.mark.rule("REMIND-07")
@pytest.mark.rule("C14")
def test_each_product_shows_its_picture_how_many_and_what_it_is(app):
    parts = {"photo": True, "name": True, "price": True, "quantity": True, "description": True}
    for left_out in (None, *parts):
        block = {"kind": "items", "source": "cart", **parts} | ({left_out: False} if left_out else {})
        mail = render({"en": {"subject": "S", "blocks": [block]}}, "en", LEFT, FRAME)
        seen = {
            "photo": "/a.jpg",
            "name": "Teapot",
            "price": "€84.00",
            "quantity": "Quantity: 2",
            "description": "glazed",
        }
        assert {part for part, words in seen.items() if words in mail.html} == set(parts) - {left_out}


BREACHES = {
    "a missing header": (rb"Auto-Submitted: auto-generated\r\n", b""),
    "a second recipient": (rb"To: ", b"To: all@example.com, "),
    "a folded way out": (rb"List-Unsubscribe: <", b"List-Unsubscribe:\r\n <"),
    "half of the way out": (rb"List-Unsubscribe-Post: [^\r]*\r\n", b""),
    "a long line": (rb"\r\n\r\n--", b"\r\n\r\n" + b"x" * 1000 + b"\r\n--"),
    "bare line ends": (rb"\r\n", b"\n"),
    "one part": (rb"text/plain", b"text/html"),
    "no subject": (rb"Subject: [^\r]*", b"Subject: "),
}


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_the_check_of_a_mail_sees(app, breach):
    raw = composed(DESIGNS["letter"], "en", readers()[0])
    spoiled = re.sub(breach[0], breach[1], raw, count=0 if breach[1] == b"\n" else 1)
    assert spoiled != raw and faults(spoiled)


@pytest.mark.parametrize(
    "spoiled",
    ["<script></script>", "<p>", "</div>", "<img src='https://x.example/a'>", "<a href='javascript:x'>x</a>",
     "<p onclick='x'></p>", "<a href='#'>x</a>", "x" * 70_000],
)  # fmt: skip
def test_the_check_of_html_sees(app, spoiled):
    html = render(DESIGNS["letter"], "en", readers()[0], FRAME).html
    assert html_faults(html) == [] and html_faults(html.replace("</body>", f"{spoiled}</body>"))
