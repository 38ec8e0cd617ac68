"""Deliver: the due messages of a shop go out by their channels, one recipient each, through the gate.

Before the gate every trouble is harmless and tried again; after it the other side's answer is written, and where none
came, that nobody knows. No transaction is open while anybody is spoken to.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from app import clock, tally
from app.extensions import db
from app.models import ChannelTrouble, Message, Suppression
from app.unit import is_trouble, unit
from workers import channels, gate, marks, troubles
from workers.channels.channel import Channel, Reply, Unwelcome
from workers.letters import Letter, Unwritable
from workers.smtp import TransportError, Unanswered

log = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(seconds=60)
ENOUGH = 5.0  # seconds after which the rest of a batch is given back, so that others get their turn
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
POISON = len(BACKOFF) + 5  # claims without a result: something about this message ends the worker each time
NO_SUCH_ADDRESS = (
    "5.1.1",
    "5.1.6",
    "5.1.10",
)  # RFC 3463: the mailbox does not exist, or moved without address


def deliver(shop_id: int) -> int:
    """Hand over a batch of due messages; return how many were looked after (0: none is due, or no way is open)."""
    ways = _open(shop_id, clock.now(shop_id))
    if not ways:
        return 0
    rows = unit(lambda: Message.claim(shop_id, clock.now(shop_id), clock.real() + LEASE, BATCH, tuple(ways)))
    stuck = _in_turn(ways, rows)
    _rest(shop_id, stuck)
    return 0 if stuck else len(rows)


def _in_turn(ways: Mapping[str, Channel], rows: Sequence[Row[Any]]) -> set[str]:
    """Look after these for a few seconds and give back the others; return the channels that are in trouble."""
    began, stuck, left = clock.monotonic(), set[str](), list(rows)
    try:
        for row in rows:
            if clock.monotonic() - began > ENOUGH:
                break
            if row.channel not in stuck:
                left.remove(row)
                if not _one(ways[row.channel], row):
                    stuck.add(row.channel)
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


def _one(channel: Channel, row: Any, with_code: bool = True) -> bool:
    """Take one message as far as it goes; False when the channel itself is in trouble."""
    if row.attempts > POISON:
        unit(lambda: Message.close(row.id, row.token, "failed", "gave_up"))
        return True
    try:
        letter = channel.write(row, clock.now(row.shop_id), with_code)
    except Unwritable as error:
        _unwritable(row, error)
        return True
    except Exception as error:  # a design can fail in ways nobody thought of: it must not stop the others
        log.warning("a message cannot be written", extra=marks.of(row) | {"error": type(error).__name__})
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
        channel.begin(letter)
    except TransportError as error:
        return _refused(channel, row, letter, error)
    try:
        verdict = unit(lambda: _pass(channel, row, letter))
    except Unwelcome as error:
        channel.abandon()
        reason = error.reason
        unit(lambda: Message.close(row.id, row.token, "skipped", reason))
        return True
    except BaseException:
        channel.abandon()
        raise
    if isinstance(verdict, gate.Passed):
        _finish(channel, row)
        return True
    channel.abandon()
    return _one(channel, row, with_code=False) if isinstance(verdict, gate.Without) else True


def _pass(channel: Channel, row: Any, letter: Letter) -> gate.Verdict:
    """Ask the gate, and write in the same transaction what the channel keeps in our database."""
    verdict = gate.ask(row, letter)
    if isinstance(verdict, gate.Passed):
        channel.record(row, letter, clock.now(row.shop_id))
    return verdict


def _finish(channel: Channel, row: Any) -> None:
    """Do what cannot be undone and write what became of it."""
    try:
        reply = channel.finish()
    except Unanswered as error:
        reply = Reply("unknown", str(error))
    now = clock.now(row.shop_id)
    log.info("a message was handed over", extra=marks.of(row) | {"state": reply.state})
    tally.count("sends", reply.state)
    if reply.state == "later":
        unit(lambda: Message.not_now(row.id, row.token, now + _backoff(row.attempts), reply.words))
        return
    unit(lambda: Message.answered(row.id, row.token, reply.state, now, reply.words))
    troubles.over(row.shop_id, channel.name)


def _refused(channel: Channel, row: Any, letter: Letter, error: TransportError) -> bool:
    """Write a refusal before the gate: the channel's trouble, this address's, or one that time may mend."""
    now = clock.now(row.shop_id)
    if error.channel:
        log.warning("the %s channel is in trouble: %s", channel.name, error.trouble)
        until = troubles.begin(row.shop_id, channel.name, error, now)
        unit(lambda: Message.put_back(row.id, row.token, until, "channel", burnt=False, reply=str(error)))
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
    state = "skipped" if error.reason in ("erased", "no_staff_address", "coupon") else "failed"
    unit(lambda: Message.close(row.id, row.token, state, error.reason, error.words))
