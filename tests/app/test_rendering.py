"""A design becomes a mail that every program shows and every server takes."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest

from app.emails import mime, rendering
from app.emails.frame import Frame
from app.emails.mime import Mailbox, compose
from app.emails.rendering import render
from app.emails.wording import BadWording
from graph import recipes
from tests.app.letters import CONTEXT, DESIGN, ITEMS
from tests.app.rows import NOON

FRAME = Frame(
    shop_name="Papier & Lune",
    base_url="https://relance.example",
    color="#B4532A",
    shop_url="https://papier.example",
    business_name="Papier Lune SARL",
    postal_address="12 rue des Martyrs\n75009 Paris",
    contact_email="hello@papier.example",
    contact_phone="+33 1",
    unsubscribe_url="https://relance.example/u/token",
    open_url="https://relance.example/o/token.gif",
    link=lambda target: f"https://relance.example/c/{target}?a=1&b=2",
)
ME, YOU = Mailbox("hello@papier.example", "Papier & Lune"), Mailbox("camille@example.com", "Camille Martin")


class Document(HTMLParser):
    """What stands in an HTML document: its tags, links, pictures and words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.links, self.pictures, self.words = [], [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.tags.append(tag)
        self.links += [told["href"]] if tag == "a" else []
        self.pictures += [told["src"]] if tag == "img" else []

    def handle_data(self, data):
        self.words += data


def with_name(name: str) -> dict:
    return {**CONTEXT, "customer": {"first_name": name, "last_name": name, "email": "c@example.com"}}


def test_a_mail_says_what_the_design_says(app):
    mail = render(DESIGN, "en", CONTEXT, FRAME)
    page = Document(mail.html)
    assert mail.subject == "Your cart waits, Camille" and mail.preheader == "It is worth €36.00"
    for said in (
        "Hello Camille",
        "Carnet Lever de lune",
        "Quantity: 2",
        "€36.00",
        "MERCI-7K2M",
        "Back to my cart",
    ):
        assert said in page.words and said in mail.text
    assert (
        "https://relance.example/c/cart?a=1&b=2" in page.links
        and "https://relance.example/c/cart?a=1&b=2" in mail.text
    )
    assert "https://relance.example/c/https://papier.example/story?a=1#b?a=1&b=2" in page.links


def test_each_mail_speaks_its_own_language_whichever_came_before(app):
    for language, said in [("en", "Quantity: 2"), ("fr", "Quantité : 2"), ("en", "Quantity: 2")]:
        mail = render(DESIGN, language, CONTEXT, FRAME)
        assert said in mail.text.replace("\xa0", " ") and said in mail.html.replace("\xa0", " ")


def test_a_mail_says_who_writes_and_how_to_make_it_stop(app):
    for mail in (render(DESIGN, "en", CONTEXT, FRAME), render(DESIGN, "fr", CONTEXT, FRAME)):
        for part in (Document(mail.html).words, mail.text):
            for said in (
                "Papier Lune SARL",
                "12 rue des Martyrs",
                "75009 Paris",
                "hello@papier.example",
                "Papier & Lune",
            ):
                assert said in part
        assert "https://relance.example/u/token" in Document(mail.html).links and "/u/token" in mail.text


def test_pictures_are_absolute_and_never_svg(app):
    bad = ("/static/b.svg", "javascript:alert(1)", "http://[")
    items = [*({**ITEMS[0], "image": image} for image in bad), ITEMS[0]]
    page = Document(
        render(DESIGN, "en", {**CONTEXT, "cart": {**CONTEXT["cart"], "items": items}}, FRAME).html
    )
    assert page.pictures == ["https://relance.example/static/a.jpg", "https://relance.example/o/token.gif"]


@pytest.mark.parametrize(
    ("wanted", "shop", "written"),
    [
        ("fr", "en", "fr"),
        ("fr-CA", "en", "fr"),
        ("en_GB", "fr", "en"),
        ("de", "fr", "fr"),
        ("", "fr", "fr"),
        ("de", "it", "en"),
    ],
)
def test_the_language_is_the_customers_then_the_shops_then_the_first(wanted, shop, written):
    assert rendering.language_of(DESIGN, wanted, shop) == written


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</td></table><a href='//evil'>",
        "[press](https://evil.example)",
        "**x**",
        "{{ 7 | times: 7 }}",
        "</mj-text><mj-raw>",
        "&lt;b&gt;",
        "\ue000shop\ue001",
        "\x00x\x0b",
    ],
)
def test_what_a_customer_is_called_stays_words(app, name):
    plain, hostile = (
        Document(render(DESIGN, "en", CONTEXT, FRAME).html),
        render(DESIGN, "en", with_name(name), FRAME),
    )
    page = Document(hostile.html)
    assert page.tags == plain.tags and page.links == plain.links and page.pictures == plain.pictures
    assert re.sub("[\ue000\ue001\x00\x0b]", "", name) in page.words


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: all@example.com", "x\nSubject: y", "x\u2028y", "x\x0b\x0cy", "x\r\n\r\n<html>"]
)
def test_a_name_cannot_end_a_header(app, name):
    mail = render(DESIGN, "en", with_name(name), FRAME)
    sent = message_from_bytes(
        compose(mail, ME, Mailbox("c@example.com", name), "id@relance", NOON), policy=default
    )
    assert len(mail.subject.splitlines()) == 1
    assert "Bcc" not in sent and sent.get_all("Subject") == [mail.subject] and len(sent.get_all("To")) == 1


