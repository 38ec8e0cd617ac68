"""Folding: what has happened is added to the days, once, and the shop's mark moves on, in one transaction.

The engine's own writes are never slowed by a counter that everybody adds to: they leave rows, and a heart counts them
a little later. Killed at any point, it begins again at the mark; two at once, and the mark lets one of them pass.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, text

from app import clock
from app.extensions import db
from app.models import Daily, Folded, Posting, Shop, counts, dailies, measures
from app.models.dailies import EVER, Asked
from app.models.measures import Key, Stretch
from app.models.periods import DAY, Period, begins, day_of
from app.unit import unit

# The longest from reading the time to the commit of what carries it, clocks that differ included.
LAG = timedelta(minutes=2)
IDLE = timedelta(minutes=15)  # how long a shop in which nothing happens is left alone
STRIDE = 31  # days that are folded in one transaction
MOST = 100  # shops for one look
QUARTER = timedelta(minutes=15)


def due() -> list[int]:
    """Return the shops whose days are to be brought up to date."""
    return Folded.due(clock.real(), MOST)


def fold(shop_id: int) -> bool:
    """Fold what is ripe of a shop; return whether there is more to do at once."""
    real, now = clock.real(), clock.now(shop_id)
    opened = unit(lambda: Posting.open(shop_id, now))
    mark = db.session.get(Folded, shop_id, populate_existing=True)
    if mark is None or opened:
        unit(lambda: Folded.begin(shop_id, now, real, real + LAG))
        return bool(opened)
    until, ripe, noticed_at = mark.until, mark.next_until, mark.noticed_at
    if real - noticed_at < LAG or _somebody_is_late():
        unit(lambda: Folded.rest(shop_id, real + LAG))
        return False
    return _on(shop_id, until, ripe)


def _on(shop_id: int, until: datetime | None, ripe: datetime) -> bool:
    """Go one stride on, and note where to go next once everything ripe is folded."""
    zone = db.session.get_one(Shop, shop_id).timezone
    start = until or dailies.earliest(shop_id) or ripe
    stop = min(ripe, begins(day_of(start, zone) + STRIDE * DAY, zone))
    stride = Stretch(shop_id, Asked(shop_id).flows, zone, start, stop)
    written = unit(lambda: _stride(stride, until))
    if stop < ripe:
        return written >= 0
    real, now = clock.real(), clock.now(shop_id)
    unit(lambda: Folded.notice(shop_id, now, real, real + (LAG if written else IDLE)))
    return False


def _stride(stride: Stretch, was: datetime | None) -> int:
    """Count and write one stretch; return how many numbers that changed, or −1 when another heart has done it."""
    assert stride.since is not None and stride.until is not None
    if not Folded.move(stride.shop_id, was, stride.until):
        return -1
    days = Period(day_of(stride.since, stride.zone), day_of(stride.until, stride.zone), stride.zone)
    found: Counter[Key] = Counter()
    for fact in measures.FACTS:
        found.update(fact.by_day(stride, days.bounds()))
    written = Daily.add(stride.shop_id, found)
    if written and _quarter(stride.since) != _quarter(stride.until):
        _crowds(stride.shop_id)
    return written


def _quarter(at: datetime) -> int:
    return int(at.timestamp() // QUARTER.total_seconds())


def _crowds(shop_id: int) -> None:
    """Write down where people stand in flows with so many that no page should count them."""
    for flow_id, many in counts.in_it_now(shop_id).items():
        if many > counts.FEW:
            same = {"shop_id": shop_id, "flow_id": flow_id, "measure": "here", "day": EVER, "detail": ""}
            standing = counts.standing(shop_id, flow_id)
            db.session.execute(delete(Daily).filter_by(**same))
            rows = [{**same, "node": node, "number": number} for node, number in standing.items()]
            db.session.connection().execute(insert(Daily), rows)


def _somebody_is_late() -> bool:
    """Whether a transaction has been open for so long that it may still write what happened before the mark.

    On SQLite whoever writes holds the lock that folding has to take, so nobody can be.
    """
    if db.engine.dialect.name != "postgresql":
        return False
    late = text(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < now() - make_interval(secs => :lag))"
    )
    return bool(db.session.scalar(late, {"lag": LAG.total_seconds()}))
