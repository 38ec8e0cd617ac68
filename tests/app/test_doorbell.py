"""The doorbell and whatever else asks the broker: one that hangs keeps nobody at the door."""

from __future__ import annotations

import socket
import time

import pytest

from app import doorbell
from app.extensions import limiter
from tests.app.browsing import with_pages
from tests.conftest import make_app


@pytest.fixture
def silent():
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_every_client_of_the_broker_is_impatient(silent):
    client = doorbell.client(silent, 0.05)
    began = time.monotonic()
    with pytest.raises(Exception, match="imeout"):
        client.ping()
    assert time.monotonic() - began < 1


def test_a_broker_that_hangs_keeps_nobody_at_the_door(tmp_path, silent):
    """Counting requests asks the broker too: its own patience would be ten seconds for the first request."""
    app = with_pages(make_app(tmp_path, redis_url=silent))
    limiter.enabled = True
    began = time.monotonic()
    with app.app_context():
        assert app.test_client().post("/api/v1/events", json={}).status_code == 401
    limiter.enabled = False
    assert time.monotonic() - began < 4
