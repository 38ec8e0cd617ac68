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
from graph.interpreter import Advance, Finished, Plan, Position, Resting, advance
from graph.interpreter import Step as Walked
from workers import effects, facts, marks
from workers.asked import Asked
from workers.plans import plans

HISTORY = ("shop_id", "flow_id", "run_id", "visit", "node", "port", "saw", "at")
Settled = tuple[dict[str, Any], list[int]]
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
    asked = [Asked(run, visit, effect) for run in done for visit, effect in moved[run.id].effects]
    codes = effects.carry_out(plan, asked, now)
    bulk.write(Step, HISTORY, [_step(run, step) for run in done for step in moved[run.id].steps])
    Run.settle(_settled(done, moved, codes, now))
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


def _step(run: Row[Any], step: Walked) -> tuple[Any, ...]:
    return (run.shop_id, run.flow_id, run.id, step.visit, step.node, step.port or "", step.saw, step.at)


def _settled(
    runs: Sequence[Row[Any]], moved: Mapping[int, Advance], codes: Mapping[int, int], now: datetime
) -> list[Settled]:
    """Return the columns in which runs come to rest or end, each time with the ids of those who share them."""
    alike: dict[Any, Settled] = {}
    key: Any = None
    for run in runs:
        rest, last = moved[run.id].rest, (moved[run.id].steps or (run,))[-1]
        its = rest, last.node, last.visit, codes.get(run.id)
        if its != key:  # neighbours mostly share it, and to compare costs less than to look up
            key, code = its, {"code_id": codes[run.id]} if run.id in codes else {}
            _values, ids = alike.setdefault(key, (_columns(rest, last, now) | code, []))
        ids.append(run.id)
    return list(alike.values())


def _columns(rest: Resting | Finished, last: Any, now: datetime) -> dict[str, Any]:
    """Return where a run is from now on; one that has ended keeps the place where it stood last."""
    if isinstance(rest, Finished):
        return {
            "status": rest.status, "reason": rest.reason, "node": last.node, "visit": last.visit,
            "wake_at": None, "wait_until": None, "waits_for": "", "ended_at": now,
        }  # fmt: skip
    position = rest.position
    return {
        "status": "waiting", "reason": "", "node": position.node, "visit": position.visit, "since": position.since,
        "wake_at": position.wake, "wait_until": position.wake, "waits_for": " ".join(position.waits_for),
        "ended_at": None,
    }  # fmt: skip
