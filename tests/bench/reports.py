"""How fast pages of figures open over a million steps of history, in a real database, through the pages themselves.

Prints one JSON line a figure, the median of several openings. `python -m tests.bench.reports`
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median

from flask.testing import FlaskClient

from app.extensions import db
from app.models import Step
from app.models.periods import Period
from tests.app.browsing import a_browser, with_pages
from tests.app.rows import folded
from tests.app.year import BEGAN, Year
from tests.bench.figure import Figure, summary
from tests.conftest import make_app

STEPS, RUNS, ORDERS = 1_000_000, 250_000, 12_000
TIMES = 7
TARGET = 300  # ms


def grown(year: Year, runs: int, steps: int) -> int:
    """Write the steps of a million-step history, all of one flow; return how many there are."""
    flow, each = year.flows[0].id, steps // runs
    rows = [
        {**year.same, "flow_id": flow, "run_id": run["id"], "visit": 100 + visit, "saw": {},
         "node": f"n{1 + visit % 3}", "port": "next", "at": run["started_at"]}
        for run in year.runs for visit in range(each)
    ]  # fmt: skip
    year.write(Step, rows)
    return len(rows)


def opening(tab: FlaskClient, path: str) -> float:
    """Return the median time to open a page, in ms; the first opening, which fills caches, is not counted."""
    took = []
    for _time in range(TIMES + 1):
        db.session.remove()
        began = time.perf_counter()
        answer = tab.get(path)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code in (200, 204), (path, answer.status_code)
    return round(median(took[1:]), 1)


def pages(flow_id: int) -> Iterator[tuple[str, str]]:
    """Yield what is opened, and where."""
    whole = Period(BEGAN.date(), BEGAN.date().replace(year=BEGAN.year + 1), "Europe/Paris")
    days = f"from={whole.first}&to={whole.last}"
    yield "report of a flow with a million steps, a year", f"/automations/{flow_id}/report?{days}"
    yield (
        "report of a flow with a million steps, a month",
        f"/automations/{flow_id}/report?from=2025-06-01&to=2025-06-30",
    )
    yield "its page, a year", f"/automations/{flow_id}?{days}"
    yield "people in it", f"/automations/{flow_id}/people"
    yield "counts on its drawing", f"/automations/{flow_id}/counts"
    yield "list of automations, a year", f"/automations?{days}"
    yield "home", "/home"


def measured() -> Iterator[Figure]:
    """Yield each figure, taken on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        app = with_pages(make_app(Path(folder)))
        with app.app_context():
            year = Year("Europe/Paris", Random(1), RUNS, ORDERS)
            many = grown(year, RUNS, STEPS)
            tab = a_browser(app, year.shop)
            flow_id = year.flows[0].id
            began = time.perf_counter()
            folded(year.shop)
            yield Figure("folding such a year into days", round(time.perf_counter() - began, 1), "s", 120)
            for name, path in pages(flow_id):
                yield Figure(
                    f"{name} ({many:,} steps)" if "report" in name else name, opening(tab, path), "ms", TARGET
                )
            db.session.remove()
            db.engine.dispose()


def main() -> int:
    """Print every figure."""
    taken = []
    for figure in measured():
        print(figure.line(), flush=True)
        taken.append(figure)
    print(summary(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
