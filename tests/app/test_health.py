"""What machines ask is answered without a sign-in, and tells nothing about anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app import clock, metrics, tally
from app.config import Settings
from app.extensions import db
from app.models import Heartbeat, InboxRow, Shop, lateness
from app.views import access, health


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    access.register(app)
    health.register(app)
    return app.test_client()


def beat(seconds_ago: int, name: str = "worker:here:1") -> None:
    db.session.add(Heartbeat(name=name, seen_at=clock.real() - timedelta(seconds=seconds_ago)))
    db.session.commit()


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}


def test_an_instance_whose_engine_beats_is_ready(client: FlaskClient) -> None:
    beat(seconds_ago=2)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["checks"] == {"database": "answers", "engine": "beats", "broker": "none"}


def test_a_heart_without_workers_is_no_engine(client: FlaskClient) -> None:
    beat(seconds_ago=0, name="heartbeat:here:1")
    assert client.get("/readyz").get_json()["checks"]["engine"] == "never heard"


@pytest.mark.parametrize(("seconds", "status"), [(9, 200), (12, 503)])
def test_ten_seconds_without_a_worker_are_too_long(client: FlaskClient, seconds: int, status: int) -> None:
    beat(seconds_ago=seconds)
    assert client.get("/readyz").status_code == status


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


def test_what_was_counted_in_any_process_is_told(client: FlaskClient) -> None:
    tally.count("gate_refusals", "cap", 2)
    tally.count("sends", "sent")
    tally.keep()
    tally.count("sends", "sent", 2)
    tally.keep()
    told = client.get("/metrics").get_data(as_text=True)
    assert 'relance_gate_refusals_total{reason="cap"} 2.0' in told
    assert 'relance_sends_total{state="sent"} 3.0' in told
    assert "relance_lease_expiries_total" in told and "relance_hints_total" in told


def test_figures_asked_for_again_and_again_are_read_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    first = client.get("/metrics").data
    beat(seconds_ago=0)
    assert client.get("/metrics").data == first
    now[0] += metrics.FRESH
    assert client.get("/metrics").data != first


def test_a_figure_counts_no_further_than_anybody_reads(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lateness, "MOST", 2)
    db.session.add(Shop(name="Argile", created_at=clock.real()))
    db.session.flush()
    for n in range(5):
        row = {"shop_id": 1, "source": "api", "body": b"{}", "received_at": clock.real()}
        db.session.add(InboxRow(delivery=f"d{n}", **row))
    db.session.commit()
    assert "relance_inbox_waiting 2.0" in client.get("/metrics").get_data(as_text=True)


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
