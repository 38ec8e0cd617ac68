"""`make bench`: the engine's measures, one JSON line a figure, each ratio taken within one run.

Run it alone on a quiet machine: anything else that works meanwhile is measured too. Names after the command choose some
of the measures; without any, all are taken and docs/benchmarks.md and docs/capacity.md get their tables. With PEERS=1,
n8n and Node-RED run beside it too: installing them takes minutes.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable

from app import clock, memory
from tests.bench import (
    capacity,
    intake,
    latency,
    machine,
    mails,
    page,
    recovery,
    rendering,
    reports,
    runs,
    servers,
    steps,
    switching,
    waiting,
)
from tests.bench.figure import Figure, summary
from tests.bench.stage import POSTGRESQL, SQLITE

MEASURES: dict[str, Callable[[], list[Figure]]] = {
    "servers": servers.measured,
    "runs": runs.measured,
    "steps": steps.measured,
    "intake": intake.measured,
    "latency": latency.measured,
    "waiting": lambda: [*waiting.measured(SQLITE), *waiting.measured(POSTGRESQL)],
    "mails": mails.measured,
    "rendering": rendering.measured,
    "switching": switching.measured,
    "recovery": recovery.measured,
    "reports": reports.measured,
}


def main(chosen: list[str]) -> int:
    """Measure what is chosen, else everything; return 0 also when a target is missed."""
    logging.getLogger("workers").setLevel(
        logging.WARNING
    )  # a line a mail belongs to the terminal, not to the mail
    memory.settle()  # as a worker does
    figures: list[Figure] = []
    for name in chosen or MEASURES:
        if name == "servers" and not chosen and os.environ.get("PEERS") != "1":
            continue
        for figure in MEASURES[name]():
            print(figure.line(), flush=True)
            figures.append(figure)
    if not chosen:
        page.written(figures, f"{clock.real():%Y-%m-%d}", machine.named())
        capacity.written(figures)
    print(summary(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