def test_both_parts_are_read_back_as_they_were_written(app):
    mail = render(DESIGN, "fr", with_name("Zoë 日本"), FRAME)
    raw = compose(
        mail,
        ME,
        YOU,
        "id@relance",
        NOON,
        unsubscribe_url=FRAME.unsubscribe_url,
        reply_to="hello@papier.example",
    )
    sent = message_from_bytes(raw, policy=default)
    text, html = sent.iter_parts()
    assert sent.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert [part.get_content().splitlines() for part in (text, html)] == [
        mail.text.splitlines(),
        mail.html.splitlines(),
    ]
    assert str(sent["Subject"]) == mail.subject and sent["Content-Language"] == "fr"


def test_a_mail_carries_the_headers_that_providers_ask_for(app):
    url = "https://relance.example/u/" + "A" * 120
    mail = render(DESIGN, "en", CONTEXT, replace(FRAME, unsubscribe_url=url))
    raw = compose(mail, ME, YOU, "id@relance", NOON, unsubscribe_url=url)
    sent = message_from_bytes(raw, policy=default)
    assert (
        sent["List-Unsubscribe"] == f"<{url}>"
        and sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    )
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw  # on one line: folded ones break signatures
    assert (
        sent["Message-ID"] == "<id@relance>" and sent["Auto-Submitted"] == "auto-generated" and sent["Date"]
    )


def test_no_line_is_longer_than_mail_servers_take(app):
    mail = render(DESIGN, "en", with_name("é" * 900), FRAME)
    raw = compose(mail, ME, Mailbox("c@example.com", "é" * 900), "id@relance", NOON)
    assert (
        max(map(len, raw.split(b"\r\n"))) <= 998 and raw.count(b"\n") == raw.count(b"\r\n") and raw.isascii()
    )


@pytest.mark.parametrize("header", ["x\r\nBcc: y", "x\ny", "é"])
def test_a_header_with_a_line_end_is_refused(app, header):
    with pytest.raises(ValueError, match="must not"):
        compose(
            render(DESIGN, "en", CONTEXT, FRAME), ME, YOU, "id@relance", NOON, headers={"Feedback-ID": header}
        )


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "x@y\r\nRCPT TO:<z@z>", "<x>@y.example", "x@", "@y", "a b@c.example"]
)
def test_an_address_that_is_none_is_refused(app, address):
    with pytest.raises(mime.BadAddress):
        compose(render(DESIGN, "en", CONTEXT, FRAME), ME, Mailbox(address), "id@relance", NOON)


def test_an_international_domain_travels_as_ascii(app):
    raw = compose(
        render(DESIGN, "en", CONTEXT, FRAME), ME, Mailbox("zoe@exämple.example"), "id@relance", NOON
    )
    assert b"To: zoe@xn--exmple-cua.example" in raw


def test_a_long_cart_is_summed_up_and_stays_small(app):
    cart = {**CONTEXT["cart"], "items": [{**ITEMS[0], "title": "T" * 200}] * 150}
    mail = render(DESIGN, "en", {**CONTEXT, "cart": cart}, FRAME)
    assert "and 142 more items" in mail.text and len(mail.html.encode()) < 102_000


def test_a_mail_that_programs_would_cut_off_is_refused(app):
    design = {"en": {"subject": "x", "blocks": [{"kind": "text", "text": "wörter " * 1400}] * 20}}
    with pytest.raises(BadWording, match="too large"):
        render(design, "en", CONTEXT, FRAME)


def test_a_customer_of_whom_nothing_is_known_still_gets_a_whole_mail(app):
    mail = render(DESIGN, "en", {}, FRAME)
    assert "Hello there" in mail.text and "MERCI" not in mail.text and "{{" not in mail.text + mail.html


@pytest.mark.parametrize("recipe", recipes.all_recipes(), ids=lambda recipe: recipe.name)
def test_every_mail_of_the_gallery_is_whole_in_each_language(app, recipe):
    for design in recipe.emails.values():
        assert set(design) == {"en", "fr"}
        for locale in design:
            mail = render(
                design,
                locale,
                {**CONTEXT, "order": CONTEXT["cart"], "product": ITEMS[0], "shop": {"name": "Papier"}},
                FRAME,
            )
            assert "{{" not in mail.html + mail.text and "{%" not in mail.html + mail.text
            assert mail.subject and len(mail.html.encode()) < 60_000


@pytest.mark.parametrize("name", ["", "  "])
@pytest.mark.parametrize("chosen", recipes.all_recipes(), ids=lambda chosen: chosen.name)
def test_nobody_is_greeted_by_a_name_that_is_empty(app, chosen, name):
    for design in chosen.emails.values():
        for locale in design:
            mail = render(design, locale, with_name(name), FRAME)
            assert not re.search(r"(Hello|Bonjour)\s+,|(Hello|Bonjour)\s*$", mail.text, re.M)
            assert not re.search(r"\s,|^,|,\s*,", f"{mail.subject}\n{mail.preheader}", re.M)


def test_a_merchants_own_if_is_false_for_a_customer_without_a_name(app):
    design = {
        "fr": {
            "subject": "Bonjour{% if customer.first_name %} {{ customer.first_name }}{% endif %},",
            "blocks": [],
        }
    }
    assert render(design, "fr", with_name(""), FRAME).subject == "Bonjour,"
    assert render(design, "fr", with_name("Ada"), FRAME).subject == "Bonjour Ada,"
