"""What a worker's sudden death costs: the runs of others, and those that it had in its hands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import clock
from app.extensions import db
from app.models import Run
from app.unit import unit
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import SQLITE
from tests.conftest import SECRET
from tests.house.sources import ROOT
from tests.patience import until
from workers.advance import LEASE

SLACK = 2.0  # seconds


def measured() -> list[Figure]:
    """Return how long after a worker's death others' runs went on, and its own."""
    with stage.a_world(SQLITE) as world:
        version = stage.waiting(world)
        stage.orders(world, 20)
        stage.enrolled(world)
        stage.advanced(version)
        others, own = _died(world.app.extensions["settings"].data_dir, version)
    lease = LEASE.total_seconds()
    return [
        Figure("runs of others after kill -9 of a worker", others, "s", SLACK, "less", SLACK),
        Figure("its own runs after kill -9 of a worker", own, "s", lease + SLACK, "less", lease + SLACK),
    ]


def _died(directory: Path, version: int) -> tuple[float, float]:
    """Let a worker die with ten runs in its hands while ten others become due; another one is there."""
    victim, other = _worker(directory, "2"), _worker(directory, "1")
    try:
        ids = list(db.session.scalars(db.select(Run.id).order_by(Run.id)))
        unit(lambda: _take(ids[:10]))  # as the victim's own claim leaves them
        os.killpg(victim.pid, signal.SIGKILL)
        began = time.perf_counter()
        unit(lambda: _hurry(ids[10:]))
        others = _when(lambda: _done(ids[10:]), began)
        return others, _when(lambda: _done(ids[:10]), began)
    finally:
        for process in (victim, other):
            process.kill()
            process.wait()


def _take(ids: list[int]) -> None:
    _hurry(ids)
    taken = {"status": "leased", "token": Run.token + 1, "attempts": 1, "lease_until": clock.real() + LEASE}
    db.session.execute(db.update(Run).where(Run.id.in_(ids)).values(taken))


def _hurry(ids: list[int]) -> None:
    past = clock.real() - timedelta(seconds=1)
    db.session.execute(db.update(Run).where(Run.id.in_(ids)).values(wake_at=past, wait_until=past))


def _done(ids: list[int]) -> bool:
    db.session.rollback()
    left = db.select(Run.id).where(Run.id.in_(ids), Run.status != "done").limit(1)
    return db.session.scalar(left) is None


def _when(true: Callable[[], Any], began: float) -> float:
    until(true)
    return time.perf_counter() - began


def _worker(directory: Path, threads: str) -> subprocess.Popen[str]:
    """Start a worker as in production, without a broker: it looks for its work by itself."""
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environ |= {"DATA_DIR": str(directory), "SECRET_KEY": SECRET, "LOG_FORMAT": "json"}
    words = [
        sys.executable,
        "-m",
        "dramatiq",
        "workers",
        "--skip-logging",
        "--processes",
        "1",
        "--threads",
        threads,
    ]
    process = subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)  # fmt: skip
    assert process.stderr
    for line in process.stderr:
        if "ready for action" in line:
            return process
    raise AssertionError("the worker did not start")
