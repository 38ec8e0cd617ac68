"""What comes back: by mail to a signed address, and by a provider's webhook with the shop's key."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app import links
from app.extensions import db
from app.mailbox import sink
from app.models import Bounce, Customer, Policy, Suppression
from app.returned import addresses, reports
from app.unit import unit
from app.views import access, errors, hooks_mail
from tests.app.letters import a_letter

DSN = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {who}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--
"""
COMPLAINT = """From: fbl@mx.example
To: {to}
Content-Type: multipart/report; report-type=feedback-report; boundary="b"
MIME-Version: 1.0

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--b--
"""
HOLIDAY = (
    "From: ada@example.com\nTo: {to}\nSubject: I am away\nAuto-Submitted: auto-replied\n\nBack on Monday.\n"
)


@pytest.fixture
def letter(app):
    for noun in (access, errors, hooks_mail):
        noun.register(app)
    _shop, message, _cart = a_letter()
    return message


def email_of(letter):
    return db.session.get(Customer, letter.customer_id).email


def given_up(letter):
    return Suppression.reasons(letter.shop_id, [email_of(letter)]).get(email_of(letter), "")


def came_back(letter, template, **told):
    to = addresses.return_path(letter.shop_id, letter.id, "")
    raw = template.format(to=to, **{"who": email_of(letter), "action": "failed", "status": "5.1.1"} | told)
    sink.keep("", [to.upper()], raw.encode())  # some servers change the case of an address


def test_a_hard_bounce_gives_the_address_up_at_once_and_twice_is_once(letter):
    came_back(letter, DSN)
    came_back(letter, DSN)
    assert given_up(letter) == "bounced" and db.session.query(Bounce).count() == 1
    assert "550 5.1.1" in db.session.query(Bounce).one().words


def test_a_soft_bounce_alone_changes_nothing(letter):
    came_back(letter, DSN, action="delayed", status="4.2.2")
    assert given_up(letter) == "" and db.session.query(Bounce).one().kind == "soft"


def test_a_complaint_is_a_goodbye(letter):
    came_back(letter, COMPLAINT)
    db.session.expire_all()
    assert given_up(letter) == "complained"
    assert db.session.get(Customer, letter.customer_id).consent == "unsubscribed"


def test_an_answer_from_a_holiday_is_no_bounce(letter):
    came_back(letter, HOLIDAY)
    assert given_up(letter) == "" and db.session.query(Bounce).count() == 0


def test_a_bounce_speaks_only_of_the_one_whose_mail_came_back(letter):
    came_back(letter, DSN, who="somebody.else@example.com")
    assert given_up(letter) == "bounced"
    assert not Suppression.among(letter.shop_id, ["somebody.else@example.com"])


@pytest.mark.parametrize(
    "to", ["bounces+aaaa@localhost", "bounces+@localhost", "ada@example.com", "bounces+é1!@x", ""]
)
def test_a_return_path_that_we_did_not_sign_is_nobodys(letter, to):
    sink.keep("", [to], DSN.format(to="x", who=email_of(letter), action="failed", status="5.1.1").encode())
    assert given_up(letter) == ""


def test_a_token_of_another_purpose_is_no_return_path(letter):
    token = links.sign("click", letter.shop_id, letter.id)
    assert addresses.read(f"bounces+{addresses._spelled(token)}@localhost") is None


def test_a_return_path_fits_into_an_address(letter):
    local = addresses.return_path(letter.shop_id, 10**9, "").partition("@")[0]
    assert len(local) <= 64  # RFC 5321, 4.5.3.1.1


@pytest.mark.parametrize(("told", "domain"), [
    ({}, "localhost"), ({"smtp_url": "smtp://relay.example:587"}, "papier.example"),
    ({"smtp_url": "smtp://relay.example:587", "bounce_domain": "back.example"}, "back.example"),
])  # fmt: skip
def test_a_return_path_leads_where_mail_reaches_us_else_to_the_sender(app, letter, told, domain):
    app.extensions["settings"] = replace(app.extensions["settings"], **told)
    assert addresses.return_path(letter.shop_id, letter.id, "us@papier.example").endswith(f"@{domain}")


