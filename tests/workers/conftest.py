"""A world for each engine test, on each database; after it the invariants are read from the rows."""

from __future__ import annotations

import pytest

from app import clock
from app.config import Settings
from tests.conftest import SECRET
from tests.mails import faults
from tests.workers.invariants import check
from tests.workers.world import Sink, World, at
from workers.channels.email import let_go


@pytest.fixture
def sink():
    sink = Sink().start()
    yield sink
    let_go()
    sink.stop()


@pytest.fixture
def world(each_database, sink, tmp_path, monkeypatch):
    app = each_database
    old = app.extensions["settings"]
    app.extensions["settings"] = Settings(
        data_dir=tmp_path, database_url=old.database_url, secret_key=SECRET, smtp_url=f"smtp://127.0.0.1:{sink.port}",
        base_url="http://relance.example",
    )  # fmt: skip
    with at() as traveller:
        world = World(app, sink, traveller)
        monkeypatch.setattr(clock, "counted", lambda counted=clock.counted: counted() + world.passed)
        yield world
        check(world.sink.mails)
        assert [wrong for raw in sink.sources for wrong in faults(raw)] == []
