"""Raw rows: the bare driver writing the history of the same runs into the same table, and nothing else.

It is the limit that the database sets to any engine that keeps every visit: the same columns, keys and references, in
batches like ours with one commit each, every value ready for the driver beforehand.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.columns import Instant
from app.extensions import db
from app.models import Run
from tests.bench import stage
from tests.bench.stage import POSTGRESQL
from workers import advance

COLUMNS = ("shop_id", "flow_id", "run_id", "visit", "node", "port", "saw", "at")
KINDS = ("int4", "int4", "int4", "int4", "varchar", "varchar", "jsonb", "timestamptz")
SAW = {"answer": True, "rules": [{"subject": "order.total", "saw": 2500, "true": True}]}
Row = tuple[Any, ...]


def rate(kind: str, runs: int, visits: int = 4) -> float:
    """Return the rows a second."""
    with stage.a_world(kind) as world:
        stage.ready(world, runs)
        batches, write = _batches(visits), _copy if kind == POSTGRESQL else _many
        with db.engine.connect() as connection:
            driver = connection.connection.driver_connection
            began = time.perf_counter()
            for rows in batches:
                write(driver, rows)
            return runs * visits / (time.perf_counter() - began)


def _batches(visits: int) -> list[list[Row]]:
    runs = db.session.execute(select(Run.shop_id, Run.flow_id, Run.id).order_by(Run.id)).all()
    at, told = _instant(), json.dumps(SAW)
    db.session.rollback()
    return [
        [(*run, visit, "n1", "yes", told, at) for run in runs[first : first + advance.BATCH]]
        for visit in range(visits)
        for first in range(0, len(runs), advance.BATCH)
    ]


def _instant() -> Any:
    ready = Instant().bind_processor(db.engine.dialect)
    return ready(datetime.now(UTC))


def _many(driver: Any, rows: list[Row]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    driver.execute("BEGIN IMMEDIATE")
    driver.executemany(f"INSERT INTO step ({', '.join(COLUMNS)}) VALUES ({marks})", rows)
    driver.execute("COMMIT")


def _copy(driver: Any, rows: list[Row]) -> None:
    into = f"COPY step ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        copy.set_types(KINDS)
        for row in rows:
            copy.write_row(row)
    driver.commit()
