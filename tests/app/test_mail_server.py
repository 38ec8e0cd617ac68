"""The shop's own mail server: kept sealed, tested in plain words, and what waited goes on once it works."""

from __future__ import annotations

import pytest

from app.emails import courier
from app.emails.courier import NotSent
from app.extensions import db
from app.models import ChannelTrouble, MailServer, StaffNotice
from app.unit import unit
from tests.app.browsing import a_browser, with_pages, words
from tests.app.rows import NOON, a_customer, a_flow, a_message, a_run, a_shop

TYPED = {
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "username": "me",
    "password": "marker-77",
}


@pytest.fixture
def shop(app):
    with_pages(app)
    return a_shop(sender_email="hello@papier.example")


def test_a_server_is_kept_and_its_password_never_shown(app, shop):
    browser = a_browser(app, shop)
    assert browser.post("/settings/mail", data=TYPED).status_code == 302
    page = browser.get("/settings/mail").get_data(as_text=True)
    assert "smtp.example.com" in page and "marker-77" not in page
    server = db.session.get(MailServer, shop.id)
    assert server.password == "marker-77" and "marker-77" not in server.secret
    browser.post("/settings/mail", data=TYPED | {"password": "", "port": "465", "security": "tls"})
    db.session.expire_all()
    assert (server.port, server.password) == (465, "marker-77")


@pytest.mark.parametrize(
    "wrong", [{"host": ""}, {"host": "smtp://x"}, {"port": "0"}, {"port": "x"}, {"security": "no"}]
)
def test_what_is_typed_wrong_is_said(app, shop, wrong):
    answer = a_browser(app, shop).post("/settings/mail", data=TYPED | wrong)
    assert answer.status_code == 422 and db.session.get(MailServer, shop.id) is None


@pytest.mark.parametrize(("trouble", "said"), [
    ("login", "refuses the user name or the password"), ("sender", "refuses your sender's address"),
    ("inside", "private network"), ("unreachable", "does not answer"),
])  # fmt: skip
def test_a_test_that_fails_says_why_and_what_the_server_said(app, shop, monkeypatch, trouble, said):
    def fails(*_):
        raise NotSent("535 5.7.8 no <b>way</b>", trouble)

    monkeypatch.setattr(courier, "send", fails)
    answer = a_browser(app, shop).post("/settings/mail/test")
    assert answer.status_code == 422 and said in words(answer) and "535 5.7.8 no <b>way</b>" in words(answer)


def test_a_server_inside_is_not_even_tried(app, shop):
    browser = a_browser(app, shop)
    browser.post("/settings/mail", data=TYPED | {"host": "127.0.0.1", "security": "none"})
    assert "private network" in words(browser.post("/settings/mail/test"))


def test_mending_the_server_lets_what_waited_go(app, shop, monkeypatch):
    message = a_message(
        a_run(a_flow(shop), a_customer(shop)), sent_at=None, state="prepared", reason="channel"
    )
    db.session.commit()
    unit(lambda: ChannelTrouble.note(shop.id, "email", NOON, trouble="login", said="535 no", retry_at=NOON))
    browser = a_browser(app, shop)
    assert "535 no" in words(browser.get("/settings/mail"))
    monkeypatch.setattr(courier, "send", lambda *_: None)
    assert browser.post("/settings/mail/test").status_code == 302
    db.session.expire_all()
    assert message.reason == "" and ChannelTrouble.of(shop.id) == {}


def test_the_demo_takes_no_server_and_says_so(app):
    with_pages(app)
    demo = a_shop(is_demo=True)
    browser = a_browser(app, demo)
    assert "writes to nobody" in words(browser.post("/settings/mail", data=TYPED))
    assert db.session.get(MailServer, demo.id) is None


def test_forgetting_a_server_takes_its_password_along(app, shop):
    browser = a_browser(app, shop)
    browser.post("/settings/mail", data=TYPED)
    browser.post("/settings/mail/forget")
    db.session.expire_all()
    assert db.session.get(MailServer, shop.id) is None


def test_notices_are_read_one_by_one_or_all_at_once_and_by_their_shop_only(app, shop):
    other = a_shop("Other")
    db.session.commit()
    rows = [{"shop_id": each.id, "key": f"k{n}", "sort": "note", "text": f"Note {n} of {each.name}", "path": "/home",
             "customer_id": None, "at": NOON, "read_at": None} for each in (shop, other) for n in (1, 2)]  # fmt: skip
    unit(lambda: StaffNotice.tell(rows))
    browser = a_browser(app, shop)
    assert "2 new notices" in words(browser.get("/home"))
    page = words(browser.get("/notices"))
    assert "Note 1 of Papier & Co" in page and "of Other" not in page
    first, theirs = StaffNotice.latest(shop.id)[0], StaffNotice.latest(other.id)[0]
    assert browser.post(f"/notices/{first.id}").headers["Location"] == "/home"
    assert browser.post(f"/notices/{theirs.id}").status_code == 404
    assert StaffNotice.unread(shop.id) == 1
    browser.post("/notices/read")
    assert (StaffNotice.unread(shop.id), StaffNotice.unread(other.id)) == (0, 2)
