"""Singles: mails that belong to no run, one at a time: a confirmation's question, a word to the shop's own people.

Knows the order in which each goes: claim, hand over up to the dot, its own gate, the dot, the result. Must not know
what they say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app import clock
from app.extensions import db
from app.models import Confirmation, StaffNotice
from app.unit import unit
from workers.channels.email import EmailChannel
from workers.letters import Letter
from workers.smtp import TransportError, Unanswered

log = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=5)
LATER = timedelta(minutes=15)
TRIES = 8
Kept = type[Confirmation] | type[StaffNotice]  # where they are kept: claim, pass_gate and settle
Write = Callable[
    [int, Any], Letter | None
]  # of a shop and a claimed row; None: it must not or cannot be written


def send(shop_id: int, kept: Kept, write: Write) -> int:
    """Send the shop's due mails of one kind; return how many were looked after."""
    now, real = clock.now(shop_id), clock.real()
    channel = EmailChannel(shop_id)
    ready = channel.ready()
    db.session.rollback()
    rows = unit(lambda: kept.claim(shop_id, now, real, real + LEASE, BATCH)) if ready else []
    for row in rows:
        _one(channel, shop_id, kept, row, write)
    return len(rows)


def _one(channel: EmailChannel, shop_id: int, kept: Kept, row: Any, write: Write) -> None:
    try:
        letter = write(shop_id, row)
        db.session.rollback()
        if letter is None or row.attempts > TRIES:
            unit(lambda: kept.settle(row.id, row.token, "skipped"))
            return
        channel.begin(letter)
    except TransportError as error:
        log.warning("%s %s has to wait: %s", kept.__tablename__, row.id, type(error).__name__)
        later = clock.now(shop_id) + LATER
        state = "failed" if error.permanent and not error.channel else "prepared"
        unit(lambda: kept.settle(row.id, row.token, state, later))
        return
    _finish(channel, kept, row)


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
