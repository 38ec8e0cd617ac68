"""Sweep: silence becomes an event, and so does what moved, came round or became true. For each live flow that waits.

The same silence is one event however many hearts beat: its key says what, how long and since when. What was swept is
not looked at again: a look begins where the last one ended, and goes back only for what was told since.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from app import clock
from app.extensions import db
from app.models import Cart, Event, Flow
from app.models.silences import Window
from app.questions import asks
from app.unit import changed, unit
from graph.interpreter import Plan
from graph.kind import Sweep
from workers import occasions
from workers.plans import plans

log = logging.getLogger(__name__)
MOST = 500
LATE = timedelta(days=1)  # how late a shop may tell of a cart, and it is still seen
SLOW = timedelta(
    minutes=5
)  # how long a telling may take from our clock to its commit, clocks that differ included
OFTEN = timedelta(minutes=1)  # how often it is written down up to where was looked


def sweep() -> set[int]:
    """Write the events of silences that have become long enough; return the shops that have any."""
    shops = set()
    for flow, wanted in listening():
        try:
            if _one(flow, wanted):
                shops.add(flow.shop_id)
        except Exception as error:  # one flow's trouble must not silence the others
            log.warning("flow %s cannot be swept for: %s", flow.id, type(error).__name__)
            db.session.rollback()
    return shops


def listening() -> list[tuple[Any, Sweep]]:
    """Return the live flows that a silence can start, with what they wait for."""
    rows = _live()
    compiled = plans({row.version_id for row in rows})
    listening = []
    for row in rows:
        plan = compiled.get(row.version_id)
        wanted = plan.enrols.sweep(plan.trigger.settings) if isinstance(plan, Plan) else None
        if wanted is not None:
            listening.append((row, wanted))
    db.session.rollback()
    return listening


@asks
def _live() -> Any:
    columns = Flow.id, Flow.shop_id, Flow.version_id, Flow.epoch, Flow.enrols_from, Flow.swept_at
    return select(*columns).where(Flow.status == "live", Flow.version_id.is_not(None))


def _one(flow: Any, wanted: Sweep) -> int:
    """Look without a lock, and write only when there is something to write; return how many silences were found."""
    now = clock.now(flow.shop_id)
    occasions.ready(flow, wanted, now)
    rows, swept_at = look(flow, wanted, now)
    db.session.rollback()
    if rows or flow.swept_at is None or abs(swept_at - flow.swept_at) > OFTEN:
        unit(lambda: _write(flow, wanted, rows, swept_at))
    return len(rows)


def look(flow: Any, wanted: Sweep, now: datetime) -> tuple[list[dict[str, Any]], datetime]:
    """Return the silences that nobody has told yet, and up to where was looked."""
    began = flow.enrols_from or now
    upto = min(flow.swept_at or began, now)  # a clock that was set back begins anew
    late = Window(flow.shop_id, wanted.after, max(began, upto - LATE), upto, upto - SLOW)
    rows = occasions.found(wanted, late, MOST) if flow.swept_at else []
    if len(rows) == MOST:
        return rows, upto
    fresh = occasions.found(wanted, Window(flow.shop_id, wanted.after, max(began, upto), now), MOST)
    return rows + fresh, occasions.upto(wanted, fresh, upto) if len(fresh) == MOST else now


def _write(flow: Any, wanted: Sweep, rows: list[dict[str, Any]], swept_at: datetime) -> None:
    Event.save(occasions.written(flow.shop_id, wanted, rows, swept_at))
    _mark([row for row in rows if row.get("cart_id")])
    same = Flow.id == flow.id, Flow.epoch == flow.epoch, Flow.swept_at.is_not_distinct_from(flow.swept_at)
    changed(update(Flow).where(*same).values(swept_at=swept_at))


def _mark(rows: list[dict[str, Any]]) -> None:
    """Note on the carts themselves since when they are abandoned."""
    if rows:
        mark = update(Cart).where(Cart.id == bindparam("_cart")).values(abandoned_at=bindparam("_at"))
        db.session.connection().execute(mark, [{"_cart": row["cart_id"], "_at": row["at"]} for row in rows])
