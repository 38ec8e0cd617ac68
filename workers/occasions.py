"""Occasions: what the sweep finds for one flow, by what that flow waits for.

Knows which table answers for which subject, and what is to be written beside the events. Must not know when to look.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.models import Customer, Segment, SegmentMember, anniversaries, moves, segments, silences
from app.models.silences import Window
from app.unit import unit
from graph.conditions import digest
from graph.kind import Sweep

Rows = list[dict[str, Any]]
ENTERED = "segment.entered"
SLOW = timedelta(minutes=5)  # as in the sweep: from our clock to the commit


def found(wanted: Sweep, window: Window, most: int) -> Rows:
    """Return up to `most` occasions of a window that nobody has told yet, as rows of `event`."""
    if wanted.subject in moves.SORTS:
        return moves.SORTS[wanted.subject](window, wanted.asks, most)
    if wanted.subject == "date":
        return anniversaries.found(window, wanted.asks, most)
    if wanted.subject == "segment":
        return _crossed(wanted, window, most)
    return silences.found(wanted.subject, window, most)


def upto(wanted: Sweep, rows: Rows, since: datetime) -> datetime:
    """Return up to where a full batch has looked."""
    if wanted.subject not in silences.SUBJECTS:
        return since  # what was told is left out by the next look, which goes on where this one stopped
    # Several may have fallen silent at the same instant as the last of the batch.
    return rows[-1]["at"] - timedelta(microseconds=1)  # type: ignore[no-any-return]


def ready(flow: Any, wanted: Sweep, now: datetime) -> None:
    """See to it that a segment is known before anybody can come into it."""
    if wanted.subject != "segment":
        return
    rules, began = wanted.asks["rules"], flow.swept_at is None
    if not Segment.fresh(flow.shop_id, rules, now, began):
        unit(lambda: Segment.take_stock(flow.shop_id, rules, now))


def written(shop_id: int, wanted: Sweep, rows: Rows, now: datetime) -> Rows:
    """Write what goes with these occasions, inside the caller's unit, and return those that are events."""
    if wanted.subject == "segment":
        return _moved(shop_id, wanted.asks["rules"], rows, now)
    if wanted.subject == "restock":
        moves.answered(shop_id, rows, now)
    if any(row["customer_id"] is None for row in rows):
        house = Customer.house(shop_id, now)
        return [row | {"customer_id": row["customer_id"] or house} for row in rows]
    return rows


def _crossed(wanted: Sweep, window: Window, most: int) -> Rows:
    """Return who came into a segment or left it; `inside` says which. A slow commit is looked for again, once."""
    if window.heard_from:
        return []
    rules = wanted.asks["rules"]
    found = segments.crossed(window.shop_id, rules, window.since - SLOW, window.until, most)
    return [{"customer_id": each.id, "inside": bool(each.inside), "at": window.until} for each in found]


def _moved(shop_id: int, rules: Any, rows: Rows, now: datetime) -> Rows:
    """Note who came in and who left; only coming in is an event, of whichever heart notes it first."""
    name = digest(rules)
    SegmentMember.leave(shop_id, rules, [row["customer_id"] for row in rows if not row["inside"]])
    came = SegmentMember.enter(shop_id, rules, [row["customer_id"] for row in rows if row["inside"]])
    Segment.asked(shop_id, rules, now)
    return [
        {"shop_id": shop_id, "name": ENTERED, "key": f"{ENTERED}:{name}:{id}:{int(now.timestamp())}", "at": now,
         "customer_id": id, "cart_id": None, "order_id": None, "data": {"segment": name}}
        for id in came
    ]  # fmt: skip
