"""Mails a second, each through the whole gate, into a mail server that keeps each on disk before it says so."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.models import Message
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import POSTGRESQL, SQLITE
from tests.faults.children import Process
from workers.deliver import deliver

MAILS = 1000


def measured(mails: int = MAILS) -> list[Figure]:
    """Return the rate of one worker's one outbox, on both databases."""
    return [rate(kind, mails) for kind in (SQLITE, POSTGRESQL)]


def rate(kind: str, mails: int) -> Figure:
    """Return how many one worker hands over in a second."""
    with a_mail_server() as (port, accepted), stage.a_world(kind, port) as world:
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
        assert sent == len(accepted.read_bytes().splitlines()) == mails
    return Figure(f"mails through the gate, one worker, {kind}", mails / took, "per second", 200, "more", 100)


@contextmanager
def a_mail_server() -> Iterator[tuple[int, Path]]:
    """Yield the port of a process that accepts mail, and the file where it keeps a line of each."""
    with tempfile.TemporaryDirectory(prefix="relance-sink-") as folder:
        directory = Path(folder)
        accepted = directory / "accepted.log"
        accepted.touch()
        (directory / "logs").mkdir()
        command = (sys.executable, "-m", "tests.faults.sink", str(accepted))
        process = Process("sink", command, directory, dict(os.environ), read=True)
        try:
            port, _orders = process.line()
            yield port, accepted
        finally:
            process.kill()
