"""The doctor says what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import clock, create_app
from app.config import Settings
from app.extensions import db
from app.launcher import prepare
from app.models import Heartbeat
from app.unit import unit
from tests.app.rows import a_customer, a_flow, a_run, a_shop
from tests.conftest import SECRET


@pytest.fixture(params=["sqlite", "postgresql"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An instance as an operator makes it, with its engine alive."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    prepare.secret_key_file(tmp_path)
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET))
    with app.app_context():
        db.drop_all()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        assert app.test_cli_runner().invoke(args=["upgrade"]).exit_code == 0
        unit(lambda: Heartbeat.beat("worker:here:1", clock.real()))
        yield app
        db.session.remove()
        db.drop_all()
        db.engine.dispose()


def said(app: Flask, code: int) -> str:
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == code, done.output
    return done.output


def test_a_healthy_instance_hears_that_all_is_well(instance: Flask) -> None:
    assert said(instance, 0).endswith("All is well.\n")


def test_a_key_that_others_can_read_is_found(instance: Flask, tmp_path: Path) -> None:
    (tmp_path / "secret_key").chmod(0o644)
    assert f"Run chmod 600 {tmp_path / 'secret_key'}" in said(instance, 1)


def test_tables_of_another_release_are_found(instance: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert "The tables are those of 0000" in said(instance, 1)


def test_silent_workers_are_found(instance: Flask) -> None:
    unit(lambda: db.session.execute(db.update(Heartbeat).values(seen_at=clock.real() - timedelta(minutes=5))))
    assert "A worker was heard 300 s ago." in said(instance, 1)


def test_late_parked_and_held_are_counted(instance: Flask) -> None:
    shop = a_shop()
    flow = a_flow(shop)
    a_run(flow, a_customer(shop), status="waiting", wake_at=clock.real() - timedelta(minutes=3))
    parked = a_run(flow, a_customer(shop, email="second@example.com"))
    parked.status, parked.wake_at = "parked", None
    held = a_flow(shop)
    held.status, held.paused_reason = "paused", "restored"
    db.session.commit()
    output = said(instance, 1)
    assert "1 people are due for their next step, the first for 180 s." in output
    assert "1 people and 0 deliveries are put aside with an error." in output
    assert "1 automations were paused by Relance itself." in output


def test_a_broker_and_a_mail_server_that_do_not_answer_are_found(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, secret_key=SECRET, redis_url="redis://127.0.0.1:9", smtp_url="smtp://127.0.0.1:9"
    )
    app = create_app(settings)
    with app.app_context():
        output = said(app, 1)
        db.engine.dispose()
    assert "The broker does not answer" in output
    assert "The mail server does not let us in" in output
