"""Sweep: silence becomes an event. For each live flow that waits for one, with that flow's own delay.

The same silence is one event however many hearts beat: its key says what, how long and since when.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from app import clock
from app.extensions import db
from app.models import Cart, Event, Flow
from app.models.silences import Window, found
from app.unit import changed, unit
from graph.interpreter import Plan
from graph.kind import Sweep
from workers.plans import plans

MOST = 500
LATE = timedelta(days=1)  # how late a shop may tell of a cart, and it is still seen
OFTEN = timedelta(minutes=1)  # how often it is written down up to where was looked


def sweep() -> set[int]:
    """Write the events of silences that have become long enough; return the shops that have any."""
    shops = set()
    for flow, wanted in _listening():
        if unit(lambda flow=flow, wanted=wanted: _one(flow, wanted)):  # type: ignore[misc]
            shops.add(flow.shop_id)
    return shops


def _listening() -> list[tuple[Any, Sweep]]:
    """Return the live flows that a silence can start, with what they wait for."""
    columns = Flow.id, Flow.shop_id, Flow.version_id, Flow.enrols_from, Flow.swept_at
    rows = db.session.execute(
        select(*columns).where(Flow.status == "live", Flow.version_id.is_not(None))
    ).all()
    compiled = plans({row.version_id for row in rows if row.version_id})
    listening = []
    for row in rows:
        plan = compiled.get(row.version_id or 0)
        wanted = plan.enrols.sweep(plan.trigger.settings) if isinstance(plan, Plan) else None
        if wanted is not None:
            listening.append((row, wanted))
    db.session.rollback()
    return listening


def window(flow: Any, after: timedelta, now: datetime) -> Window:
    """Return where to look: from where it was looked last, with time for latecomers, never before the flow began."""
    since = flow.enrols_from or now
    if flow.swept_at:
        since = max(since, flow.swept_at - LATE)
    return Window(flow.shop_id, after, since, now)


def _one(flow: Any, wanted: Sweep) -> int:
    now = clock.now(flow.shop_id)
    rows = found(wanted.subject, window(flow, wanted.after, now), MOST)
    Event.save(rows)
    _mark([row for row in rows if row["cart_id"]])
    if len(rows) < MOST and (flow.swept_at is None or flow.swept_at < now - OFTEN):
        changed(update(Flow).where(Flow.id == flow.id).values(swept_at=now))
    return len(rows)


def _mark(rows: list[dict[str, Any]]) -> None:
    """Note on the carts themselves since when they are abandoned."""
    if rows:
        mark = update(Cart).where(Cart.id == bindparam("_cart")).values(abandoned_at=bindparam("_at"))
        db.session.connection().execute(mark, [{"_cart": row["cart_id"], "_at": row["at"]} for row in rows])
