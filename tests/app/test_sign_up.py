"""Who may open an account: whoever has the machine the first, and after that nobody learns who has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import admission, views
from app.config import Settings
from app.emails import courier
from app.extensions import db
from app.models import User
from tests.conftest import SECRET, make_app

ADA = {
    "shop": "Atelier",
    "email": "ada@example.com",
    "password": "correct horse",
    "currency": "EUR",
    "timezone": "UTC",
}
PUBLIC = {"host": "0.0.0.0", "base_url": "http://localhost"}
SENDS = PUBLIC | {"smtp_url": "smtp://relay.example:25"}


@pytest.mark.parametrize(
    ("owned", "reachable", "sends", "way"),
    [(False, False, False, "direct"), (False, False, True, "direct"), (False, True, False, "claim"),
     (False, True, True, "claim"), (True, False, False, "direct"), (True, True, False, "closed"),
     (True, False, True, "mail"), (True, True, True, "mail")],
)  # fmt: skip
def test_the_way_in_follows_from_who_could_come(owned, reachable, sends, way):
    assert admission.way(owned, reachable, sends) == way


@pytest.mark.parametrize(
    ("settings", "reachable"),
    [({}, False), ({"host": "0.0.0.0"}, True), ({"host": "192.168.1.4"}, True), ({"host": "::1"}, False),
     ({"base_url": "https://relance.example"}, True)],
)  # fmt: skip
def test_an_instance_is_reachable_when_it_listens_to_others_or_a_proxy_does(settings, reachable):
    assert Settings(**settings).reachable is reachable


def opened(tmp_path: Path, **settings: str) -> Flask:
    app = make_app(tmp_path, **settings)
    app.config["WTF_CSRF_ENABLED"] = False
    views.register(app)
    return app


def users(app):
    with app.app_context():
        return [(user.email, user.is_owner) for user in db.session.scalars(db.select(User).order_by(User.id))]


def claim_of(app):
    with app.app_context():
        return admission.first_link().removeprefix("http://localhost")


def test_a_stranger_cannot_claim_a_fresh_instance(tmp_path):
    app = opened(tmp_path, **PUBLIC)
    stranger = app.test_client()
    for path in ("/sign-up", "/sign-up?claim=", "/sign-up?claim=" + "0" * 40, "/sign-up?claim=é"):
        assert stranger.get(path).status_code == 403
        assert stranger.post(path, data=ADA).status_code == 403
    assert users(app) == []


def test_whoever_has_the_machine_opens_the_first_account_with_its_link_once(tmp_path):
    app = opened(tmp_path, **PUBLIC)
    link, mine = claim_of(app), app.test_client()
    assert mine.get(link).status_code == 200
    assert mine.post(link, data=ADA).location == "/templates" and mine.get("/home").status_code == 200
    assert users(app) == [("ada@example.com", True)]
    assert app.test_client().post(link, data=ADA | {"email": "eve@example.com"}).status_code == 403
    assert len(users(app)) == 1


def test_the_link_is_another_with_another_key(tmp_path):
    app = opened(tmp_path, **PUBLIC)
    first = claim_of(app)
    app.config["SECRET_KEY"] = SECRET[::-1]
    assert claim_of(app) != first


def test_the_command_tells_the_link_while_nobody_has_the_instance(tmp_path):
    app = opened(tmp_path, **PUBLIC)
    said = app.test_cli_runner().invoke(args=["claim"]).output
    assert claim_of(app) in said
    app.test_client().post(claim_of(app), data=ADA)
    assert "already" in app.test_cli_runner().invoke(args=["claim"]).output


def test_on_ones_own_machine_the_first_account_needs_no_proof(tmp_path):
    app = opened(tmp_path)
    assert app.test_client().post("/sign-up", data=ADA).status_code == 302
    assert users(app) == [("ada@example.com", True)]


@pytest.fixture
def sent(monkeypatch):
    mails = []
    monkeypatch.setattr(courier, "send", lambda shop, sender, to, raw: mails.append((to, raw.decode())))
    return mails


@pytest.fixture
def house(tmp_path):
    """An instance that sends mail, with ada's account."""
    app = opened(tmp_path, **SENDS)
    app.test_client().post(claim_of(app), data=ADA)
    return app


def page(answer):
    return re.sub(r'Token": "[^"]*"|[\w.]+@example\.com', "", answer.text)


def test_the_answer_is_the_same_whether_an_address_has_an_account_or_not(house, sent):
    answers = [
        house.test_client().post("/sign-up", data={"email": email})
        for email in ("ada@example.com", "bea@example.com")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert page(answers[0]) == page(answers[1])
    assert [to for to, _mail in sent] == ["ada@example.com", "bea@example.com"]
    assert "You have one already" in sent[0][1] and "/sign-up/" not in sent[0][1]


def link_in(mail):
    return re.search(r"/sign-up/[\w.\-=]+", mail.replace("=\r\n", ""))[0]


def test_the_link_in_the_mail_opens_the_account_of_its_address_once(house, sent):
    visitor = house.test_client()
    visitor.post("/sign-up", data={"email": "Bea@Example.com"})
    link = link_in(sent[0][1])
    assert "bea@example.com" in visitor.get(link).text
    assert visitor.post(link, data=ADA | {"email": "eve@example.com"}).status_code == 302
    assert users(house) == [("ada@example.com", True), ("bea@example.com", False)]
    assert house.test_client().get(link).status_code == 410


def test_a_made_up_or_old_link_opens_nothing(house, sent, monkeypatch):
    visitor = house.test_client()
    assert visitor.get("/sign-up/made.up.link").status_code == 410
    visitor.post("/sign-up", data={"email": "bea@example.com"})
    monkeypatch.setattr(admission, "LIVES", -1)
    assert visitor.post(link_in(sent[0][1]), data=ADA).status_code == 410
    assert len(users(house)) == 1


def test_a_mail_that_does_not_leave_tells_nothing_either(house, monkeypatch):
    def refuses(*_told):
        raise courier.NotSent("no")

    monkeypatch.setattr(courier, "send", refuses)
    assert (
        "Look into your mailbox" in house.test_client().post("/sign-up", data={"email": "x@example.com"}).text
    )


def test_where_no_mail_leaves_strangers_come_by_invitation(tmp_path):
    app = opened(tmp_path, **PUBLIC)
    app.test_client().post(claim_of(app), data=ADA)
    answer = app.test_client().post("/sign-up", data=ADA | {"email": "eve@example.com"})
    assert answer.status_code == 403 and "invite you" in answer.text


def test_on_ones_own_machine_a_known_address_gets_the_same_answer_as_a_new_one(tmp_path, sent):
    app = opened(tmp_path)
    app.test_client().post("/sign-up", data=ADA)
    answers = []
    for email in ("bea@example.com", "ada@example.com"):
        visitor: FlaskClient = app.test_client()
        answers.append(visitor.post("/sign-up", data=ADA | {"email": email, "password": "another one"}))
        assert "If this address had no account, it has one now." in visitor.get("/sign-in").text
    assert {(answer.status_code, answer.location) for answer in answers} == {(302, "/sign-in")}
    assert [to for to, _mail in sent] == ["ada@example.com"]
    assert (
        app.test_client()
        .post("/sign-in", data={"email": "ada@example.com", "password": "another one"})
        .status_code
        == 422
    )
    assert (
        app.test_client()
        .post("/sign-in", data={"email": "bea@example.com", "password": "another one"})
        .status_code
        == 302
    )
