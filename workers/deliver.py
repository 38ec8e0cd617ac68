"""Deliver: the due messages of a shop go out by their channels, one recipient each.

Knows whose turn it is, which channels are open, and what is given back. How a message goes over is `handover`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.extensions import db
from app.models import ChannelTrouble, Message
from app.unit import is_trouble, unit
from workers import channels, due
from workers.channels.channel import Channel
from workers.handover import hand_over

log = logging.getLogger(__name__)
BATCH = 24
LEASE = timedelta(seconds=60)


def deliver(shop_id: int) -> int:
    """Hand over a batch of due messages; return how many were looked after (0: none is due, or no way is open)."""
    if not due.waits(Message, shop_id):
        return 0
    ways = _open(shop_id, clock.now(shop_id))
    if not ways:
        return 0
    rows = unit(lambda: Message.claim(shop_id, clock.now(shop_id), clock.real() + LEASE, BATCH, tuple(ways)))
    stuck = _in_turn(ways, rows)
    _rest(shop_id, stuck)
    return 0 if stuck else len(rows)


def _in_turn(ways: Mapping[str, Channel], rows: Sequence[Row[Any]]) -> set[str]:
    """Look after these, one channel after the other; return the channels that are in trouble."""
    stuck, left = set[str](), list(rows)
    try:
        for channel in dict.fromkeys(row.channel for row in rows):
            left = [row for row in left if row.channel != channel]
            if not hand_over(ways[channel], [row for row in rows if row.channel == channel]):
                stuck.add(channel)
    except Exception as error:
        if is_trouble(error):  # it was no try of anybody's; what has its gate behind it stays as it is
            left = list(rows)
        raise
    finally:
        _give_back(left)
    return stuck


def _open(shop_id: int, now: datetime) -> dict[str, Channel]:
    """Return the channels that may be tried now; what waits for another one is told until when."""
    resting = {
        name: each.retry_at for name, each in ChannelTrouble.of(shop_id).items() if each.retry_at > now
    }
    ways = {name: way for name, way in channels.of_shop(shop_id).items() if way.ready()}
    db.session.rollback()
    for name, until in resting.items():
        unit(lambda name=name, until=until: Message.rest(shop_id, name, until))  # type: ignore[misc]
    return {name: way for name, way in ways.items() if name not in resting}


def _rest(shop_id: int, stuck: set[str]) -> None:
    for name, each in ChannelTrouble.of(shop_id).items() if stuck else ():
        if name in stuck:
            unit(lambda name=name, until=each.retry_at: Message.rest(shop_id, name, until))  # type: ignore[misc]


def _give_back(rows: Sequence[Row[Any]]) -> None:
    try:
        if rows:
            unit(lambda: Message.give_back(rows))
    except SQLAlchemyError as error:  # then their leases run out
        log.warning("%s messages could not be given back: %s", len(rows), type(error).__name__)
