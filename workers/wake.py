"""Wake: which resting runs an event concerns.

A run is woken when its version watches the event's name; the interpreter then decides what the event means to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from app.lists import in_shop
from app.models import Run
from app.questions import asks, told
from graph.interpreter import Plan
from workers.plans import plans


def by(shop_id: int, events: Sequence[Row[Any]], now: datetime) -> set[int]:
    """Make the runs that these events concern due now; return their versions."""
    happened = _by_customer(events)
    runs = _resting(shop_id, list(happened))
    compiled = plans({run.version_id for run in runs})
    concerned = [
        run for run in runs if _concerns(happened[run.customer_id], run, compiled.get(run.version_id))
    ]
    Run.wake([run.id for run in concerned], now)
    return {run.version_id for run in concerned}


def _by_customer(events: Sequence[Row[Any]]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for event in events:
        if event.customer_id:
            found[event.customer_id].append(event)
    return found


def _resting(shop_id: int, people: Sequence[int]) -> list[Row[Any]]:
    return _of(shop_id=shop_id, people=people) if people else []


@asks
def _of() -> Any:
    theirs = in_shop(told("shop_id"), Run.customer_id, told("people"))
    resting = or_(Run.status == "waiting", Run.status == "leased")
    return select(Run.id, Run.version_id, Run.customer_id).where(theirs, resting).order_by(Run.id)


def _concerns(events: Sequence[Row[Any]], run: Row[Any], plan: object) -> bool:
    if not isinstance(plan, Plan):
        return False
    # What a reader did with a message concerns the run that sent it, not their other runs.
    return any(event.name in plan.watches and event.data.get("run", run.id) == run.id for event in events)
