"""Coming in and going out: who is let in, what a cookie is worth, and where a stranger ends."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, passwords, views
from app.extensions import db
from app.models import Login, Membership, User
from app.models.users import IDLE
from app.unit import unit
from tests.conftest import make_app

ADA = {"shop": "Atelier", "email": "Ada@Example.com", "password": "correct horse"}
ADA |= {"currency": "EUR", "timezone": "Europe/Paris"}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The product outside any context: each request has one of its own, as behind a real server."""
    app = make_app(tmp_path)
    views.register(app)
    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def token(visitor: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(page).get_data(as_text=True))
    assert found
    return found[1]


def send(visitor: FlaskClient, page: str, **fields: str):  # type: ignore[no-untyped-def]
    return visitor.post(page, data=fields | {"csrf_token": token(visitor, page)})


@pytest.fixture
def ada(visitor: FlaskClient) -> FlaskClient:
    assert send(visitor, "/sign-up", **ADA).status_code == 302
    return visitor


def test_the_first_account_owns_the_instance_and_the_second_does_not(app: Flask, ada: FlaskClient) -> None:
    assert send(app.test_client(), "/sign-up", **ADA | {"email": "bea@example.com"}).status_code == 302
    with app.app_context():
        assert [u.is_owner for u in db.session.scalars(db.select(User).order_by(User.id))] == [True, False]


def test_an_address_is_known_in_any_spelling(app: Flask, ada: FlaskClient) -> None:
    other = app.test_client()
    send(other, "/sign-up", **ADA | {"email": "ADA@example.com"})
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(User)) == 1
    assert send(other, "/sign-in", email="aDa@example.com", password="correct horse").status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(app: Flask, ada: FlaskClient) -> None:
    wrong = send(app.test_client(), "/sign-in", email="ada@example.com", password="wrong horse")
    nobody = send(app.test_client(), "/sign-in", email="eve@example.com", password="wrong horse")
    sentence = "This e-mail and password do not go together."
    assert (
        wrong.status_code == nobody.status_code == 422 and sentence in wrong.text and sentence in nobody.text
    )


@pytest.mark.parametrize("password", ["short", "password", "x" * 129])
def test_a_password_that_is_no_protection_is_refused_and_the_rest_is_kept(
    visitor: FlaskClient, password: str
) -> None:
    answer = send(visitor, "/sign-up", **ADA | {"password": password})
    assert (
        answer.status_code == 422
        and 'value="Atelier"' in answer.text
        and f'value="{password}"' not in answer.text
    )


def test_signing_out_makes_the_old_cookie_worthless(ada: FlaskClient) -> None:
    kept = ada.get_cookie("session")
    assert kept and ada.get("/home").status_code == 200
    ada.post("/sign-out", data={"csrf_token": token(ada, "/home")})
    ada.set_cookie("session", kept.value)
    assert ada.get("/home").status_code == 302


def test_an_idle_browser_must_sign_in_again(app: Flask, ada: FlaskClient) -> None:
    with app.app_context():
        unit(
            lambda: db.session.execute(
                db.update(Login).values(seen_at=clock.real() - IDLE - timedelta(minutes=1))
            )
        )
    assert ada.get("/home").status_code == 302


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(visitor: FlaskClient) -> None:
    header = visitor.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in header and "SameSite=Lax" in header


def test_nothing_acts_without_this_sessions_token(ada: FlaskClient) -> None:
    assert ada.post("/sign-out").status_code == 400
    assert ada.post("/sign-out", data={"csrf_token": "made up"}).status_code == 400
    good = token(ada, "/home")
    strange = ada.post("/sign-out", data={"csrf_token": good}, headers={"Sec-Fetch-Site": "cross-site"})
    assert strange.status_code == 403 and ada.get("/home").status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "http://["]
)
def test_signing_in_leads_nowhere_else(app: Flask, ada: FlaskClient, target: str) -> None:
    other = app.test_client()
    fields = {"email": "ada@example.com", "password": "correct horse", "csrf_token": token(other, "/sign-in")}
    assert other.post("/sign-in", query_string={"next": target}, data=fields).location == "/home"


def test_somebody_who_works_nowhere_any_more_is_told_so(app: Flask, ada: FlaskClient) -> None:
    with app.app_context():
        unit(lambda: db.session.execute(db.delete(Membership)))
    known = {"email": ADA["email"], "password": ADA["password"]}
    answer = send(app.test_client(), "/sign-in", **known)
    assert answer.status_code == 422 and "You work in no shop any more" in answer.text
    assert "You work in no shop" not in send(app.test_client(), "/sign-in", **known | {"password": "no"}).text


def test_a_malformed_origin_is_a_strangers(ada: FlaskClient) -> None:
    good = {"csrf_token": token(ada, "/home")}
    assert ada.post("/settings/prefer", data=good, headers={"Origin": "http://["}).status_code == 403


def test_a_foreign_host_is_refused(visitor: FlaskClient) -> None:
    assert visitor.get("/welcome", headers={"Host": "evil.example"}).status_code == 400


def test_every_answer_carries_the_headers_that_protect_it(visitor: FlaskClient) -> None:
    for path in ("/welcome", "/nowhere", "/api/openapi.json"):
        headers = visitor.get(path).headers
        assert (
            "script-src 'self'" in headers["Content-Security-Policy"]
            and "unsafe" not in headers["Content-Security-Policy"]
        )
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"


def test_a_password_is_never_stored(app: Flask, ada: FlaskClient) -> None:
    with app.app_context():
        stored = db.session.scalar(db.select(User.password_hash))
    assert stored and stored.startswith("$argon2id$") and passwords.matches("correct horse", stored)
