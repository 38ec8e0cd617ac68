"""Settling: when the faults are over, everything that is due gets done, and time goes on until nobody waits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import Event, InboxRow, Message, Run
from app.models.runs import ACTIVE
from app.unit import unit
from tests.patience import until
from workers import due, sweep

DAYS = 60  # a flow of the load is over long before
LAZY = timedelta(minutes=2)  # how far behind the clock a sweep may note down that it has looked


def busy():
    """Return what is still in somebody's hands or waits for a hand, by what it is."""
    db.session.rollback()
    held = {
        "leased": _count(Run, Run.status == "leased"), "handing": _count(Message, Message.state == "handing"),
        "inbox": _count(InboxRow, InboxRow.state == "waiting"), "events": _count(Event, Event.enrolled_at.is_(None)),
        "due": len(list(due.work())), "unswept": len(_unswept()),
    }  # fmt: skip
    db.session.rollback()
    return {name: number for name, number in held.items() if number}


def _count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def _unswept():
    """Return the flows that wait for a silence and whose hearts have not looked since time went on, or never."""
    waiting = [flow for flow, _wanted in sweep.listening()]
    told = [(flow.id, flow.swept_at, clock.now(flow.shop_id) - LAZY) for flow in waiting]
    return [id for id, swept_at, now in told if swept_at is None or swept_at < now]


def rest(limit=90):
    """Wait until nothing is due and nobody holds anything."""
    try:
        until(lambda: not busy(), limit)
    except AssertionError:
        raise AssertionError(f"the engine does not come to rest: {busy()}") from None


def left(shop_ids):
    """Return how many runs and messages of these shops still wait for their time."""
    runs = Run.shop_id.in_(shop_ids), Run.status.in_(ACTIVE), Run.status != "parked"
    messages = Message.shop_id.in_(shop_ids), Message.state.in_(("prepared", "handing"))
    found = _count(Run, *runs) + _count(Message, *messages)
    db.session.rollback()
    return found


def settle(traders, limit=90):
    """Let everything come to its end: move the shops' clocks on until no run and no message waits for its time."""
    rest(limit)
    ids = [trader.shop.id for trader in traders]
    for hours in (1, 2, 12, *[24] * DAYS):
        for id in ids:
            unit(lambda id=id, hours=hours: clock.skip(id, timedelta(hours=hours)))
        rest(limit)
        if not left(ids):
            return
    raise AssertionError(f"{left(ids)} runs and messages have not ended after {DAYS} days")


def take_up(traders):
    """Do what a person does about runs put aside because their workers died again and again; return how many."""
    ids = [trader.shop.id for trader in traders]
    parked = db.session.execute(
        select(Run.shop_id, Run.id).where(Run.shop_id.in_(ids), Run.status == "parked")
    ).all()
    for shop_id, id in parked:
        unit(lambda shop_id=shop_id, id=id: Run.unpark(shop_id, id, clock.now(shop_id)))
    return len(parked)
