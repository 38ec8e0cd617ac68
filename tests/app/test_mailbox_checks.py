"""The mailbox's checks find what mail programs stumble over; its faults do what they say; its JSON is one shop's."""

from __future__ import annotations

import asyncio
import threading
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace

import pytest

from app import passwords
from app.emails.addresses import framed
from app.emails.mime import Mailbox, compose
from app.emails.rendering import render
from app.extensions import db
from app.mailbox import checks, sink
from app.models import ApiKey, Mail, MailFault
from app.models import mail as mail_room
from app.unit import unit
from tests.app.browsing import a_browser, with_pages, words
from tests.app.letters import CONTEXT, DESIGN, a_letter
from tests.app.rows import NOON, a_shop, kept
from tests.app.test_mailbox import a_mail


def bad(findings):
    return {each.code for each in findings if not each.good}


def test_a_mail_of_ours_passes_but_for_encryption(app):
    shop, message, _cart = a_letter()
    frame = framed(shop, message.id)
    me, you = Mailbox("hello@papier.example"), Mailbox("camille@example.com")
    rendered = render(DESIGN, "en", CONTEXT, frame)
    raw = compose(rendered, me, you, message.mail_id.strip("<>"), NOON, unsubscribe_url=frame.unsubscribe_url)
    mail = message_from_bytes(raw, policy=default)
    html, text = (str(mail.get_body((kind,)).get_content()) for kind in ("html", "plain"))
    assert bad(checks.html(html, text, raw)) == set()
    assert bad(checks.unsubscribing(mail)) == {"https"}
    sorts = [each.sort for each in checks.addresses(html, text)]
    assert "click" in sorts and "unsubscribe" in sorts and "bad" not in sorts


@pytest.mark.parametrize(("html", "code"), [
    ("<html lang=en><p>" + "x" * 103_000, "size"), ("<html lang=en><script>1</script>", "tags"),
    ("<html lang=en><div style='display:flex'>", "css"), ("<html lang=en><div style='position: fixed'>", "css"),
    ("<html lang=en><img src=x>", "alt"), ("<html><p>x", "lang"), ("", "both_parts"),
])  # fmt: skip
def test_what_mail_programs_stumble_over_is_found(app, html, code):
    assert code in bad(checks.html(html, "x", b"x\n"))


def test_a_line_too_long_is_found(app):
    assert "lines" in bad(checks.html("<html lang=en>", "x", b"x" * 999))


@pytest.mark.parametrize(
    "href", ["", "#", "javascript:alert(1)", "/relative", "http:\\\\x", "https://", "http://["]
)
def test_a_link_that_leads_nowhere_is_found(app, href):
    assert [each.sort for each in checks.addresses(f'<a href="{href}">x</a>', "")] == ["bad"]


@pytest.fixture
def taking(app):
    """What the mailbox's server answers to a mail of a shop with this fault."""
    shop, message, _cart = a_letter()
    db.session.commit()
    raw, cut, slept = a_mail(shop, message), [], []
    handler = sink.Sink(app)
    server = SimpleNamespace(transport=SimpleNamespace(abort=lambda: cut.append(True)))
    envelope = SimpleNamespace(mail_from="a@b.example", rcpt_tos=["c@d.example"], content=raw)

    def take(fault):
        unit(lambda: MailFault.choose(shop.id, fault))
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(asyncio.run(handler.handle_DATA(server, None, envelope)))
        )
        thread.start()
        thread.join(20)
        db.session.rollback()
        return answers[0], db.session.query(Mail).count(), bool(cut)

    take.slept = slept
    return take


def test_the_mailbox_refuses_on_purpose(taking):
    assert taking("refuse") == ("554 5.7.1 Refused on purpose", 0, False)
    assert taking("") == ("250 OK: kept", 1, False)


def test_the_mailbox_sends_each_mail_away_once(taking):
    sink._sent_away.clear()
    assert taking("later")[:2] == ("451 4.7.1 Come back later, on purpose", 0)
    assert taking("later")[:2] == ("250 OK: kept", 1)


