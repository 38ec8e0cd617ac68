"""Intake: deliveries of a shop are read and saved as customers, carts, orders, products and events.

Knows what each happening means for our rows. Must not know a flow: who starts what is `enrol`'s to decide. A delivery
that cannot be saved is tried alone, so that it never takes its neighbours along.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row

from app.extensions import db
from app.models import InboxRow
from app.models.placing import SOURCE
from app.shops.facts import Reading
from app.unit import is_trouble, unit
from workers import consents, locks, orders, saving
from workers.heard import Heard

log = logging.getLogger(__name__)
BATCH = 500


def _api(body: bytes) -> list[Reading]:
    # The door has looked at it more strictly: what it let in means the same to every reader of JSON.
    return [Reading.model_validate_json(body)]


READERS: dict[str, Callable[[bytes], list[Reading]]] = {"api": _api, SOURCE: _api}


def take_in(shop_id: int) -> int:
    """Save up to a batch of deliveries; return how many (0: nothing waits that can be read, or another is at it)."""
    ids = InboxRow.waiting(shop_id, BATCH)
    db.session.rollback()
    return take(shop_id, ids) if ids else 0


def take(shop_id: int, ids: Sequence[int]) -> int:
    """Save these in one transaction; halve them when that fails, down to the one that is to blame."""
    try:
        return unit(lambda: save(shop_id, ids) if locks.alone(shop_id) else 0)
    except Exception as error:  # whatever it is, the inbox shows it and the neighbours go on
        if is_trouble(error):
            raise
        if len(ids) == 1:
            return _blame(ids[0], error)
        half = len(ids) // 2
        return take(shop_id, ids[:half]) + take(shop_id, ids[half:])


def _blame(id: int, error: Exception) -> int:
    log.warning("delivery %s was not saved: %s", id, type(error).__name__)
    unit(lambda: InboxRow.failed(id, _told(error)))
    return 0


def save(shop_id: int, ids: Sequence[int]) -> int:
    """Save what these deliveries say, inside the unit of whoever is alone with the shop; return how many were read."""
    rows = InboxRow.unread(ids)
    heard, bad = _read(rows)
    told = saving.save(shop_id, heard, consents.unheard(shop_id, heard))
    consents.save(shop_id, heard)
    orders.settle(shop_id, told)
    saved = InboxRow.read([row.id for row in rows if row.id not in bad])
    for id, error in bad.items():
        InboxRow.failed(id, error)
    return saved


def _read(rows: Sequence[Row[Any]]) -> tuple[list[Heard], dict[int, str]]:
    """Return what the rows say, and what is wrong with those that cannot be read."""
    heard, bad = [], {}
    for row in rows:
        try:
            readings = READERS[row.source](row.body)
        except Exception as error:  # a reader may fail in any way on what a stranger wrote
            bad[row.id] = _told(error)
            continue
        heard += [Heard(row.delivery, reading, reading.happened(row.received_at)) for reading in readings]
    return sorted(heard, key=lambda each: each.at), bad


def _told(error: Exception) -> str:
    """Say what is wrong without quoting the body: it holds somebody's address."""
    faults = getattr(error, "errors", None)
    if faults is None:
        return type(error).__name__
    found = faults(include_url=False, include_context=False, include_input=False)[0]
    return ": ".join(part for part in (".".join(map(str, found["loc"])), found["msg"]) if part)
