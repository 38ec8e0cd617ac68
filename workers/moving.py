"""Moving: what a batch of runs of one version does next, and all that follows from it, in the caller's transaction.

Facts for the whole batch, the pure pass, then steps, messages, codes, tags and where each run is: one write a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app import bulk, clock
from app.models import Code, Run, Step
from graph.facts import Facts
from graph.interpreter import Advance, Finished, Plan, Position, advance
from workers import effects, facts, marks
from workers.effects import Asked
from workers.plans import plans

Aside = Callable[[Row[Any], Exception], object]  # hears of a run whose step raised, and with what


def move(shop_id: int, version_id: int, runs: Sequence[Row[Any]], aside: Aside) -> None:
    """Move these runs as far as they can go now.

    They are locked before anything is read: an event that comes now waits for us, one that came before is seen.
    """
    if not runs:
        return
    plan = plans([version_id])[version_id]
    if not isinstance(plan, Plan):
        raise plan
    now = clock.now(shop_id)
    moved = _moved(plan, runs, facts.load(shop_id, plan, runs), now, aside)
    done = [run for run in runs if run.id in moved]
    given = effects.carry_out(plan, [each for run in done for each in _asked(run, moved[run.id])], now)
    bulk.insert(Step, [_step(run, step) for run in done for step in moved[run.id].steps])
    Run.settle({run.id: _settled(run, moved[run.id], now) | given.get(run.id, {}) for run in done})
    Code.release_of([run.id for run in done if _left_early(moved[run.id])])


def _moved(
    plan: Plan, runs: Sequence[Row[Any]], known: Mapping[int, Facts], now: datetime, aside: Aside
) -> dict[int, Advance]:
    """Return how far each run goes, without those whose step raises."""
    moved = {}
    for run in runs:
        try:
            moved[run.id] = advance(plan, _position(run), known[run.id], now, marks.chance(run.id))
        except Exception as error:
            aside(run, error)
    return moved


def _left_early(moved: Advance) -> bool:
    # Whoever walked to the end may still have a message before its gate that shows the code.
    return isinstance(moved.rest, Finished) and moved.rest.status == "exited"


def _position(run: Row[Any]) -> Position:
    return Position(run.node, run.visit, run.since, run.wait_until, tuple(run.waits_for.split()))


def _asked(run: Row[Any], moved: Advance) -> list[Asked]:
    return [Asked(run, visit, effect) for visit, effect in moved.effects]


def _step(run: Row[Any], step: Any) -> dict[str, Any]:
    return {"shop_id": run.shop_id, "flow_id": run.flow_id, "run_id": run.id, "visit": step.visit, "node": step.node,
            "port": step.port or "", "saw": step.saw, "at": step.at}  # fmt: skip


def _settled(run: Row[Any], moved: Advance, now: datetime) -> dict[str, Any]:
    """Return the columns in which the run comes to rest, or ends: then it keeps the place where it stood last."""
    if isinstance(moved.rest, Finished):
        last = moved.steps[-1] if moved.steps else run
        return {
            "status": moved.rest.status, "reason": moved.rest.reason, "node": last.node, "visit": last.visit,
            "wake_at": None, "wait_until": None, "waits_for": "", "ended_at": now,
        }  # fmt: skip
    rests = moved.rest.position
    return {
        "status": "waiting", "reason": "", "node": rests.node, "visit": rests.visit, "since": rests.since,
        "wake_at": rests.wake, "wait_until": rests.wake, "waits_for": " ".join(rests.waits_for), "ended_at": None,
    }  # fmt: skip
