"""The built-in mailbox: kept before it is answered for, tied to its shop, shown without danger, to nobody else."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import func, select

from app import clock, links, views
from app.emails.addresses import framed
from app.emails.mime import Mailbox, compose
from app.emails.rendering import render
from app.extensions import db
from app.mail_ids import single_id
from app.mailbox import sink
from app.mailbox.reading import opened
from app.models import Mail
from app.models import mail as mail_room
from app.unit import unit
from tests.app.browsing import a_browser
from tests.app.letters import CONTEXT, DESIGN, a_letter
from tests.app.rows import NOON, a_shop


@pytest.fixture
def server(each_database):
    """The address of a running mailbox server over this database."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    place: list[tuple[str, int]] = []

    def serve() -> None:
        asyncio.set_event_loop(loop)
        door = loop.run_until_complete(
            loop.create_server(lambda: sink.protocol(each_database), "127.0.0.1", 0)
        )
        place.append(door.sockets[0].getsockname())
        started.set()
        loop.run_forever()
        door.close()

    thread = threading.Thread(target=serve)
    thread.start()
    started.wait(5)
    yield place[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def a_mail(shop, message, recipient="camille@example.com") -> bytes:
    rendered = render(DESIGN, "en", CONTEXT, framed(shop, message.id))
    return compose(
        rendered, Mailbox("hello@papier.example"), Mailbox(recipient), message.mail_id.strip("<>"), NOON
    )


def sent_to(server, raw, recipients=("camille@example.com",)):
    with smtplib.SMTP(*server, timeout=5) as client:
        return client.sendmail("hello@papier.example", list(recipients), raw)


def mails() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def test_an_accepted_mail_is_in_the_database_as_it_came(server):
    shop, message, _cart = a_letter()
    raw = a_mail(shop, message)
    sent_to(server, raw)
    [mail] = mails()
    assert (mail.shop_id, mail.message_id) == (shop.id, message.id)
    assert (mail.recipient, mail.subject) == ("camille@example.com", "Your cart waits, Camille")
    headers = message_from_bytes(mail.raw, policy=default)
    assert headers["Message-ID"] == message.mail_id
    assert mail.sender == headers["From"]  # whom the customer sees; where it would come back to is a header
    assert headers["Return-Path"] == "<hello@papier.example>"
    assert opened(mail.raw).html == opened(raw).html


def test_what_could_not_be_kept_is_not_answered_for(server, monkeypatch):
    shop, message, _cart = a_letter()

    def full(*_args):
        raise OSError("no space left")

    monkeypatch.setattr(sink, "keep", full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        sent_to(server, a_mail(shop, message))
    assert refused.value.smtp_code == 451 and not mails()


def test_the_answer_comes_after_the_row(server, monkeypatch):
    shop, message, _cart = a_letter()
    asked, kept, raw = threading.Event(), sink.keep, a_mail(shop, message)

    def slow(*args):
        asked.wait(5)
        kept(*args)

    monkeypatch.setattr(sink, "keep", slow)
    answers: list[object] = []
    sending = threading.Thread(target=lambda: answers.append(sent_to(server, raw)))
    sending.start()
    sending.join(0.3)
    assert not answers and not mails()
    asked.set()
    sending.join(5)
    assert answers == [{}] and len(mails()) == 1


def test_strangers_mail_belongs_to_no_shop(server):
    a_letter()
    sent_to(server, b"Subject: =?utf-8?q?caf=C3=A9?=\r\nMessage-ID: <someone@else>\r\n\r\nhello")
    sent_to(server, b"Subject: x\r\nMessage-ID: <test.forged@relance>\r\n\r\nhello")
    assert [(mail.shop_id, mail.subject) for mail in mails()] == [(None, "café"), (None, "x")]


def test_a_test_mail_finds_its_shop_by_its_signature(app):
    shop = a_shop()
    db.session.commit()
    sink.keep(
        "a@example.com",
        ["b@example.com"],
        f"Message-ID: <test.{links.sign('test', shop.id)}@relance>\r\n\r\nx".encode(),
    )
    assert mails()[0].shop_id == shop.id


def test_a_mail_to_the_team_finds_its_shop_and_nobody_can_name_another(app):
    shop, other = a_shop(), a_shop()
    db.session.commit()
    genuine = single_id("notice:1", shop.id)
    for id in (genuine, f"{other.id}{genuine.removeprefix(str(shop.id))}"):
        sink.keep("a@example.com", ["b@example.com"], f"Message-ID: <{id}>\r\n\r\nx".encode())
    assert [mail.shop_id for mail in mails()] == [shop.id, None]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"Subject: \xff\xfe\r\n\r\n\xff",
        b"Content-Type: multipart/mixed\r\n\r\nx",
        b"From: " + b"<" * 5000 + b"\r\n\r\n",
        b"Content-Type: text/html; charset=nope\r\n\r\n\xff",
        b"Message-ID: <" + b"a" * 5000 + b">\r\n\r\nx",
        b"Subject: a\r\n b\r\n\tc\r\n\r\nx",
    ],
)
def test_a_hostile_mail_is_kept_and_can_be_looked_at(each_database, raw):
    sink.keep("a@example.com", ["b@example.com"] * 50, raw)
    assert opened(mails()[-1].raw).source is not None


