"""Runs a second, from a delivery that waits in the inbox to a message prepared: beside DBOS and SpiffWorkflow."""

from __future__ import annotations

import time

from app.models import Message
from tests.bench import stage
from tests.bench.figure import Figure, middle
from tests.bench.peers import python
from tests.bench.stage import POSTGRESQL, SQLITE

RUNS, THEIRS = 10_000, 300
BOUNDS = {POSTGRESQL: (75, 150), SQLITE: (250, 500)}


def measured(runs: int = RUNS, theirs: int = THEIRS) -> list[Figure]:
    """Return our runs over DBOS' on both databases, and over SpiffWorkflow's, whose state is saved as DBOS' is.

    The middle of three runs each.
    """
    return middle(lambda: _pairs(runs, theirs), 3)


def _pairs(runs: int, theirs: int) -> list[Figure]:
    ours = {kind: rate(kind, runs) for kind in BOUNDS}
    return [*(_over_dbos(kind, ours[kind], theirs) for kind in BOUNDS), _over_spiff(ours[SQLITE], theirs)]


def rate(kind: str, runs: int) -> float:
    """Return the runs a second of one thread that reads, enrols, decides and prepares."""
    with stage.a_world(kind) as world:
        version = stage.asking(world)
        stage.orders(world, runs)
        stage.settle()
        began = time.perf_counter()
        stage.enrolled(world)
        stage.advanced(version)
        took = time.perf_counter() - began
        assert stage.count(Message) == runs
        return runs / took


def _over_dbos(kind: str, ours: float, count: int) -> Figure:
    with stage.a_place(kind) as (folder, url):
        place = url if kind == POSTGRESQL else f"sqlite:///{folder}/dbos.sqlite"
        theirs = python.said("dbos_peer.py", place, str(count))
    floor, target = BOUNDS[kind]
    beside = {"runs_per_second": round(ours), "peer": {python.DBOS: round(theirs, 1)}}
    return Figure(f"runs over DBOS, {kind}", ours / theirs, "times", target, "more", floor, beside)


def _over_spiff(ours: float, count: int) -> Figure:
    with stage.a_place(SQLITE) as (folder, _url):
        theirs = python.said("spiff_peer.py", f"{folder}/spiff.sqlite", str(count))
    beside = {"runs_per_second": round(ours), "peer": {python.SPIFF: round(theirs, 1)}}
    return Figure("runs over SpiffWorkflow, SQLite", ours / theirs, "times", 10, "more", 5, beside)
