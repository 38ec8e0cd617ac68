"""How long a flow with fifty thousand people in it takes to be switched off."""

from __future__ import annotations

import time

from app import clock
from app.models import Flow, Run, Version
from app.unit import unit
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import POSTGRESQL, SQLITE

PEOPLE = 50_000


def measured(people: int = PEOPLE) -> list[Figure]:
    """Return the seconds of the one transaction, on both databases."""
    return [off(kind, people) for kind in (SQLITE, POSTGRESQL)]


def off(kind: str, people: int) -> Figure:
    """Return how long it takes with so many people waiting."""
    with stage.a_world(kind) as world:
        version = stage.waiting(world)
        stage.orders(world, people)
        stage.enrolled(world)
        stage.advanced(version)
        stage.settle()
        flow = world.only(Version, Version.id == version).flow_id
        began = time.perf_counter()
        unit(lambda: Flow.switch_off(world.shop.id, flow, clock.real()))
        took = time.perf_counter() - began
        assert len(world.all(Run, Run.status == "cancelled")) == people
    return Figure(f"{people:,} waiting people switched off, {kind}", took, "s", 1, "less", 2)
