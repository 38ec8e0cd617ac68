"""An instance of an earlier release keeps what it knows when it is brought to today's tables."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import JSON, Boolean, DateTime, Integer, MetaData, insert, select

from app import create_app
from app.config import Settings
from app.extensions import db
from app.models import Code, Coupon, Customer, Flow, Interest, Message, Shop
from tests.conftest import SECRET

THEN = datetime(2026, 11, 1, 9, tzinfo=UTC)
_words = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An instance with the first release's tables."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET))
    with app.app_context():
        _empty()
        flask_migrate.upgrade(revision="0001")
        yield app
        db.session.remove()
        _empty()
        db.engine.dispose()


def _empty() -> None:
    old = MetaData()
    old.reflect(db.engine)
    old.drop_all(db.engine)


def said(told: dict[str, dict[str, Any]]) -> None:
    """Write a row a table, in the order of the names; what is not told and must not be empty gets something."""
    old = MetaData()
    old.reflect(db.engine)
    with db.engine.begin() as connection:
        for name, values in told.items():
            table = old.tables[name]
            given = {column.name: _something(column) for column in table.c if not column.nullable}
            given |= {key: _instant(value) for key, value in values.items()}
            connection.execute(insert(table).values(given))


def _something(column: Any) -> Any:
    for kind, value in ((Boolean, False), (Integer, 1), (DateTime, _instant(THEN)), (JSON, {})):
        if isinstance(column.type, kind):
            return value
    return f"w{next(_words)}"


def _instant(value: Any) -> Any:
    naive = isinstance(value, datetime) and db.engine.dialect.name == "sqlite"
    return value.replace(tzinfo=None) if naive else value


def test_new_columns_are_filled_from_what_was_known(first_release: Flask) -> None:
    said({
        "shop": {"is_demo": True}, "flow": {"status": "paused"}, "version": {}, "customer": {}, "event": {}, "run": {},
        "message": {"state": "failed", "gate_at": THEN, "clicked_at": THEN + timedelta(hours=1)},
        "product_view": {"product_key": "p1"}, "coupon": {"prefix": "merci"}, "code": {"code": "merci-1"},
    })  # fmt: skip
    done = first_release.test_cli_runner().invoke(args=["upgrade"])
    assert done.exit_code == 0, done.output
    assert db.session.scalar(select(Shop.channel)) == "selling"
    assert db.session.scalar(select(Flow.paused_at)) == THEN
    assert db.session.scalar(select(Message.closed_at)) == THEN
    assert db.session.scalar(select(Customer.read_at)) == THEN + timedelta(hours=1)
    assert db.session.execute(select(Interest.product_key, Interest.viewed_at)).all() == [("p1", THEN)]
    assert db.session.scalars(select(Code.code)).all() == ["MERCI-1"]
    assert db.session.scalars(select(Coupon.prefix)).all() == ["MERCI"]
