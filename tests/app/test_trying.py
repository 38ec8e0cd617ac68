"""The links of a mail, tried by a press: our own are asked of ourselves, others by the guarded way, none is pressed."""

from __future__ import annotations

import pytest

from app import outgoing
from app.emails.addresses import framed
from app.emails.mime import Mailbox, compose
from app.emails.rendering import render
from app.extensions import db
from app.mailbox import sink, trying
from app.mailbox.checks import Link
from app.models import Click, Customer, Mail
from app.outgoing import Answer, Refused, Unreached
from tests.app.browsing import a_browser, with_pages, words
from tests.app.letters import CONTEXT, DESIGN, a_letter
from tests.app.rows import NOON


@pytest.fixture
def world(app, monkeypatch):
    """What answers out there: an address maps to a status, or to what is raised."""
    answers: dict[str, object] = {}

    def look(url, _patience):
        found = answers.get(url.split("?")[0].rstrip("/"), 200)
        if isinstance(found, Exception):
            raise found
        return Answer(found, "")

    monkeypatch.setattr(outgoing, "look", look)
    with_pages(app)
    return answers


@pytest.mark.parametrize(
    ("answer", "state"),
    [(200, "good"), (301, "moved"), (404, "gone"), (500, "broken"), (Unreached("TooSlow"), "silent"),
     (Refused("inside"), "inside"), (Refused("unknown"), "unknown")],
)  # fmt: skip
def test_each_answer_has_a_word(app, world, answer, state):
    world["https://papier.example/a"] = answer
    with app.test_request_context():
        found = trying.tried([Link("https://papier.example/a", "web"), Link("mailto:a@b.example", "mail")])
    assert {href: each.state for href, each in found.items()} == {"https://papier.example/a": state}


def test_the_links_of_a_mail_are_tried_where_they_lead_and_nothing_happens_by_it(app, world):
    shop, message, _cart = a_letter()
    world["https://papier.example/story"] = 404
    frame = framed(shop, message.id)
    rendered = render(DESIGN, "en", CONTEXT, frame)
    me, you = Mailbox("hello@papier.example"), Mailbox("camille@example.com")
    raw = compose(rendered, me, you, message.mail_id.strip("<>"), NOON,
                  unsubscribe_url=frame.unsubscribe_url)  # fmt: skip
    sink.keep("hello@papier.example", ["camille@example.com"], raw)
    browser, id = a_browser(app, shop), db.session.scalar(db.select(Mail.id))
    before = words(browser.get(f"/mailbox/{id}?part=checks"))
    assert "The page is there" not in before
    page = browser.post(f"/mailbox/{id}/links")
    assert 'href="/automations"' in page.text  # it is still the merchant's own page
    after = words(page)
    assert "There is no such page (answer 404)" in after and after.count("The page is there.") >= 3
    assert db.session.query(Click).count() == 0
    assert db.session.scalar(db.select(Customer.consent).where(Customer.shop_id == shop.id)) == "subscribed"


def test_a_link_into_our_own_network_is_looked_at_by_nobody(app):
    with app.test_request_context():
        found = trying.tried(
            [Link("http://127.0.0.1:9/", "web"), Link("http://169.254.169.254/latest", "web")]
        )
    assert {each.state for each in found.values()} == {"inside"}
