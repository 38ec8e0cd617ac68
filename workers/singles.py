"""Singles: mails that belong to no run, one at a time: a confirmation's question, a word to the shop's own people.

Knows the order in which each goes: claim, hand over up to the dot, its own gate, the dot, the result. Must not know
what they say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.extensions import db
from app.models import ChannelTrouble, Confirmation, StaffNotice
from app.unit import is_trouble, unit
from workers import due, troubles
from workers.channels.email import EmailChannel
from workers.letters import Letter
from workers.smtp import TransportError, Unanswered

log = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=5)
LATER = timedelta(minutes=15)
TRIES = 8
# Where they are kept: claim, pass_gate, put_back, rest and settle.
Kept = type[Confirmation] | type[StaffNotice]
# Of a shop and a claimed row; None: it must not or cannot be written.
Write = Callable[[int, Any], Letter | None]


def send(shop_id: int, kept: Kept, write: Write) -> int:
    """Send the shop's due mails of one kind; return how many were looked after (0: none is due, or no way is open)."""
    if not due.waits(kept, shop_id):
        return 0
    now, real = clock.now(shop_id), clock.real()
    channel = EmailChannel(shop_id)
    if not _open(channel, kept, now):
        return 0
    rows = unit(lambda: kept.claim(shop_id, now, real, real + LEASE, BATCH))
    for place, row in enumerate(rows):
        if until := _one(channel, kept, row, write):
            for rest in rows[place:]:
                unit(lambda rest=rest: kept.put_back(rest.id, rest.token, until))  # type: ignore[misc]
            return 0
    return len(rows)


def _open(channel: EmailChannel, kept: Kept, now: datetime) -> bool:
    """Whether mail can leave now; while the channel rests, what is due is told until when."""
    trouble = ChannelTrouble.of(channel.shop_id).get(channel.name)
    until = trouble.retry_at if trouble is not None else now
    ready = channel.ready()
    db.session.rollback()
    if until > now:
        unit(lambda: kept.rest(channel.shop_id, until))
    return ready and until <= now


def _one(channel: EmailChannel, kept: Kept, row: Any, write: Write) -> datetime | None:
    """Look after one mail; return until when the channel rests, should it turn out to be in trouble."""
    letter = _letter(channel.shop_id, kept, row, write)
    if letter is None:
        unit(lambda: kept.settle(row.id, row.token, "skipped"))
        return None
    now = clock.now(channel.shop_id)
    try:
        channel.begin(letter)
    except TransportError as error:
        log.warning("%s %s has to wait: %s", kept.__tablename__, row.id, type(error).__name__)
        if error.channel:
            return troubles.begin(channel.shop_id, channel.name, error, now)
        state = "failed" if error.permanent else "prepared"
        unit(lambda: kept.settle(row.id, row.token, state, now + LATER))
        return None
    _finish(channel, kept, row)
    troubles.over(channel.shop_id, channel.name)
    return None


def _letter(shop_id: int, kept: Kept, row: Any, write: Write) -> Letter | None:
    """Return the letter, or None: it was tried often enough, or must not or cannot be written."""
    if row.attempts > TRIES:
        return None
    try:
        return write(shop_id, row)
    except Exception as error:  # one that fails in ways nobody thought of must not stop the others
        if is_trouble(error):
            raise
        log.warning("%s %s cannot be written: %s", kept.__tablename__, row.id, type(error).__name__)
        return None
    finally:
        db.session.rollback()


def _finish(channel: EmailChannel, kept: Kept, row: Any) -> None:
    """Send the dot after the last look. What nobody knows stays `unknown`, and is not sent again."""
    if not unit(lambda: kept.pass_gate(row.id, row.token)):
        channel.abandon()
        unit(lambda: kept.settle(row.id, row.token, "skipped"))
        return
    try:
        state = "sent" if channel.finish().state == "sent" else "failed"
    except Unanswered:
        return
    unit(lambda: kept.settle(row.id, row.token, state))
