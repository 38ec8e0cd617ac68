"""The demo's clock: it moves on, forwards only, for the demo's merchant only, and says when the shop has settled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, metrics, views
from app.demo.seed import open_shop
from app.extensions import db
from app.models import Flow, InboxRow, Message, Run, Shop
from app.unit import unit
from tests.app.rows import a_customer, a_flow, a_message, a_run
from tests.conftest import make_app


@pytest.fixture
def merchant(tmp_path: Path) -> Iterator[FlaskClient]:
    """The demo's merchant, signed in. No context is open: each request must find its own session."""
    app = make_app(tmp_path)
    views.register(app)
    within(app, lambda: unit(lambda: open_shop(clock.real(), "http://127.0.0.1:8000")))
    client = app.test_client()
    client.post("/welcome/demo", data={"csrf_token": token(client, "/welcome")})
    yield client
    within(app, lambda: db.engine.dispose())


def within(app: Flask, work: Callable[[], Any]) -> Any:
    with app.app_context():
        return work()


def token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found
    return found[1]


def skip(client: FlaskClient, **form: Any) -> Any:
    return client.post("/clock", data={"csrf_token": token(client, "/mailbox"), "next": "/mailbox"} | form)


def ahead(client: FlaskClient) -> timedelta:
    seconds = within(
        client.application, lambda: clock.now(db.session.scalar(db.select(Shop.id))) - clock.real()
    )
    return timedelta(seconds=round(seconds.total_seconds()))


def change(client: FlaskClient, model: Any, **values: Any) -> None:
    within(client.application, lambda: unit(lambda: db.session.execute(db.update(model).values(**values))))


def test_the_merchant_skips_two_hours(merchant: FlaskClient) -> None:
    assert skip(merchant, amount=2, unit="hours").location == "/mailbox"
    assert ahead(merchant) == timedelta(hours=2)


@pytest.mark.parametrize("form", [{"amount": -2, "unit": "hours"}, {"amount": 0, "unit": "days"},
                                  {"amount": 900, "unit": "weeks"}, {"amount": "x", "unit": "days"},
                                  {"amount": 1, "unit": "centuries"}])  # fmt: skip
def test_time_never_runs_backwards_nor_away(merchant: FlaskClient, form: dict[str, Any]) -> None:
    assert skip(merchant, **form).status_code == 302
    assert ahead(merchant) == timedelta(0)


def test_it_leads_to_no_other_site(merchant: FlaskClient) -> None:
    assert skip(merchant, amount=1, unit="hours", next="//evil.example").location == "/home"


def test_outside_the_demo_it_does_not_exist(merchant: FlaskClient) -> None:
    csrf = token(merchant, "/mailbox")
    change(merchant, Shop, is_demo=False)
    assert merchant.get("/clock/status").status_code == 404
    assert merchant.post("/clock", data={"csrf_token": csrf, "amount": 1, "unit": "hours"}).status_code == 404
    assert "in the demo shop" not in merchant.get("/mailbox").get_data(as_text=True)


def test_the_bar_asks_until_the_shop_is_calm(merchant: FlaskClient) -> None:
    def deliver() -> None:
        shop_id = db.session.scalar(db.select(Shop.id))
        db.session.add(
            InboxRow(shop_id=shop_id, source="api", delivery="1", body=b"{}", received_at=clock.real())
        )

    within(merchant.application, lambda: unit(deliver))
    busy = merchant.get("/clock/status?calm=2").get_data(as_text=True)
    assert "Settling…" in busy and "calm=0" in busy
    change(merchant, InboxRow, state="read")
    assert "hx-get" in merchant.get("/clock/status?calm=1").get_data(as_text=True)
    settled = merchant.get("/clock/status?calm=2").get_data(as_text=True)
    assert "Settled" in settled and "hx-get" not in settled


def a_wait(client: FlaskClient, lasting: timedelta) -> None:
    def wait() -> None:
        flow = a_flow(db.session.scalar(db.select(Shop)))
        shop = db.session.scalar(db.select(Shop))
        a_run(flow, a_customer(shop), wake_at=clock.now(shop.id) + lasting)

    within(client.application, lambda: unit(lambda: db.session.execute(db.delete(Message)) and None))
    change(client, Run, status="done")
    within(client.application, lambda: unit(wait))


def test_it_skips_to_the_moment_when_somebody_goes_on(merchant: FlaskClient) -> None:
    a_wait(merchant, timedelta(hours=5))
    merchant.post("/clock/next", data={"csrf_token": token(merchant, "/mailbox")})
    assert timedelta(hours=4, minutes=59) < ahead(merchant) < timedelta(hours=5, minutes=1)


def a_mail() -> None:
    shop = db.session.scalar(db.select(Shop))
    a_message(a_run(a_flow(shop), a_customer(shop), status="done"), sent_at=clock.now(shop.id))


def test_it_says_how_many_e_mails_a_skip_let_out(merchant: FlaskClient) -> None:
    assert "no e-mail left" not in merchant.get("/clock/status?calm=2").get_data(as_text=True)
    skip(merchant, amount=2, unit="hours")
    change(merchant, InboxRow, state="read")
    change(merchant, Flow, status="paused")
    assert "no e-mail left" in merchant.get("/clock/status?calm=2").get_data(as_text=True)
    within(merchant.application, lambda: unit(a_mail))
    assert "1 e-mail left</a>" in merchant.get("/clock/status?calm=2").get_data(as_text=True)


def test_strangers_do_not_touch_it(app: Flask) -> None:
    views.register(app)
    client = app.test_client()
    assert client.get("/clock/status").status_code == 302


def test_two_years_ahead_is_the_furthest(app):
    shop = open_shop(clock.real(), "http://127.0.0.1:8000")
    db.session.commit()
    assert all(clock.skip(shop.id, timedelta(days=90)) for _ in range(8))
    assert not clock.skip(shop.id, timedelta(days=11))
    assert clock.skip(shop.id, timedelta(days=10))
    assert not clock.skip(shop.id, timedelta(seconds=1))


def test_a_clock_that_was_put_beyond_the_calendar_stops_nobody(app):
    shop = open_shop(clock.real(), "http://127.0.0.1:8000")
    db.session.execute(db.update(clock.Clock).values(ahead=300_000_000_000))
    db.session.commit()
    assert clock.now(shop.id) - clock.real() <= clock.FURTHEST + timedelta(seconds=1)
    assert b"relance_runs_due 0.0" in metrics.text()
    db.session.execute(db.select(Message.id).where(clock.due(Message.send_at, Message.shop_id)))
