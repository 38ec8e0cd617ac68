"""Outcomes: what became of a message on its way to its reader, written down.

Before its gate a message is put back, or closed with the reason; after it, the other side's answer is written, and
where none came, that nobody knows. Every line is fenced by the claim's token. Knows no gate and no channel's inside.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app import clock, tally
from app.models import Message, Suppression
from app.unit import insist, unit
from workers import gate, marks, troubles
from workers.channels.channel import Channel, Reply
from workers.letters import Letter, Unwritable
from workers.smtp import TransportError

log = logging.getLogger(__name__)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
AWAY = 15.0  # seconds for which an answer is kept while the database is away: without it nobody knows what became of it
# RFC 3463, the code that stands behind that of the reply: the mailbox does not exist, or moved without address.
# Anywhere else the same digits are part of something else, of a server's own address for instance.
NO_SUCH_ADDRESS = re.compile(r"5\d\d[ -]5\.1\.(?:1|6|10)\b")


def replied(channel: Channel, replies: Sequence[tuple[Any, Reply]]) -> None:
    """Write what a channel answered about messages (rows) that have passed their gate, in one unit."""
    if not replies:
        return
    insist(lambda: _ended(replies), AWAY)
    for row, reply in replies:
        log.info("a message was handed over", extra=marks.of(row) | {"state": reply.state})
        tally.count("sends", reply.state)
    if any(reply.state != "later" for _row, reply in replies):
        troubles.over(replies[0][0].shop_id, channel.name)


def _ended(replies: Sequence[tuple[Any, Reply]]) -> None:
    now = clock.now(replies[0][0].shop_id)
    Message.answered([(row, each.state, each.words) for row, each in replies if each.state != "later"], now)
    for row, reply in replies:
        if reply.state == "later":
            Message.not_now(row.id, row.token, now + _backoff(row.attempts), reply.words)


def refused(row: Any, letter: Letter, channel: Channel, error: TransportError) -> None:
    """Write a refusal before the gate: the channel's trouble, this address's, or one that time may mend."""
    now = clock.now(row.shop_id)
    if error.channel:
        log.warning("the %s channel is in trouble: %s", channel.name, error.trouble)
        until = troubles.begin(row.shop_id, channel.name, error, now)
        unit(lambda: Message.put_back(row.id, row.token, until, "channel", burnt=False, reply=str(error)))
    elif error.permanent or row.attempts > len(BACKOFF):
        unit(lambda: _failed(row, letter, str(error)))
    else:
        later = now + _backoff(row.attempts)
        unit(lambda: Message.put_back(row.id, row.token, later, "later", burnt=True, reply=str(error)))


def _failed(row: Any, letter: Letter, reply: str) -> None:
    Message.close(row.id, row.token, "failed", "address", reply)
    if row.audience == "customer" and NO_SUCH_ADDRESS.match(reply):
        Suppression.add(row.shop_id, letter.recipient, "bounced", clock.now(row.shop_id))


def _backoff(attempts: int) -> timedelta:
    return BACKOFF[min(attempts, len(BACKOFF)) - 1]


def unwritable(row: Any, error: Unwritable) -> None:
    """Write that a message has no letter, and why."""
    if error.reason == "sender":  # the shop's own setting is missing: nothing is lost while it is filled in
        later = clock.now(row.shop_id) + gate.PAUSED
        unit(lambda: Message.put_back(row.id, row.token, later, "sender", burnt=False))
        return
    state = "skipped" if error.reason in ("erased", "no_staff_address", "coupon") else "failed"
    unit(lambda: Message.close(row.id, row.token, state, error.reason, error.words))
