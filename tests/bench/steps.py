"""Steps a second: beside the raw driver's rows, beside one message and one transaction a step, and on two workers."""

from __future__ import annotations

import time
from multiprocessing import get_context
from pathlib import Path

from app import create_app, memory
from app.config import Settings
from app.extensions import db
from app.models import Step
from tests.bench import naive, raw, stage
from tests.bench.figure import Figure, middle
from tests.bench.stage import POSTGRESQL, SQLITE
from tests.conftest import SECRET
from tests.workers.world import World

RUNS, FEW = 10_000, 300
MANNERS = {SQLITE: (0.10, 0.20), POSTGRESQL: (0.25, 0.45)}  # floor and target of the ratio to raw rows


def measured(runs: int = RUNS, few: int = FEW) -> list[Figure]:
    """Return all figures about steps."""
    return [
        *middle(lambda: [_over_raw(kind, runs) for kind in MANNERS], 3),
        _over_one_by_one(SQLITE, runs, few),
        _two_over_one(runs * 2),
    ]


def rate(kind: str, runs: int) -> float:
    """Return the steps a second of one worker thread: facts, decisions, messages and the history of every visit."""
    with stage.a_world(kind) as world:
        version = stage.ready(world, runs)
        began = time.perf_counter()
        stage.advanced(version)
        first = time.perf_counter() - began
        stage.hurry(version)
        stage.settle()
        began = time.perf_counter()
        stage.advanced(version)
        return stage.count(Step) / (first + time.perf_counter() - began)


def _over_raw(kind: str, runs: int) -> Figure:
    steps, rows = rate(kind, runs), raw.rate(kind, runs)
    floor, target = MANNERS[kind]
    beside = {"steps_per_second": round(steps), "limit": {"raw rows per second": round(rows)}}
    return Figure(
        f"steps over the raw driver's rows, {kind}", steps / rows, "ratio", target, "more", floor, beside
    )


def _over_one_by_one(kind: str, runs: int, few: int) -> Figure:
    ours, theirs = rate(kind, runs), naive.rate(kind, few)
    beside = {"steps_per_second": round(ours), "peer": {"one message and transaction a step": round(theirs)}}
    return Figure(
        "steps over one message and one transaction a step", ours / theirs, "times", 70, "more", 30, beside
    )


def _two_over_one(runs: int) -> Figure:
    one, two = (_with_processes(number, runs) for number in (1, 2))
    beside = {"runs_per_second": {"one": round(one), "two": round(two)}}
    return Figure("two workers over one, PostgreSQL", two / one, "times", 1.8, "more", 1.5, beside)


def _with_processes(number: int, runs: int) -> float:
    with stage.a_place(POSTGRESQL) as (folder, url):
        with stage.an_app(folder, url).app_context() as context:
            version = stage.ready(World(context.app, None, None), runs)
            db.session.remove()
            db.engine.dispose()
        spawn = get_context("spawn")
        gate, done = spawn.Barrier(number + 1), spawn.Barrier(number + 1)
        told = str(folder), url, SECRET, version, gate, done
        workers = [spawn.Process(target=_worker, args=told) for _each in range(number)]
        for worker in workers:
            worker.start()
        gate.wait()
        began = time.perf_counter()
        done.wait()
        took = time.perf_counter() - began
        for worker in workers:
            worker.join()
        return runs / took


def _worker(folder: str, url: str, key: str, version: int, gate: object, done: object) -> None:
    app = create_app(Settings(data_dir=Path(folder), database_url=url, secret_key=key))
    with app.app_context():
        db.session.execute(db.text("SELECT 1"))
        memory.settle()
        gate.wait()  # type: ignore[attr-defined]
        stage.advanced(version)
        done.wait()  # type: ignore[attr-defined]
        db.engine.dispose()
