"""Handing over: a few messages of a shop go up to their dots, through one gate, and over.

Each has a channel of its own, so that what one server says to one of them touches no other. Before the gate every
trouble is harmless and tried again; after it the other side's answer is written, and where none came, that nobody
knows. No transaction is open while anybody is spoken to.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import clock, tally
from app.extensions import db
from app.models import Message, Suppression
from app.unit import is_trouble, unit
from workers import gate, letters, marks, troubles
from workers.channels.channel import Channel, Reply, Unwelcome
from workers.letters import Letter, Unwritable
from workers.smtp import TransportError, Unanswered

log = logging.getLogger(__name__)
PROMPT = 2.0  # seconds for which all answers are waited for before those that came are written
PATIENT = 5.0  # seconds after which no further body is handed over: the others stand at their dots meanwhile
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
POISON = len(BACKOFF) + 5  # claims without a result: something about this message ends the worker each time
# RFC 3463, the code that stands behind that of the reply: the mailbox does not exist, or moved without address.
# Anywhere else the same digits are part of something else, of a server's own address for instance.
NO_SUCH_ADDRESS = re.compile(r"5\d\d[ -]5\.1\.(?:1|6|10)\b")


@dataclass(slots=True, eq=False)
class Parcel:
    """One message (a row) on its way, the channel that is its own, and its letter once that is written."""

    row: Any
    channel: Channel
    letter: Letter
    verdict: gate.Verdict | None = None


def hand_over(way: Channel, rows: Sequence[Any], with_code: bool = True) -> bool:
    """Take claimed messages, one of a customer at most, as far as they go; False when the channel is in trouble.

    Raises only the database's own troubles. What fails with several is tried with each alone: one has already passed
    its gate or never will twice, and the one that is to blame ends after so many claims.
    """
    try:
        return _together(way, rows, with_code)
    except Exception as error:
        if is_trouble(error):
            raise
        if len(rows) == 1:
            log.exception("a message cannot be handed over", extra=marks.of(rows[0]))
            return True
    return _each(way, rows, with_code)


def _each(way: Channel, rows: Sequence[Any], with_code: bool) -> bool:
    fine = [hand_over(way, [row], with_code) for row in rows]
    return all(fine)


def _together(way: Channel, rows: Sequence[Any], with_code: bool) -> bool:
    written = _written(way, rows, with_code)
    # Asked before the bodies are handed over as well: a night's worth of held mails should not cost a connection each.
    begun, fine = _begun(_asked(written))
    _finish(_through(_standing(begun)))
    bare = [each.row for each in written if isinstance(each.verdict, gate.Without)]
    return _each(way, bare, with_code=False) and fine


def _written(way: Channel, rows: Sequence[Any], with_code: bool) -> list[Parcel]:
    parcels, about = [], letters.fetched(rows)
    for row in rows:
        channel = copy(way)
        if (letter := _letter(channel, row, with_code)) is not None:
            parcels.append(Parcel(row, channel, letter))
    about.clear()
    db.session.rollback()
    return parcels


def _letter(channel: Channel, row: Any, with_code: bool) -> Letter | None:
    """Return a message's letter; where it has none, write why."""
    if row.attempts > POISON:
        unit(lambda: Message.close(row.id, row.token, "failed", "gave_up"))
        return None
    try:
        return channel.write(row, clock.now(row.shop_id), with_code)
    except Unwritable as error:
        _unwritable(row, error)
    except Exception as error:  # a design can fail in ways nobody thought of: it must not stop the others
        if is_trouble(error):
            raise
        log.warning("a message cannot be written", extra=marks.of(row) | {"error": type(error).__name__})
        _unwritable(row, Unwritable("wording", type(error).__name__))
    return None


def _asked(parcels: Sequence[Parcel], dry: bool = True) -> list[Parcel]:
    """Ask the gate about these in one unit, and return those that it lets pass."""
    if parcels:
        verdicts = unit(lambda: _passed(parcels, dry))
        for each, verdict in zip(parcels, verdicts, strict=True):
            each.verdict = verdict
    return [each for each in parcels if isinstance(each.verdict, gate.Passed)]


def _passed(parcels: Sequence[Parcel], dry: bool) -> list[gate.Verdict]:
    """Ask the gate, and write in the same transaction what the channels keep in our database."""
    verdicts = gate.ask([(each.row, each.letter) for each in parcels], dry=dry)
    for each, verdict in zip(parcels, verdicts, strict=True):
        if isinstance(verdict, gate.Passed) and not dry:
            each.channel.record(each.row, each.letter, clock.now(each.row.shop_id))
    return verdicts


