"""What machines ask is answered without a sign-in, and tells nothing about anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app import clock
from app.config import Settings
from app.extensions import db
from app.models import Heartbeat, InboxRow, Shop
from app.views import access, health


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    access.register(app)
    health.register(app)
    return app.test_client()


def beat(seconds_ago: int) -> None:
    db.session.add(Heartbeat(name="heartbeat:here:1", seen_at=clock.real() - timedelta(seconds=seconds_ago)))
    db.session.commit()


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}


def test_an_instance_whose_engine_beats_is_ready(client: FlaskClient) -> None:
    beat(seconds_ago=2)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["checks"] == {"database": "answers", "engine": "beats", "broker": "none"}


def test_an_engine_never_heard_is_not_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["engine"] == "never heard"


def test_a_silent_engine_is_told_with_its_silence(client: FlaskClient) -> None:
    beat(seconds_ago=90)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["engine"] == "silent for 90 seconds"


def test_a_database_that_is_away_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "execute", away)
    monkeypatch.setattr(db.session, "scalar", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"] == "silent"


def test_a_broker_that_is_away_takes_nothing_from_readiness(client: FlaskClient, app: Flask) -> None:
    beat(seconds_ago=0)
    app.extensions["settings"] = Settings(redis_url="unix:///nowhere/broker.sock")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["checks"]["broker"] == "silent"


def test_the_figures_count_what_waits(client: FlaskClient) -> None:
    db.session.add(Shop(name="Argile", created_at=clock.real()))
    db.session.flush()
    since = clock.real() - timedelta(seconds=40)
    db.session.add(InboxRow(shop_id=1, source="api", delivery="d1", body=b"{}", received_at=since))
    db.session.commit()
    text = client.get("/metrics").get_data(as_text=True)
    assert "relance_inbox_waiting 1.0" in text
    assert "relance_inbox_oldest_seconds 4" in text
    assert "relance_runs_due 0.0" in text
    assert "relance_engine_silence_seconds +Inf" in text
    assert "Argile" not in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Authorization": "Bearer wrong"}, 404),
        ({"Authorization": "Bearer the token"}, 200),
    ],
)
def test_the_figures_are_for_who_knows_the_token(
    client: FlaskClient, app: Flask, headers: dict[str, str], status: int
) -> None:
    app.extensions["settings"] = Settings(metrics_token="the token")
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", headers=headers, environ_overrides=elsewhere).status_code == status


def test_what_came_through_a_proxy_is_not_local(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_without_a_token_no_bearer_gets_in(client: FlaskClient) -> None:
    answer = client.get(
        "/metrics", headers={"Authorization": "Bearer "}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert answer.status_code == 404