def test_the_mailbox_drops_the_line_after_it_kept_the_mail(taking):
    assert taking("drop")[1:] == (1, True)


def test_the_mailbox_takes_its_time(taking, monkeypatch):
    monkeypatch.setattr(sink, "DELAY", 0.01)
    assert taking("delay") == ("250 OK: kept", 1, False)


def test_a_merchant_switches_a_fault_on_and_off(app):
    with_pages(app)
    shop = a_shop()
    browser = a_browser(app, shop)
    browser.post("/mailbox/fault", data={"fault": "drop"})
    assert MailFault.of(shop.id) == "drop"
    browser.post("/mailbox/fault", data={"fault": "nonsense"})
    db.session.expire_all()
    assert MailFault.of(shop.id) == ""


def a_kept_mail(shop, subject="Hello", **told):
    raw = b"Subject: Hello\r\n\r\nThe words\r\n"
    told = {"sender": "a@b.example", "recipient": "c@d.example", "raw": raw, "received_at": NOON} | told
    return kept(Mail(shop_id=shop.id, subject=subject, **told))


def test_each_shop_keeps_its_own_newest_mails(app, monkeypatch):
    monkeypatch.setattr(mail_room, "KEPT", 2)
    shop, other = a_shop(), a_shop("Other")
    a_kept_mail(other)
    db.session.commit()
    for number in range(4):
        values = {"shop_id": shop.id, "sender": "a", "recipient": "b", "raw": b"x", "subject": f"{number}"}
        values |= {"mail_id": "", "received_at": NOON}
        unit(lambda values=values: Mail.keep(values))
    assert [mail.subject for mail in db.session.query(Mail).filter_by(shop_id=shop.id).order_by(Mail.id)] == [
        "2",
        "3",
    ]
    assert db.session.query(Mail).filter_by(shop_id=other.id).count() == 1


def test_a_mail_too_old_goes(app):
    shop = a_shop()
    a_kept_mail(shop, received_at=NOON - mail_room.LASTS * 2)
    db.session.commit()
    values = {
        "shop_id": shop.id,
        "sender": "a",
        "recipient": "b",
        "raw": b"x",
        "mail_id": "",
        "received_at": NOON,
    }
    unit(lambda: Mail.keep(values))
    assert db.session.query(Mail).count() == 1


def test_tests_read_and_empty_a_shops_mailbox_by_its_key(app):
    with_pages(app)
    shop, other = a_shop(), a_shop("Other")
    mine, theirs = a_kept_mail(shop), a_kept_mail(other, "Secret")
    kept(
        ApiKey(shop_id=shop.id, name="k", prefix="rel_", digest=passwords.digest("rel_key"), created_at=NOON)
    )
    db.session.commit()
    client, key = app.test_client(), {"Authorization": "Bearer rel_key"}
    assert [each["subject"] for each in client.get("/api/v1/mailbox", headers=key).json["mails"]] == ["Hello"]
    assert client.get("/api/v1/mailbox?search=nothing", headers=key).json["mails"] == []
    assert client.get(f"/api/v1/mailbox/{mine.id}", headers=key).json["text"].strip() == "The words"
    assert client.get(f"/api/v1/mailbox/{theirs.id}", headers=key).status_code == 404
    assert client.get("/api/v1/mailbox").status_code == 401
    assert client.delete("/api/v1/mailbox", headers=key).json == {"deleted": 1}
    assert db.session.query(Mail).count() == 1


def test_the_page_of_checks_says_what_is_well_and_what_is_not(app):
    with_pages(app)
    shop = a_shop()
    mail = a_kept_mail(shop)
    db.session.commit()
    page = words(a_browser(app, shop).get(f"/mailbox/{mail.id}?part=checks"))
    assert "One of its two parts is missing" in page and "the header is missing" in page
