"""What many who wait cost: finding and claiming the few that are due, a look that finds none, memory and disk."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text

from app import clock
from app.extensions import db
from app.models import Run
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import POSTGRESQL, SQLITE
from tests.conftest import SECRET
from tests.house.sources import ROOT
from workers import advance, due

MANY, FEW, DUE, TIMES = 5_000_000, 10_000, 1_000, 15
# Rows as the engine leaves them at a wait, written by the database itself: five million would take an hour otherwise.
ROWS = """
INSERT INTO run (shop_id, flow_id, version_id, epoch, customer_id, event_id, entry_key, status, reason, node, visit,
                 since, wake_at, wait_until, waits_for, token, attempts, error, started_at)
SELECT 1, 1, :version, 1, n, n, 'e' || n, 'waiting', '', 'n3', 3, :since, :wake, :wake, '', 1, 0, '', :since
FROM {numbers}
"""
NUMBERS = {
    SQLITE: "(WITH RECURSIVE upto(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM upto WHERE n < :many) SELECT n FROM upto)",
    POSTGRESQL: "generate_series(1, :many) AS n",
}


def measured(kind: str = SQLITE, many: int = MANY, few: int = FEW) -> list[Figure]:
    """Return all figures about those who wait, each as many over few."""
    little, much = _seen(kind, few), _seen(kind, many)
    disk = (much["disk"] - little["disk"]) / (many - few)
    return [
        _over("find 1,000 due", kind, little, much, "find", 1.5, 2.5),
        _over("claim 1,000 neighbours", kind, little, much, "near", 2, 4),
        _over("claim 1,000 scattered", kind, little, much, "far", 5, 10),
        _over("an empty look", kind, little, much, "tick", 1.5, 3),
        Figure(f"worker memory, many waiting less few, {kind}", max(0.0, much["memory"] - little["memory"]), "MB", 2,
               "less", 10),
        Figure(f"disk a waiting run, {kind}", disk, "bytes", 200, "less", 400),
    ]  # fmt: skip


def _over(what: str, kind: str, little: Any, much: Any, name: str, target: float, floor: float) -> Figure:
    beside = {"milliseconds": {"few": round(little[name] * 1000, 3), "many": round(much[name] * 1000, 3)}}
    called = f"{what}: many waiting over few, {kind}"
    return Figure(called, much[name] / little[name], "times", target, "less", floor, beside)


def _seen(kind: str, count: int) -> dict[str, float]:
    with stage.a_world(kind) as world:
        version = stage.waiting(world)
        before = _size()
        _fill(kind, version, count)
        seen: dict[str, float] = {"disk": _size() - before}
        settings = world.app.extensions["settings"]
        seen["memory"] = _memory(settings.data_dir, settings.database_url, version)
        seen["tick"] = _median(lambda: list(due.work()))
        for name, every in (("near", 1), ("far", max(1, count // DUE))):
            with _due(version, every):
                seen[name] = _median(
                    lambda: Run.claim(version, clock.real(), clock.real() + advance.LEASE, DUE)
                )
                if every == 1:
                    seen["find"] = _median(lambda: db.session.execute(_find(version)).all())
        return seen


def _find(version: int) -> Any:
    waits = Run.version_id == version, db.text("status IN ('ready', 'waiting')"), Run.wake_at <= clock.real()
    return db.select(Run.id).where(*waits).order_by(Run.wake_at).limit(DUE)


def _fill(kind: str, version: int, count: int) -> None:
    now = clock.real()
    told = {
        "version": version,
        "many": count,
        "since": _told(kind, now),
        "wake": _told(kind, now + timedelta(days=3)),
    }
    db.session.rollback()
    with db.engine.connect() as connection:
        _unchecked(connection.connection.driver_connection, kind)
        connection.execute(text(ROWS.format(numbers=NUMBERS[kind])), told)
        connection.commit()
        connection.invalidate()  # the next one checks its references again
    stage.settle()


def _told(kind: str, at: Any) -> Any:
    return at.replace(tzinfo=None).isoformat(" ") if kind == SQLITE else at


def _unchecked(driver: Any, kind: str) -> None:
    """Let this connection write runs of customers and events that nobody made."""
    driver.execute("PRAGMA foreign_keys=OFF" if kind == SQLITE else "SET session_replication_role = replica")
    if kind == POSTGRESQL:
        driver.execute("SET statement_timeout = 0")
        driver.commit()


@contextmanager
def _due(version: int, every: int) -> Iterator[None]:
    """Let a thousand be due for a while: neighbours, or one of so many."""
    ids = range(1, DUE * every + 1, every)
    theirs = db.update(Run).where(Run.version_id == version, Run.id.in_(list(ids)))
    later = clock.real() + timedelta(days=3)
    _write(theirs.values(wake_at=clock.real() - timedelta(seconds=1)))
    yield
    _write(theirs.values(wake_at=later))


def _write(statement: Any) -> None:
    db.session.rollback()
    db.session.execute(statement)
    db.session.commit()


def _median(look: Callable[[], object]) -> float:
    took = []
    for _time in range(TIMES):
        db.session.rollback()
        began = time.perf_counter()
        look()
        took.append(time.perf_counter() - began)
        db.session.rollback()
    return median(took)


def _size() -> int:
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        stage.settle()
        assert db.engine.url.database
        return Path(db.engine.url.database).stat().st_size
    return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _memory(directory: Path, url: str, version: int) -> float:
    """Return the megabytes that a process of its own has taken after some looks and an advance."""
    words = [sys.executable, "-m", "tests.bench.looking", str(directory), url, SECRET, str(version)]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return float(json.loads(done.stdout.splitlines()[-1])) / 1024
