"""The editor's measures, `make bench-editor`: one JSON line a figure, each the median of three runs.

Run it alone on a quiet machine: anything else that works meanwhile is measured too. Names after the command choose
some of the measures: `python -m tests.bench.editor speed access`.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Browser

from tests.bench import drafts
from tests.bench.editor_access import access
from tests.bench.editor_lighthouse import lighthouse
from tests.bench.editor_site import a_browser, a_site
from tests.bench.editor_speed import drops, frames, loads, tidying
from tests.bench.figure import Figure, summary
from tests.e2e.editing import Site


def promises(_browser: Browser, _site: Site) -> list[Figure]:
    """Return what drafts promise, counted on a database of its own."""
    return list(drafts.measured())


Measure = Callable[[Browser, Site], list[Figure]]
# What is counted is the same each time; what is timed is not.
MEASURES: dict[str, tuple[int, tuple[Measure, ...]]] = {
    "speed": (3, (frames, drops, loads, tidying)),
    "lighthouse": (3, (lighthouse,)),
    "access": (1, (access,)),
    "drafts": (1, (promises,)),
}


def main(chosen: list[str]) -> int:
    """Measure what is chosen, else everything; print it, and return how many targets were missed."""
    figures: list[Figure] = []
    for name in chosen or MEASURES:
        times, measures = MEASURES[name]
        for measure in measures:
            for figure in _measured(measure, times):
                print(figure.line(), flush=True)
                figures.append(figure)
    print(summary(figures))
    return sum(not figure.ok for figure in figures)


def _measured(measure: Measure, times: int) -> list[Figure]:
    with a_site() as site, a_browser() as browser:
        runs = [measure(browser, site) for _run in range(times)]
    return [
        replace(same[0], value=statistics.median(each.value for each in same))
        for same in zip(*runs, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
