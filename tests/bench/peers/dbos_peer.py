"""A program for an environment of DBOS' own: how many workflows of two steps it runs a second. No import of ours."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dbos import DBOS

THREADS = 4  # more of them are slower, on SQLite and on PostgreSQL


@DBOS.step()
def facts(number: int) -> dict[str, Any]:
    """What is known of one customer's order."""
    return {"customer": {"email": f"c{number}@example.com"}, "order": {"total": 2500}}


@DBOS.step()
def prepare(number: int, known: dict[str, Any]) -> dict[str, Any]:
    """The message that would be sent."""
    return {"key": f"{number}:n2:2", "to": known["customer"]["email"], "email": 1}


@DBOS.workflow()
def flow(number: int) -> dict[str, Any] | None:
    """An order, a question, a message."""
    known = facts(number)
    return prepare(number, known) if known["order"]["total"] >= 1000 else None


def main(database: str, count: int) -> None:
    """Run so many workflows and print how many that were a second."""
    config: Any = {
        "name": "peer",
        "system_database_url": database,
        "log_level": "ERROR",
        "run_admin_server": False,
    }
    DBOS(config=config)
    DBOS.launch()
    for number in range(10):
        flow(number)
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(flow, range(count)))
    print(count / (time.perf_counter() - began))
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
