"""Advance: the due runs of one version move forward, a batch at a time.

Claim (one transaction), then facts, the pure pass and all that follows from it (one more), fenced by the claim's
tokens: a worker that was away too long writes nothing. What one run does wrong parks that run alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError

from app import bulk, clock
from app.extensions import db
from app.models import Code, Flow, Run, Step, Version
from app.unit import is_trouble, unit
from graph.facts import Facts
from graph.interpreter import Advance, Finished, Plan, Position
from graph.interpreter import advance as move
from workers import effects, facts, marks
from workers.effects import Asked
from workers.plans import plans

log = logging.getLogger(__name__)
BATCH = 1000
LEASE = timedelta(seconds=20)  # a batch takes well under a second; what takes longer than this has died
POISON = 5  # claims of one visit without a result


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one batch did: runs claimed, and the shop whose outbox may have grown."""

    runs: int = 0
    shop_id: int = 0


def advance(version_id: int) -> Advanced:
    """Move a batch of due runs forward; 0 runs when none is due. Raises only the database's own troubles."""
    row = db.session.execute(_version(version_id)).first()
    db.session.rollback()
    if row is None or row.status == "paused":
        return Advanced()
    tokens = unit(lambda: _claim(version_id, clock.now(row.shop_id)))
    try:
        _work(row.shop_id, version_id, tokens)
    except Exception:
        _give_back(tokens)
        raise
    return Advanced(len(tokens), row.shop_id)


def _version(version_id: int) -> Any:
    flow = select(Version.shop_id, Flow.status).join(Flow, Flow.id == Version.flow_id)
    return flow.where(Version.id == version_id)


def _claim(version_id: int, now: datetime) -> dict[int, int]:
    """Return the tokens of the runs that are now ours, by id; those that were claimed too often are put aside."""
    claimed = Run.claim(version_id, now, clock.real() + LEASE, BATCH)
    for row in claimed:
        if row.attempts > POISON:
            Run.park(row.id, row.token, f"claimed {POISON} times without a result")
    return {row.id: row.token for row in claimed if row.attempts <= POISON}


def _work(shop_id: int, version_id: int, tokens: Mapping[int, int]) -> None:
    """Advance these in one transaction; halve them when that fails, down to the one that is to blame."""
    if not tokens:
        return
    try:
        unit(lambda: _batch(shop_id, version_id, tokens))
    except Exception as error:  # whatever it is, it is shown on the run's page and the neighbours go on
        if is_trouble(error):
            raise
        if len(tokens) == 1:
            _park(tokens, error)
            return
        ids = list(tokens)
        for part in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
            _work(shop_id, version_id, {id: tokens[id] for id in part})


def _park(tokens: Mapping[int, int], error: Exception) -> None:
    ((id, token),) = tokens.items()
    log.warning("a run is parked", extra={"run_id": id, "error": type(error).__name__})
    unit(lambda: Run.park(id, token, f"{type(error).__name__}: {error}"))


def _give_back(tokens: Mapping[int, int]) -> None:
    try:
        unit(lambda: Run.give_back(tokens))
    except SQLAlchemyError as error:  # then their leases run out
        log.warning("%s runs could not be given back: %s", len(tokens), type(error).__name__)


def _batch(shop_id: int, version_id: int, tokens: Mapping[int, int]) -> None:
    runs = Run.held(
        tokens
    )  # locked first: an event that comes now waits for us, one that came before is seen below
    if not runs:
        return
    plan = plans([version_id])[version_id]
    if not isinstance(plan, Plan):
        raise plan
    now = clock.now(shop_id)
    moved = _moved(plan, runs, facts.load(shop_id, plan, runs), now)
    done = [run for run in runs if run.id in moved]
    given = effects.carry_out(plan, [each for run in done for each in _asked(run, moved[run.id])], now)
    bulk.insert(Step, [_step(run, step) for run in done for step in moved[run.id].steps])
    Run.settle({run.id: _settled(run, moved[run.id], now) | given.get(run.id, {}) for run in done})
    Code.release_of([run.id for run in done if _left_early(moved[run.id])])


def _moved(
    plan: Plan, runs: Sequence[Row[Any]], known: Mapping[int, Facts], now: datetime
) -> dict[int, Advance]:
    """Return how far each run goes; one whose step raises is parked alone with its error."""
    moved = {}
    for run in runs:
        try:
            moved[run.id] = move(plan, _position(run), known[run.id], now, marks.chance(run.id))
        except Exception as error:
            log.warning("a run is parked", extra={"run_id": run.id, "error": type(error).__name__})
            Run.park(run.id, run.token, f"{type(error).__name__}: {error}")
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
