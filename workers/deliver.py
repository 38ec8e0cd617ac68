"""Deliver: the due messages of a shop go to the mail server, one recipient each, through the gate.

Before the gate every trouble is harmless and tried again; after it the server's answer is written, and where none came,
that nobody knows. No transaction is open while the mail server is spoken to.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app

from app import clock
from app.extensions import db
from app.models import Message, Suppression
from app.unit import unit
from workers import gate, letters
from workers.letters import Letter, Unwritable
from workers.smtp import Channel, TransportError, Unanswered

log = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(seconds=60)
ENOUGH = 30.0  # seconds after which the rest of a batch is given back, well before its lease ends
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
CHANNEL_PAUSE = timedelta(seconds=30)  # the server's own trouble: wait, and burn nobody's try
POISON = len(BACKOFF) + 5  # claims without a result: something about this message ends the worker each time
NO_SUCH_ADDRESS = (
    "5.1.1",
    "5.1.6",
    "5.1.10",
)  # RFC 3463: the mailbox does not exist, or moved without address

_kept = threading.local()


def deliver(shop_id: int) -> int:
    """Hand over a batch of due messages; return how many were looked after (0: none is due, or no server takes any)."""
    url = current_app.extensions["settings"].smtp_url
    if not url:
        return 0
    rows = unit(lambda: Message.claim(shop_id, clock.now(shop_id), clock.real() + LEASE, BATCH))
    began, channel = clock.monotonic(), _channel(url)
    for place, row in enumerate(rows):
        if clock.monotonic() - began > ENOUGH:
            _give_back(rows[place:])
            return place
        if not _one(channel, row):
            _give_back(rows[place + 1 :])
            return 0
    return len(rows)


def _channel(url: str) -> Channel:
    """Return this thread's connection."""
    if getattr(_kept, "url", None) != url:
        _kept.url, _kept.channel = url, Channel(url)
    channel: Channel = _kept.channel
    return channel


def _give_back(rows: Sequence[Any]) -> None:
    for row in rows:
        unit(lambda row=row: Message.put_back(row.id, row.token, row.send_at, row.reason, burnt=False))  # type: ignore[misc]


def _one(channel: Channel, row: Any, with_code: bool = True) -> bool:
    """Take one message as far as it goes; False when the channel itself is in trouble."""
    if row.attempts > POISON:
        unit(lambda: Message.close(row.id, row.token, "failed", "gave_up"))
        return True
    try:
        letter = letters.write(row, clock.now(row.shop_id), with_code)
    except Unwritable as error:
        _unwritable(row, error)
        return True
    except Exception as error:  # a design can fail in ways nobody thought of: it must not stop the others
        log.warning("message %s cannot be written: %s", row.id, type(error).__name__)
        _unwritable(row, Unwritable("wording", type(error).__name__))
        return True
    finally:
        db.session.rollback()
    # Asked before the body is handed over as well: a night's worth of held mails should not cost a connection each.
    verdict = unit(lambda: gate.ask(row, letter, dry=True))
    if isinstance(verdict, gate.Without):
        return _one(channel, row, with_code=False)
    return not isinstance(verdict, gate.Passed) or _hand_over(channel, row, letter)


def _hand_over(channel: Channel, row: Any, letter: Letter) -> bool:
    try:
        channel.begin(letter.sender, letter.recipient, letter.raw)
    except TransportError as error:
        return _refused(row, letter, error)
    try:
        verdict = unit(lambda: gate.ask(row, letter))
    except BaseException:
        channel.abandon()
        raise
    if isinstance(verdict, gate.Passed):
        _finish(channel, row)
        return True
    channel.abandon()
    return _one(channel, row, with_code=False) if isinstance(verdict, gate.Without) else True


def _finish(channel: Channel, row: Any) -> None:
    """Send the dot and write what became of it."""
    try:
        code, words = channel.finish()
    except Unanswered as error:
        state, reply = "unknown", str(error)
    else:
        reply = f"{code} {words}"
        state = "sent" if code == 250 else "failed" if code >= 500 else "later"
    now = clock.now(row.shop_id)
    if state == "later":
        unit(lambda: Message.not_now(row.id, row.token, now + _backoff(row.attempts), reply))
    else:
        unit(lambda: Message.answered(row.id, row.token, state, now, reply))


def _refused(row: Any, letter: Letter, error: TransportError) -> bool:
    """Write a refusal before the gate: the channel's trouble, this address's, or one that time may mend."""
    now = clock.now(row.shop_id)
    if error.channel:
        log.warning("the mail server is in trouble: %s", type(error.__cause__ or error).__name__)
        unit(
            lambda: Message.put_back(
                row.id, row.token, now + CHANNEL_PAUSE, "channel", burnt=False, reply=str(error)
            )
        )
        return False
    if error.permanent or row.attempts > len(BACKOFF):
        unit(lambda: _failed(row, letter, str(error)))
    else:
        later = now + _backoff(row.attempts)
        unit(lambda: Message.put_back(row.id, row.token, later, "later", burnt=True, reply=str(error)))
    return True


def _failed(row: Any, letter: Letter, reply: str) -> None:
    Message.close(row.id, row.token, "failed", "address", reply)
    if row.audience == "customer" and any(code in reply for code in NO_SUCH_ADDRESS):
        Suppression.add(row.shop_id, letter.recipient, "bounced", clock.now(row.shop_id))


def _backoff(attempts: int) -> timedelta:
    return BACKOFF[min(attempts, len(BACKOFF)) - 1]


def _unwritable(row: Any, error: Unwritable) -> None:
    if error.reason == "sender":  # the shop's own setting is missing: nothing is lost while it is filled in
        later = clock.now(row.shop_id) + gate.PAUSED
        unit(lambda: Message.put_back(row.id, row.token, later, "sender", burnt=False))
        return
    state = "skipped" if error.reason in ("erased", "no_staff_address") else "failed"
    unit(lambda: Message.close(row.id, row.token, state, error.reason, error.words))
