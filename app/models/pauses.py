"""Pauses: a flow that stands still, what became overdue in it meanwhile, and the ways of going on.

Whoever was to get something during the pause is not written to all at once because nobody thought of it: the merchant
sees how many they are, and chooses. Knows the conditional UPDATEs; runs of other epochs are long ended, and stay so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update

from app.columns import later
from app.extensions import db
from app.models import leaving
from app.models.flows import Flow
from app.models.messages import Message
from app.models.runs import Run
from app.unit import changed

CHOICES = ("shift", "skip", "send")
MOVABLE = ("ready", "waiting")
OVERDUE = "overdue"  # why a run or message ended that was left out at the resumption
HELD = ("paused", "coupon")  # why a message of a paused flow waits


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many runs and messages should have gone on by now, and since when the oldest of them."""

    runs: int
    messages: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """What going on did: runs whose waits were moved on, or that ended; and messages called back."""

    shifted: int = 0
    ended: int = 0
    called_back: int = 0


def overdue(flow: Flow, now: datetime) -> Overdue:
    """Return what has become overdue in a paused flow."""
    runs, since = _counted(select(func.count(), func.min(Run.wake_at)).where(*_late_runs(flow.id, now)))
    first = func.min(Message.prepared_at)
    messages, prepared = _counted(select(func.count(), first).where(*_late_messages(flow.id, now)))
    return Overdue(runs, messages, min((at for at in (since, prepared) if at), default=None))


def choices(reason: str) -> tuple[str, ...]:
    """Return the ways of going on after a pause with this reason, the one that is advised first.

    After a backup was put back there is no shifting: what would move on has most likely been sent already.
    """
    return ("skip", "send") if reason == "restored" else CHOICES


def resume(shop_id: int, id: int, choice: str, now: datetime) -> Resumed | None:
    """Let a paused flow go on in one of the CHOICES, inside the caller's unit; None when it is not paused.

    shift: every wait moves on by the length of the pause. skip: what is overdue ends. send: it goes on now.
    """
    mine = select(Flow).where(Flow.shop_id == shop_id, Flow.id == id, Flow.status == "paused")
    flow = db.session.scalar(mine.with_for_update(key_share=True))
    if flow is None:
        return None
    paused_at = flow.paused_at
    if not Flow.switch_on(shop_id, id, now):
        return None
    if choice == "skip":
        return _skip(id, now)
    changed(update(Message).where(*_held_messages(id)).values(send_at=now, reason=""))
    moves_on = choice == "shift" and paused_at is not None and now > paused_at
    return Resumed(shifted=_shift(id, now - paused_at)) if moves_on and paused_at else Resumed()


def _shift(id: int, by: timedelta) -> int:
    """Move every wait on. Whoever an event has woken meanwhile is heard at once: that was no matter of time."""
    woken = Run.wait_until.is_not(None) & (Run.wake_at < Run.wait_until)
    theirs = update(Run).where(Run.flow_id == id, Run.status.in_(MOVABLE))
    wake = case((woken, Run.wake_at), else_=later(Run.wake_at, by))
    return changed(theirs.values(wake_at=wake, wait_until=later(Run.wait_until, by)))


def _skip(id: int, now: datetime) -> Resumed:
    ended = {
        "status": "cancelled",
        "reason": OVERDUE,
        "token": Run.token + 1,
        "ended_at": now,
        "lease_until": None,
    }
    gone = changed(update(Run).where(*_late_runs(id, now)).values(ended))
    called = Message.cancel(OVERDUE, *_late_messages(id, now))
    return Resumed(ended=gone, called_back=called + leaving.call_back(id, OVERDUE, now))


def _late_runs(id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Run.flow_id == id, Run.status.in_(MOVABLE), Run.wake_at <= now


def _late_messages(id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return *_to_customers(id), or_(Message.send_at <= now, Message.reason.in_(HELD))


def _held_messages(id: int) -> tuple[ColumnElement[bool], ...]:
    return *_to_customers(id), Message.reason.in_(HELD)


def _to_customers(id: int) -> tuple[ColumnElement[bool], ...]:
    # What tells the shop's own people of the pause is not part of it.
    return Message.flow_id == id, Message.state == "prepared", Message.audience == "customer"


def _counted(query: Any) -> tuple[int, datetime | None]:
    count, oldest = db.session.execute(query).one()
    return count, oldest
