"""How long an event takes from the shop's request to a message that is committed, with the product as it is started."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import flask_migrate

from app.extensions import db
from app.launcher.prepare import free_port
from tests.bench import intake, loader, stage
from tests.bench.figure import Figure
from tests.bench.stage import SQLITE
from tests.conftest import SECRET
from tests.house.sources import ROOT
from tests.patience import until

EVENTS = 200
LOOK = 0.0005  # seconds between two looks at the outbox
REST = 0.01  # the same, while nothing is measured


def measured(events: int = EVENTS) -> list[Figure]:
    """Return the time to a committed message over the time of the request alone."""
    with stage.a_world(SQLITE) as world:
        stage.asking(world)
        intake.keys(world.shop.id, events)
        settings = world.app.extensions["settings"]
        flask_migrate.stamp()  # the tables are today's: the start shall not make them again
        db.session.remove()
        with started(settings.data_dir) as port:
            asked, committed = _times(port, settings.data_dir / "relance.sqlite3", events)
    beside = {"request_ms": round(asked * 1000, 2), "message_ms": round(committed * 1000, 2)}
    return [
        Figure(
            "event to message committed, over the request", committed / asked, "times", 2, "less", 5, beside
        )
    ]


def _times(port: int, database: Path, events: int) -> tuple[float, float]:
    """Tell one event after the other, each once the mail of the one before has left; return the medians."""
    line, seen = loader.Line(port), sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    asked, committed = [], []
    for number, request in enumerate(intake.requests(port, events)):
        began = time.perf_counter()
        assert line.ask(request) == 202
        asked.append(time.perf_counter() - began)
        until(partial(_more_than, number, seen), limit=30, pause=LOOK)
        committed.append(time.perf_counter() - began)
        until(partial(_more_than, number, seen, "sent"), limit=30, pause=REST)
    line.close()
    seen.close()
    return median(asked), median(committed)


def _more_than(number: int, seen: sqlite3.Connection, state: str = "%") -> bool:
    there = seen.execute("SELECT count(*) FROM message WHERE state LIKE ?", (state,))
    return int(there.fetchone()[0]) > number


@contextmanager
def started(directory: Path, **told: str) -> Iterator[int]:
    """Yield the port of the whole product, started as `make run` does, without its demo."""
    port, said = free_port(), (directory / "said").open("w+")
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environ |= {"PORT": str(port), "DATA_DIR": str(directory), "NO_DEMO": "1", "SECRET_KEY": SECRET, **told}
    process = subprocess.Popen([sys.executable, "-u", "-m", "app.launcher"], cwd=ROOT, env=environ,
                               stdout=said, stderr=said, start_new_session=True)  # fmt: skip
    try:
        until(lambda: "Open http" in (directory / "said").read_text() or process.poll() is not None)
        assert process.poll() is None, (directory / "said").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(40)
