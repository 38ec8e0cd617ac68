"""How many machines carry what: computed from the figures that were measured, for a shop of a said size.

Pure arithmetic, so that whoever doubts a row can follow it. The words around the table are written by hand.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.page import put
from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "capacity.md"
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)
DAY, PEAK, HALF = (
    86_400,
    4.0,
    0.5,
)  # seconds; the busiest hour over the average one; how full a machine is planned
SHOPS = (1, 10, 100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop's day. Half a million visitors a year make about this."""

    events: int = 4_000
    runs: int = 400
    steps: int = 6  # a run
    mails: int = 600
    waiting: int = 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What one core does in a second, and what is kept, in bytes."""

    events: float  # taken in by a web process
    runs: float  # read, enrolled, decided and prepared by a worker process
    steps: float  # advanced by a worker process
    mails: float  # handed over by a worker process
    waiting: float  # bytes of a waiting run

    @staticmethod
    def of(figures: list[Figure]) -> Measured:
        """Pick them out of the figures of a whole run, those of PostgreSQL."""
        by = {figure.figure: figure for figure in figures}
        return Measured(
            events=by["intake over a bare Flask route with one raw insert"].beside["events_per_second"],
            runs=by["runs over DBOS, PostgreSQL"].beside["runs_per_second"],
            steps=by["steps over the raw driver's rows, PostgreSQL"].beside["steps_per_second"],
            mails=by["mails through the gate, one worker, PostgreSQL"].value,
            waiting=by["disk a waiting run, PostgreSQL"].value,
        )


def cores(shops: int, measured: Measured, shop: Shop) -> tuple[int, int]:
    """Return how many cores for web and for workers so many shops need in their busiest hour."""
    busy = shops * PEAK / DAY / HALF
    web = busy * shop.events / measured.events
    work = shop.runs / measured.runs + shop.runs * shop.steps / measured.steps + shop.mails / measured.mails
    return max(1, math.ceil(web)), max(1, math.ceil(busy * work))


def table(measured: Measured, shop: Shop) -> str:
    """Return the table of machines, in Markdown."""
    head = "| shops | events/s, busiest | mails/s | people waiting | web cores | worker cores | their runs on disk |"
    lines = [head, "|---|---|---|---|---|---|---|", *(_row(shops, measured, shop) for shops in SHOPS)]
    return "\n".join(lines) + "\n"


def _row(shops: int, measured: Measured, shop: Shop) -> str:
    web, work = cores(shops, measured, shop)
    busy, waiting = shops * PEAK / DAY, shops * shop.waiting
    rates = f"{busy * shop.events:,.1f} | {busy * shop.mails:,.2f}"
    disk = waiting * measured.waiting / 1024**3
    return f"| {shops:,} | {rates} | {waiting:,} | {web:,} | {work:,} | {disk:,.1f} GiB |"


def written(figures: list[Figure], page: Path = PAGE) -> None:
    """Put the table where the page has its own."""
    put(page, TABLE, "\n" + table(Measured.of(figures), Shop()) + "\n")