def _begun(parcels: Sequence[Parcel]) -> tuple[list[Parcel], bool]:
    """Hand over all but the dots; return those that stand there, and whether the channel is fine."""
    begun, began = list[Parcel](), clock.monotonic()
    try:
        for place, each in enumerate(parcels):
            if clock.monotonic() - began > PATIENT:
                _give_back(parcels[place:])
                break
            if trouble := _begin(each):
                if trouble.channel:
                    _give_back(parcels[place + 1 :])
                    return begun, False
            else:
                begun.append(each)
    except BaseException:
        _abandon(begun)
        raise
    return begun, True


def _begin(parcel: Parcel) -> TransportError | None:
    try:
        parcel.channel.begin(parcel.letter)
    except TransportError as error:
        _refused(parcel, error)
        return error
    return None


def _standing(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Return those whose server still waits for the dot; one that hung up has taken nothing, so there is no doubt."""
    gone = [each for each in parcels if not each.channel.stands()]
    for each in gone:
        each.channel.abandon()
        _refused(each, TransportError("the server hung up before the dot"))
    return [each for each in parcels if each not in gone]


def _abandon(parcels: Sequence[Parcel]) -> None:
    for each in parcels:
        each.channel.abandon()


def _give_back(parcels: Sequence[Parcel]) -> None:
    if parcels:
        unit(lambda: Message.give_back([each.row for each in parcels]))


def _through(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Return those whose point of no return is recorded; the others are taken back."""
    through = list[Parcel]()
    try:
        through = _asked(parcels, dry=False)
    except Unwelcome as error:
        if len(parcels) > 1:
            raise
        ((row, reason),) = [(each.row, error.reason) for each in parcels]
        unit(lambda: Message.close(row.id, row.token, "skipped", reason))
    finally:
        _abandon([each for each in parcels if each not in through])
    return through


def _finish(parcels: Sequence[Parcel]) -> None:
    """Do what cannot be undone, for all; then write the answers that came soon, and each later one by itself."""
    for each in parcels:
        each.channel.dot()
    began, soon, late = clock.monotonic(), list[Parcel](), list[Parcel]()
    for each in parcels:
        left = max(0.0, PROMPT - (clock.monotonic() - began))
        (soon if each.channel.heard(left) else late).append(each)
    for group in (soon, *([each] for each in late)):
        _write([(each, _reply(each.channel)) for each in group])


def _reply(channel: Channel) -> Reply:
    try:
        return channel.finish()
    except Unanswered as error:
        return Reply("unknown", str(error))


def _write(replies: Sequence[tuple[Parcel, Reply]]) -> None:
    if not replies:
        return
    unit(lambda: _ended(replies))
    for each, reply in replies:
        log.info("a message was handed over", extra=marks.of(each.row) | {"state": reply.state})
        tally.count("sends", reply.state)
    first = replies[0][0]
    if any(reply.state != "later" for _each, reply in replies):
        troubles.over(first.row.shop_id, first.channel.name)


def _ended(replies: Sequence[tuple[Parcel, Reply]]) -> None:
    now = clock.now(replies[0][0].row.shop_id)
    for row, reply in ((each.row, reply) for each, reply in replies):
        if reply.state == "later":
            Message.not_now(row.id, row.token, now + _backoff(row.attempts), reply.words)
        else:
            Message.answered(row.id, row.token, reply.state, now, reply.words)


def _refused(parcel: Parcel, error: TransportError) -> None:
    """Write a refusal before the gate: the channel's trouble, this address's, or one that time may mend."""
    row, channel, now = parcel.row, parcel.channel, clock.now(parcel.row.shop_id)
    if error.channel:
        log.warning("the %s channel is in trouble: %s", channel.name, error.trouble)
        until = troubles.begin(row.shop_id, channel.name, error, now)
        unit(lambda: Message.put_back(row.id, row.token, until, "channel", burnt=False, reply=str(error)))
    elif error.permanent or row.attempts > len(BACKOFF):
        unit(lambda: _failed(row, parcel.letter, str(error)))
    else:
        later = now + _backoff(row.attempts)
        unit(lambda: Message.put_back(row.id, row.token, later, "later", burnt=True, reply=str(error)))


def _failed(row: Any, letter: Letter, reply: str) -> None:
    Message.close(row.id, row.token, "failed", "address", reply)
    if row.audience == "customer" and NO_SUCH_ADDRESS.match(reply):
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
