"""Advance: the due runs of one version move forward, a batch at a time.

The first of a batch is claimed in a transaction of its own: its lease, token and attempt are the record that the batch
was begun. All others are taken, moved and written in one more, so that each is written once. A first run that has an
attempt behind it, or one of the others, tells of a worker that died here; and a batch may fail. Then all are claimed
before they are moved, ever fewer at a time, until the one that is to blame stands alone and is put aside.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.extensions import db
from app.models import Flow, Run, Version
from app.questions import asks, told
from app.unit import is_trouble, unit
from workers import due
from workers.moving import move

log = logging.getLogger(__name__)
BATCH = 1000
LEASE = timedelta(seconds=20)  # a batch takes well under a second; what takes longer than this has died
POISON = 5  # claims of one visit without a result


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one batch did: runs claimed, and the shop whose outbox may have grown."""

    runs: int = 0
    shop_id: int = 0


class Doubt(Exception):
    """Some of these runs were begun before, this often, and never came to rest."""

    def __init__(self, tries: int) -> None:
        super().__init__(tries)
        self.tries = tries


def advance(version_id: int) -> Advanced:
    """Move a batch of due runs forward; 0 runs when none is due. Raises only the database's own troubles."""
    found = _version(id=version_id)
    db.session.rollback()
    if not found or found[0].status == "paused":
        return Advanced()
    shop_id = found[0].shop_id
    if not due.moves(shop_id, version_id):
        return Advanced()
    first = unit(lambda: claim(version_id, clock.now(shop_id), 1))
    return Advanced(lead(shop_id, version_id, first), shop_id)


@asks
def _version() -> Any:
    flow = select(Version.shop_id, Flow.status).join(Flow, Flow.id == Version.flow_id)
    return flow.where(Version.id == told("id"))


def claim(version_id: int, now: datetime, most: int = BATCH) -> dict[int, int]:
    """Return the tokens of the runs that are now ours, by id; those that were claimed too often are put aside.

    Inside the caller's unit.
    """
    claimed = Run.claim(version_id, now, clock.real() + LEASE, most)
    for row in claimed:
        if row.attempts > POISON:
            Run.park(row.id, row.token, f"claimed {POISON} times without a result")
    return {row.id: row.token for row in claimed if row.attempts <= POISON}


def lead(shop_id: int, version_id: int, first: Mapping[int, int]) -> int:
    """Move the first run, which is claimed, and those that are due with it; return how many."""
    if not first:
        return 0
    try:
        return unit(lambda: _at_once(shop_id, version_id, first))
    except Doubt as doubt:
        most = max(BATCH // 10 ** (doubt.tries - 1), 1)
    except Exception as error:  # whatever it is, it is looked for among those that are claimed
        if is_trouble(error):
            _give_back(first)
            raise
        most = BATCH
    return _carefully(shop_id, version_id, first, most)


def _at_once(shop_id: int, version_id: int, first: Mapping[int, int]) -> int:
    mine = Run.held(first)  # waited for, so before others are locked, for which nobody waits
    runs = [*mine, *Run.taken(version_id, clock.now(shop_id), BATCH - len(first))]
    if tries := max((run.attempts - (run.id in first) for run in runs), default=0):
        raise Doubt(tries)
    move(shop_id, version_id, runs, _stop)
    return len(runs)


def _carefully(shop_id: int, version_id: int, first: Mapping[int, int], most: int) -> int:
    """Move these and some more, each claimed before it is moved: what ends this worker has counted before it can."""
    tokens = dict(first)
    try:
        tokens |= unit(lambda: claim(version_id, clock.now(shop_id), most - 1))
        _work(shop_id, version_id, tokens)
    except Exception:
        _give_back(tokens)
        raise
    return len(tokens)


def _work(shop_id: int, version_id: int, tokens: Mapping[int, int]) -> None:
    """Advance these in one transaction; halve them when that fails, down to the one that is to blame."""
    if not tokens:
        return
    try:
        unit(lambda: move(shop_id, version_id, Run.held(tokens), _put_aside))
    except Exception as error:  # whatever it is, it is shown on the run's page and the neighbours go on
        if is_trouble(error):
            raise
        if len(tokens) == 1:
            ((id, token),) = tokens.items()
            unit(partial(_park, id, token, error))
            return
        ids = list(tokens)
        for part in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
            _work(shop_id, version_id, {id: tokens[id] for id in part})


def _stop(_run: Row[Any], error: Exception) -> None:
    raise error


def _put_aside(run: Row[Any], error: Exception) -> None:
    _park(run.id, run.token, error)


def _park(id: int, token: int, error: Exception) -> None:
    log.warning("a run is parked", extra={"run_id": id, "error": type(error).__name__})
    Run.park(id, token, f"{type(error).__name__}: {error}")


def _give_back(tokens: Mapping[int, int]) -> None:
    try:
        unit(lambda: Run.give_back(tokens))
    except SQLAlchemyError as error:  # then their leases run out
        log.warning("%s runs could not be given back: %s", len(tokens), type(error).__name__)
