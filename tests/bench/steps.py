"""Steps a second: beside the raw driver's rows, beside one message and one transaction a step, and on two workers."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from app import create_app
from app.config import Settings
from app.extensions import db
from app.models import Step
from tests.bench import naive, stage
from tests.bench.figure import Figure
from tests.bench.stage import POSTGRESQL, SQLITE
from tests.conftest import SECRET
from tests.workers.world import World
from workers import advance

RUNS, FEW = 10_000, 300
MANNERS = {SQLITE: (0.10, 0.20), POSTGRESQL: (0.25, 0.45)}  # floor and target of the ratio to raw rows
SAW = {"answer": True, "rules": [{"subject": "order.total", "saw": 2500, "true": True}]}


def measured(runs: int = RUNS, few: int = FEW) -> list[Figure]:
    """Return all figures about steps."""
    return [
        *(_over_raw(kind, runs) for kind in MANNERS),
        _over_one_by_one(SQLITE, runs, few),
        _two_over_one(runs * 2),
    ]


def rate(kind: str, runs: int) -> float:
    """Return the steps a second of one worker thread: facts, decisions, messages and the history of every visit."""
    with stage.a_world(kind) as world:
        version = _ready(world, runs)
        began = time.perf_counter()
        stage.advanced(version)
        first = time.perf_counter() - began
        stage.hurry(version)
        stage.settle()
        began = time.perf_counter()
        stage.advanced(version)
        return stage.count(Step) / (first + time.perf_counter() - began)


def _ready(world: World, runs: int) -> int:
    version = stage.waiting(world)
    stage.orders(world, runs)
    stage.enrolled(world)
    stage.settle()
    return version


def _over_raw(kind: str, runs: int) -> Figure:
    steps, rows = rate(kind, runs), raw_rate(kind, runs * 4)
    floor, target = MANNERS[kind]
    beside = {"steps_per_second": round(steps), "limit": {"raw rows per second": round(rows)}}
    return Figure(
        f"steps over the raw driver's rows, {kind}", steps / rows, "ratio", target, "more", floor, beside
    )


def raw_rate(kind: str, rows: int) -> float:
    """Return the rows a second of the bare driver, writing history like ours in batches like ours."""
    with stage.a_world(kind):
        write = _copy if kind == POSTGRESQL else _many
        told = json.dumps(SAW)
        db.session.rollback()
        with db.engine.connect() as connection:
            driver = connection.connection.driver_connection
            driver.cursor().execute("CREATE TABLE raw (shop_id int, flow_id int, run_id int, visit int, node text, "
                                    "port text, saw text, at text, PRIMARY KEY (run_id, visit))")  # fmt: skip
            began = time.perf_counter()
            for first in range(0, rows, advance.BATCH):
                at = datetime.now(UTC).isoformat()
                write(
                    driver, [(1, 1, n, 1, "n1", "yes", told, at) for n in range(first, first + advance.BATCH)]
                )
            return rows / (time.perf_counter() - began)


def _many(driver: object, rows: list[tuple[object, ...]]) -> None:
    driver.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
    driver.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)  # type: ignore[attr-defined]
    driver.execute("COMMIT")  # type: ignore[attr-defined]


def _copy(driver: object, rows: list[tuple[object, ...]]) -> None:
    with driver.cursor() as cursor, cursor.copy("COPY raw FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)
    driver.commit()  # type: ignore[attr-defined]


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
            version = _ready(World(context.app, None, None), runs)
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
        gate.wait()  # type: ignore[attr-defined]
        stage.advanced(version)
        done.wait()  # type: ignore[attr-defined]
        db.engine.dispose()
