"""Retention: history that nothing will ask for again is thrown away, a little at a time.

Past the age that the operator sets go the steps of runs that have ended, clicks, visits, refusals, calls that are over,
and the words of messages, letters by hand included. What a decision could still rest on stays, however old: runs (they
are the ledger of re-entry), events (their keys make a second telling harmless), orders, carts, codes and credits, and a
message's row (a link in somebody's mailbox leads to it). Figures stay too: only what is folded into the days may go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from flask import current_app
from sqlalchemy import and_, delete, exists, func, or_, select, tuple_, update

from app import clock
from app.extensions import db
from app.models import Call, Click, Flow, Folded, Handwritten, Message, Refusal, Run, Step, Visit
from app.models.messages import ENDED
from app.models.periods import DAY
from app.models.runs import ENDED as RUN_ENDED
from app.unit import changed, unit

BATCH = 1000  # rows for one transaction: short enough that nobody waits for it
OVER = (Message.sent_at, Message.closed_at)  # a message was sent, or given up
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CALL_ENDED = ("done", "failed", "cancelled")


def retire(shop_id: int) -> bool:
    """Throw away the next batch of a shop's old history; return whether there may be more."""
    days = current_app.extensions["settings"].history_days
    mark = db.session.get(Folded, shop_id, populate_existing=True)
    if mark is None or mark.until is None:
        return False
    before = min(clock.now(shop_id) - timedelta(days=days), mark.until)
    more = [
        unit(partial(job, shop_id, before)) for job in JOBS
    ]  # each has its turn, whatever the others found
    return any(more)


def _steps(shop_id: int, before: datetime) -> bool:
    """The steps of runs that ended long ago, the oldest first; a run under way keeps its whole path."""
    over = and_(Run.id == Step.run_id, Run.status.in_(RUN_ENDED), Run.ended_at < before)
    gone = 0
    for flow_id in _flows(shop_id):
        old = select(Step.run_id, Step.visit).join(Run, over).where(Step.flow_id == flow_id, Step.at < before)
        keys = [tuple(row) for row in db.session.execute(old.order_by(Step.at).limit(BATCH - gone))]
        gone += changed(delete(Step).where(tuple_(Step.run_id, Step.visit).in_(keys))) if keys else 0
    return gone >= BATCH


def _clicks(shop_id: int, before: datetime) -> bool:
    """Presses of links: an order is credited to one of the last thirty days at the most, and kept its credit."""
    old = select(Click.id).where(Click.shop_id == shop_id, Click.at < before).order_by(Click.at).limit(BATCH)
    return changed(delete(Click).where(Click.id.in_(old.scalar_subquery()))) >= BATCH


def _visits(shop_id: int, before: datetime) -> bool:
    """Arrivals: they are in the days."""
    old = select(Visit.id).where(
        Visit.flow_id.in_(_flows(shop_id)), Visit.shop_id == shop_id, Visit.at < before
    )
    return changed(delete(Visit).where(Visit.id.in_(old.limit(BATCH).scalar_subquery()))) >= BATCH


def _refusals(shop_id: int, before: datetime) -> bool:
    """Why somebody was not let in long ago: they are in the days, and the event is still known."""
    key = (Refusal.event_id, Refusal.flow_id)
    old = select(*key).where(
        Refusal.flow_id.in_(_flows(shop_id)), Refusal.shop_id == shop_id, Refusal.at < before
    )
    keys = [tuple(row) for row in db.session.execute(old.limit(BATCH))]
    these = delete(Refusal).where(Refusal.shop_id == shop_id, tuple_(*key).in_(keys))
    return bool(keys) and changed(these) >= BATCH


def _calls(shop_id: int, before: datetime) -> bool:
    """Calls to other systems that are over, of runs that are over: a run under way may ask for the same one again."""
    over = and_(Run.id == Call.run_id, Run.status.in_(RUN_ENDED), Run.ended_at < before)
    old = select(Call.id).join(Run, over).where(Call.flow_id.in_(_flows(shop_id)), Call.state.in_(CALL_ENDED))
    ids = list(db.session.scalars(old.where(Call.shop_id == shop_id).limit(BATCH)))
    return bool(ids) and changed(delete(Call).where(Call.id.in_(ids))) >= BATCH


def _words(shop_id: int, before: datetime) -> bool:
    """What messages said, from where the last look ended: their rows stay. A day at a time, and so many at the most."""
    mark = db.session.get_one(Folded, shop_id)
    mine = Message.flow_id.in_(_flows(shop_id)), Message.shop_id == shop_id
    begins = [
        db.session.scalar(select(func.min(at)).where(*mine, at >= (mark.words_until or NEVER))) for at in OVER
    ]
    start = min((at for at in begins if at), default=before)
    if start >= before:
        return False
    stop = min(start + DAY, before)
    said = or_(Message.subject != "", Message.reply != "", Message.text != "")
    then = or_(*(and_(at >= start, at < stop) for at in OVER))
    old = select(Message.id).where(*mine, then, said, Message.state.in_(ENDED)).limit(BATCH)
    if changed(update(Message).where(Message.id.in_(old)).values(subject="", reply="", text="")) >= BATCH:
        return True
    mark.words_until = stop
    db.session.flush()
    return stop < before


def _letters(shop_id: int, before: datetime) -> bool:
    """What somebody wrote by hand, once its message is over; words that could still leave stay."""
    same = Message.run_id == Handwritten.run_id, Message.visit == Handwritten.visit
    over = or_(Run.status.in_(RUN_ENDED), exists().where(*same, Message.state.in_(ENDED)))
    open = exists().where(*same, Message.state.not_in(ENDED))
    old = select(Handwritten.id).join(Run, Run.id == Handwritten.run_id).where(over, ~open)
    said = or_(Handwritten.subject != "", Handwritten.text != "")
    mine = old.where(Handwritten.shop_id == shop_id, Handwritten.written_at < before, said).limit(BATCH)
    return changed(update(Handwritten).where(Handwritten.id.in_(mine)).values(subject="", text="")) >= BATCH


def _flows(shop_id: int) -> list[int]:
    return list(db.session.scalars(select(Flow.id).where(Flow.shop_id == shop_id).order_by(Flow.id)))


JOBS: tuple[Callable[[int, datetime], bool], ...] = (
    _steps,
    _clicks,
    _visits,
    _refusals,
    _calls,
    _words,
    _letters,
)