def test_the_oldest_make_room(app, monkeypatch):
    monkeypatch.setattr(mail_room, "KEPT", 3)
    for number in range(5):
        sink.keep("a@example.com", ["b@example.com"], f"Subject: {number}\r\n\r\nx".encode())
    assert [mail.subject for mail in mails()] == ["2", "3", "4"]


@pytest.fixture
def looking(app):
    """A browser signed in to a shop with one mail, that mail, and a browser of another shop."""
    views.register(app)
    app.config["WTF_CSRF_ENABLED"] = False
    shop, message, _cart = a_letter()
    sink.keep("hello@papier.example", ["camille@example.com"], a_mail(shop, message))
    return a_browser(app, shop), mails()[0].id, a_browser(app, a_shop("Other"))


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("html", "<iframe"),
        ("phone", "mail-frame-phone"),
        ("text", "Carnet Lever de lune"),
        ("headers", "Auto-Submitted"),
        ("source", "Content-Transfer-Encoding"),
        ("other", "<pre"),
    ],
)
def test_a_mail_is_shown_in_each_way(looking, part, says):
    browser, id, _other = looking
    page = browser.get(f"/mailbox/{id}?part={part}")
    assert page.status_code == 200 and says in page.text and "camille@example.com" in page.text
    assert "Left carts" in page.text


def test_a_mail_that_was_looked_at_is_read(looking):
    browser, id, _other = looking
    assert "1 unread" in browser.get("/mailbox").text
    browser.get(f"/mailbox/{id}")
    assert "1 unread" not in browser.get("/mailbox").text and mails()[0].read_at


def test_the_frame_runs_nothing_and_loads_only_our_pictures(looking):
    browser, id, _other = looking
    body, page = browser.get(f"/mailbox/{id}/body"), browser.get(f"/mailbox/{id}").text
    policy = body.headers["Content-Security-Policy"]
    assert (
        "sandbox allow-popups" in policy
        and "allow-scripts" not in policy
        and "allow-same-origin" not in policy
    )
    assert (
        "default-src 'none'" in policy
        and "script-src" not in policy
        and "https:" not in policy
        and "*" not in policy
    )
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("CAMILLE", 1), ("cart waits", 1), ("papier.example", 1), ("%", 0), ("_", 0), ("nobody", 0)],
)
def test_search_looks_at_sender_recipient_and_subject(looking, words, found):
    browser, id, _other = looking
    assert (f"/mailbox/{id}" in browser.get("/mailbox", query_string={"search": words}).text) == bool(found)


@pytest.mark.parametrize("words", ["À vous", "à vous", "ÉTÉ", "été", "Été"])
def test_search_knows_letters_with_accents_on_both_databases(each_database, words):
    shop_id = a_shop().id
    db.session.commit()
    told = {
        "sender": "a@example.com",
        "recipient": "b@example.com",
        "raw": b"x",
        "mail_id": "1",
        "received_at": NOON,
    }
    unit(lambda: Mail.keep({**told, "shop_id": shop_id, "message_id": None, "subject": "À vous, cet Été"}))
    assert len(list(db.session.scalars(Mail.matching(shop_id, words)))) == 1


def test_another_shop_sees_and_deletes_nothing_of_it(looking):
    _browser, id, other = looking
    for address in (f"/mailbox/{id}", f"/mailbox/{id}/body", f"/mailbox/{id}?part=source"):
        assert other.get(address).status_code == 404
    assert "camille" not in other.get("/mailbox").text
    assert other.post("/mailbox/clear").status_code == 302
    assert len(mails()) == 1 and mails()[0].read_at is None


def test_emptying_deletes_the_shops_own(looking):
    browser, _id, _other = looking
    assert browser.post("/mailbox/clear").status_code == 302
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0
    assert "The mailbox is empty" in browser.get("/mailbox").text


def test_the_mailbox_says_when_in_the_shops_own_time(app):
    shop, message, _cart = a_letter()
    clock.start(shop.id)
    clock.skip(shop.id, timedelta(days=3))
    db.session.commit()
    sink.keep("a@example.com", ["b@example.com"], a_mail(shop, message))
    assert mails()[0].received_at - clock.real() > timedelta(days=2)
