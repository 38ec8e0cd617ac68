"""Mails a second, each through the whole gate, into a mail server that keeps each on disk before it says so."""

from __future__ import annotations

import os
import tempfile
import time

from app.models import Message
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import POSTGRESQL, SQLITE
from tests.workers.world import Sink
from workers.deliver import deliver

MAILS = 1000


def measured(mails: int = MAILS) -> list[Figure]:
    """Return the rate of one worker's one outbox, on both databases."""
    return [rate(kind, mails) for kind in (SQLITE, POSTGRESQL)]


def rate(kind: str, mails: int) -> Figure:
    """Return how many one worker hands over in a second."""
    with tempfile.TemporaryFile() as kept:
        sink = Sink(at_dot=lambda _server: _keep(kept)).start()
        with stage.a_world(kind, sink) as world:
            version = stage.asking(world)
            stage.orders(world, mails)
            stage.enrolled(world)
            stage.advanced(version)
            stage.settle()
            began = time.perf_counter()
            while deliver(world.shop.id):
                pass
            took = time.perf_counter() - began
            sent = len(world.all(Message, Message.state == "sent"))
            assert sent == len(sink.mails) == mails
        sink.stop()
    return Figure(f"mails through the gate, one worker, {kind}", mails / took, "per second", 200, "more", 100)


def _keep(file: object) -> None:
    file.write(b"x" * 20_000)  # type: ignore[attr-defined]
    file.flush()  # type: ignore[attr-defined]
    os.fsync(file.fileno())  # type: ignore[attr-defined]