def test_hostile_mail_is_no_report():
    assert reports.kind_of(b"\xff\x00Content-Type: multipart/report\n\n") == ""


def posted(app, key, body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return app.test_client().post(f"/hooks/mail/{key}", data=raw, content_type="application/json")


def key_of(letter):
    return addresses.hook_key(letter.shop_id, Policy.of(letter.shop_id).hook_turn)


def test_a_door_opens_to_its_own_key_only(app, letter):
    key, other = key_of(letter), addresses.hook_key(letter.shop_id + 1, 0)
    wrong = (key[:-1], key + "x", f"{letter.shop_id}-", f"{letter.shop_id}-{other.partition('-')[2]}", other)
    assert [posted(app, each, {}).status_code for each in (key, *wrong)] == [200, 404, 404, 404, 404, 404]


SES = {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "feedbackId": "f1",
       "bouncedRecipients": [{"emailAddress": "EMAIL", "diagnosticCode": "smtp; 550"}]}}  # fmt: skip
REPORTS = {
    "plain": {"type": "hard", "email": "EMAIL", "id": "1"},
    "ses": SES,
    "sns": {"Type": "Notification", "Message": json.dumps(SES)},
    "sendgrid": [{"event": "delivered", "email": "EMAIL"},
                 {"event": "bounce", "type": "bounce", "email": "EMAIL", "sg_event_id": "s1"}],
    "mailgun": {"signature": {}, "event-data": {"event": "failed", "severity": "permanent", "recipient": "EMAIL",
                "id": "m1"}},
    "postmark": {"RecordType": "Bounce", "Type": "HardBounce", "Email": "EMAIL", "ID": 42},
    "brevo": {"event": "hard_bounce", "email": "EMAIL", "id": 7},
}  # fmt: skip


@pytest.mark.parametrize("name", REPORTS)
def test_a_providers_hard_bounce_is_understood_and_twice_is_once(app, letter, name):
    body = json.loads(json.dumps(REPORTS[name]).replace("EMAIL", email_of(letter)))
    assert posted(app, key_of(letter), body).get_json() == {"understood": 1, "new": 1}
    assert posted(app, key_of(letter), body).get_json() == {"understood": 1, "new": 0}
    assert given_up(letter) == "bounced"


@pytest.mark.parametrize("told", [
    {"type": "soft"}, {"event": "bounce", "type": "blocked"}, {"RecordType": "Bounce", "Type": "SoftBounce"},
    {"event": "failed", "severity": "temporary"}, {"notificationType": "Bounce", "bounceType": "Transient"},
])  # fmt: skip
def test_a_providers_passing_failure_is_a_soft_one(app, letter, told):
    posted(app, key_of(letter), told | {"email": email_of(letter), "id": "1"})
    assert db.session.query(Bounce).one().kind == "soft" and given_up(letter) == ""


@pytest.mark.parametrize("told", [{"type": "complaint"}, {"RecordType": "SpamComplaint"}, {"event": "spam"}])
def test_a_providers_complaint_is_one(app, letter, told):
    posted(app, key_of(letter), told | {"email": email_of(letter), "id": "1"})
    assert given_up(letter) == "complained"


@pytest.mark.parametrize(
    "told", [{"event": "delivered"}, {"event": "open"}, {"event": "click"}, {}, 7, [[]], None]
)
def test_whatever_else_is_reported_changes_nothing(app, letter, told):
    body = told | {"email": email_of(letter)} if isinstance(told, dict) else told
    assert posted(app, key_of(letter), body).get_json() == {"understood": 0, "new": 0}


def test_a_key_that_is_wrong_old_or_anothers_opens_nothing(app, letter):
    old = key_of(letter)
    body = {"type": "hard", "email": email_of(letter), "id": "1"}
    unit(lambda: Policy.change(letter.shop_id, hook_turn=1))
    for key in (old, "1-", "-", "999-" + old[2:], old[:-1] + "x", "é"):
        assert posted(app, key, body).status_code == 404
    assert given_up(letter) == ""


def test_a_body_that_is_no_json_is_refused(app, letter):
    assert posted(app, key_of(letter), b"{").status_code == 400
