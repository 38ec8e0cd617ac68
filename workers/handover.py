"""Handing over: messages of a shop go up to their dots, a few at a time through one gate, and over.

Each has a channel of its own, so that what one server says to one of them touches no other. Before the gate every
trouble is harmless and tried again; after it the other side's answer is written, and where none came, that nobody
knows (`outcomes`). No transaction is open while anybody is spoken to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from app import clock
from app.extensions import db
from app.models import Message
from app.unit import is_trouble, unit
from workers import gate, marks, outcomes
from workers.background import Background
from workers.channels.channel import Channel, Reply, Unwelcome
from workers.letters import Letter, Unwritable
from workers.smtp import TransportError, Unanswered

log = logging.getLogger(__name__)
ENOUGH = 5.0  # seconds after which the rest is given back, so that others get their turn
PROMPT = 2.0  # seconds for which all answers are waited for before those that came are written
PATIENT = 5.0  # seconds after which no further body is handed over: the others stand at their dots meanwhile
POISON = len(outcomes.BACKOFF) + 5  # claims without a result: something about this message ends the worker


@dataclass(slots=True, eq=False)
class Parcel:
    """One message (a row) on its way, the channel that is its own, and its letter once that is written."""

    row: Any
    channel: Channel
    letter: Letter
    verdict: gate.Verdict | None = None


def hand_over(way: Channel, rows: Sequence[Any], with_code: bool = True) -> bool:
    """Take claimed messages as far as they go; False when the channel is in trouble. Raises the database's troubles."""
    return _or_each(lambda: _together(way, rows, with_code), way, rows, with_code)


def _or_each(work: Callable[[], bool], way: Channel, rows: Sequence[Any], with_code: bool) -> bool:
    """Return whether the channel is fine after `work` with these.

    What fails with several is tried with each alone: one has already passed its gate or never will twice, and the one
    that is to blame ends after so many claims.
    """
    try:
        return work()
    except Exception as error:
        if is_trouble(error):
            raise
        if len(rows) == 1:
            log.exception("a message cannot be handed over", extra=marks.of(rows[0]))
            return True
    return _each(way, rows, with_code)


def _each(way: Channel, rows: Iterable[Any], with_code: bool) -> bool:
    fine = [hand_over(way, [row], with_code) for row in rows]
    return all(fine)


def _together(way: Channel, rows: Sequence[Any], with_code: bool) -> bool:
    written = _written(way, rows, with_code)
    # Asked before the bodies are handed over as well: a night's worth of held mails should not cost a connection each.
    groups = _groups(_asked(written), way.together)
    began, fine = clock.monotonic(), True
    while groups and fine and clock.monotonic() - began <= ENOUGH:
        group = groups.pop(0)
        alone = [each.row for each in group]
        fine = _or_each(lambda group=group: _brought(group), way, alone, with_code)  # type: ignore[misc]
    _give_back([each for group in groups for each in group])
    bare = [each.row for each in written if isinstance(each.verdict, gate.Without)]
    return _each(way, bare, with_code=False) and fine


def _groups(parcels: Sequence[Parcel], most: int) -> list[list[Parcel]]:
    """Return these as they may pass one gate together: so many at the most, and one of a customer."""
    groups: list[list[Parcel]] = []
    for parcel in parcels:
        for group in groups:
            alone = all(each.row.customer_id != parcel.row.customer_id for each in group)
            if len(group) < most and alone:
                group.append(parcel)
                break
        else:
            groups.append([parcel])
    return groups


def _brought(parcels: Sequence[Parcel]) -> bool:
    """Bring these to their dots, through one gate and over; return whether the channel is fine."""
    begun, fine = _begun(parcels)
    _finish(_through(_standing(begun)))
    return fine


def _written(way: Channel, rows: Sequence[Any], with_code: bool) -> list[Parcel]:
    parcels, about = [], Background.of(rows)
    for row in rows:
        channel = copy(way)
        if (letter := _letter(channel, row, about, with_code)) is not None:
            parcels.append(Parcel(row, channel, letter))
    db.session.rollback()
    return parcels


def _letter(channel: Channel, row: Any, about: Background, with_code: bool) -> Letter | None:
    """Return a message's letter; where it has none, write why."""
    if row.attempts > POISON:
        unit(lambda: Message.close(row.id, row.token, "failed", "gave_up"))
        return None
    try:
        return channel.write(row, about, clock.now(row.shop_id), with_code)
    except Unwritable as error:
        outcomes.unwritable(row, error)
    except Exception as error:  # a design can fail in ways nobody thought of: it must not stop the others
        if is_trouble(error):
            raise
        log.warning("a message cannot be written", extra=marks.of(row) | {"error": type(error).__name__})
        outcomes.unwritable(row, Unwritable("wording", type(error).__name__))
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
        outcomes.refused(parcel.row, parcel.letter, parcel.channel, error)
        return error
    return None


def _standing(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Return those whose server still waits for the dot; one that hung up has taken nothing, so there is no doubt."""
    gone = [each for each in parcels if not each.channel.stands()]
    for each in gone:
        each.channel.abandon()
        error = TransportError("the server hung up before the dot")
        outcomes.refused(each.row, each.letter, each.channel, error)
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
        if group:
            outcomes.replied(group[0].channel, [(each.row, _reply(each.channel)) for each in group])


def _reply(channel: Channel) -> Reply:
    try:
        return channel.finish()
    except Unanswered as error:
        return Reply("unknown", str(error))
