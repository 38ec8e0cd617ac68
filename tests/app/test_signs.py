"""Late evidence mends what nobody knew: opened, followed, fetched, come back, reported or answered at last."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from app.extensions import db
from app.models import Message, Policy
from app.returned import addresses, arrivals, post
from app.unit import unit
from app.views import access, errors, hooks_mail
from tests.app.letters import a_letter
from tests.app.rows import NOON

DSN = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@example.com
Action: failed
Status: 5.1.1

--b--
"""


@pytest.fixture
def unsure(app):
    """A message of which nobody knows whether it left."""
    for noun in (access, errors, hooks_mail):
        noun.register(app)
    _shop, message, _cart = a_letter()
    message.state, message.reason, message.sent_at = "unknown", "cut_off", None
    message.gate_at, message.token, message.mail_id = NOON, 3, "abc123@relance.example"
    db.session.commit()
    return message


def opened(message):
    return Message.opened(message.shop_id, message.id, NOON)


def clicked(message):
    return Message.clicked(message.shop_id, message.id, NOON)


def fetched_by_a_program(message):
    return Message.opened_by_machine(message.shop_id, message.id, NOON)


def bounced(message):
    return Message.bounced(message.shop_id, message.id, NOON)


def answered_late(message):
    return Message.answered([(message, "sent", "250 kept")], NOON)


@pytest.mark.parametrize("sign", [opened, clicked, fetched_by_a_program, bounced, answered_late])
def test_each_sign_shows_that_it_arrived(unsure, sign):
    unit(lambda: sign(unsure))
    db.session.refresh(unsure)
    assert (unsure.state, unsure.sent_at, unsure.reason) == ("sent", NOON, "")


@pytest.mark.parametrize("sign", [opened, clicked, fetched_by_a_program, bounced])
@pytest.mark.parametrize("state", ["prepared", "failed", "skipped", "cancelled"])
def test_no_sign_makes_a_message_leave_or_come_back(unsure, sign, state):
    unit(lambda: db.session.execute(db.update(Message).values(state=state)))
    unit(lambda: sign(unsure))
    db.session.refresh(unsure)
    assert unsure.state == state


def test_an_answer_to_an_older_claim_mends_nothing(unsure):
    older = SimpleNamespace(id=unsure.id, token=2)
    assert not unit(lambda: Message.answered([(older, "sent", "250 kept")], NOON))
    db.session.refresh(unsure)
    assert unsure.state == "unknown"


def test_a_mail_that_comes_back_had_left(unsure):
    to = addresses.return_path(unsure.shop_id, unsure.id, "hi@papier.example")
    assert post.take(to, DSN.format(to=to).encode())
    db.session.refresh(unsure)
    assert unsure.state == "sent"


ID = "abc123@relance.example"
REPORTS = {
    "plain": {"type": "delivered", "mail_id": ID},
    "SendGrid": [{"event": "processed"}, {"event": "delivered", "smtp-id": f"<{ID}>", "email": "ada@example.com"}],
    "Mailgun": {"event-data": {"event": "delivered", "message": {"headers": {"message-id": ID}}}},
    "Brevo": {"event": "delivered", "message-id": f"<{ID}>", "email": "ada@example.com"},
    "Amazon SES": {"Type": "Notification", "Message": json.dumps(
        {"notificationType": "Delivery", "mail": {"commonHeaders": {"messageId": f"<{ID}>"}}})},
}  # fmt: skip


def told(app, message, body):
    key = addresses.hook_key(message.shop_id, Policy.of(message.shop_id).hook_turn)
    return app.test_client().post(
        f"/hooks/mail/{key}", data=json.dumps(body), content_type="application/json"
    )


@pytest.mark.parametrize("provider", REPORTS)
def test_a_provider_that_delivered_it_is_believed(app, unsure, provider):
    assert arrivals.mail_ids(REPORTS[provider]) == [ID]
    assert told(app, unsure, REPORTS[provider]).status_code == 200
    db.session.refresh(unsure)
    assert unsure.state == "sent"


@pytest.mark.parametrize("event", ["dropped", "deferred", "rejected", "processed"])
def test_what_a_provider_has_not_delivered_shows_nothing(app, unsure, event):
    told(app, unsure, {"event": event, "smtp-id": f"<{ID}>", "email": "ada@example.com"})
    db.session.refresh(unsure)
    assert unsure.state == "unknown"


def test_another_shops_provider_knows_nothing_of_it(app, unsure):
    other, _message, _cart = a_letter()
    db.session.commit()
    assert arrivals.take(other.id, REPORTS["plain"], NOON) == 0
    assert arrivals.take(unsure.shop_id, REPORTS["plain"], NOON) == 1


@pytest.mark.parametrize(
    "body", [None, [], {}, "x", {"event": "delivered", "smtp-id": 5}, {"mail": [], "type": "open"}]
)
def test_a_report_that_names_no_mail_of_ours_harms_nobody(app, unsure, body):
    assert arrivals.mail_ids(body) == []
    assert told(app, unsure, body).status_code == 200
