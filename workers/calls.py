"""Calls: what flows tell other systems, signed as Standard Webhooks says, tried again with growing pauses.

A call may reach the other side twice; its id, the same at each try, tells it so. Before each try the flow is looked at:
nothing leaves after a switch-off. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import clock, outgoing, signing
from app.call_body import body
from app.extensions import db
from app.models import Call, Customer, Flow, Run, Shop, StaffNotice
from app.outgoing import Answer, Refused, Unreached
from app.reasons import why
from app.unit import is_trouble, unit
from workers import context, due
from workers.gate import PAUSED

log = logging.getLogger(__name__)
BATCH = 10
LEASE = timedelta(seconds=60)
ENOUGH = 5.0  # seconds after which the rest of a batch is given back, so that others get their turn
# The pauses that Standard Webhooks recommends: a day and a half in all.
BACKOFF = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18_000, 36_000, 36_000))
POISON = len(BACKOFF) + 5  # claims without a result: something about this call stops the worker each time
GONE = 410  # "do not call here again"


def call(shop_id: int) -> int:
    """Make a batch of due calls; return how many were looked after."""
    if not due.waits(Call, shop_id):
        return 0
    rows = unit(lambda: Call.claim(shop_id, clock.now(shop_id), clock.real() + LEASE, BATCH))
    began = clock.monotonic()
    left = list(rows)
    try:
        while left and clock.monotonic() - began <= ENOUGH:
            row = left.pop(0)
            _one(row)
    except Exception as error:
        if is_trouble(error):  # it was no try of anybody's
            left.insert(0, row)
        raise
    finally:
        _give_back(left)
    return len(rows) - len(left)


def _give_back(rows: Sequence[Any]) -> None:
    """Let go of claimed calls as they were: it was no try of theirs."""
    try:
        for row in rows:
            unit(lambda row=row: Call.again(row, row.send_at, row.status, row.reply, row.reason, burnt=False))  # type: ignore[misc]
    except SQLAlchemyError as error:  # then their leases run out
        log.warning("%s calls could not be given back: %s", len(rows), type(error).__name__)


def _one(row: Any) -> None:
    now = clock.now(row.shop_id)
    if row.attempts > POISON:
        unit(lambda: _failed(row, now, row.status, row.reply, "call_gave_up"))
        return
    if not unit(lambda: _may(row, now)):
        return
    body = _body(row, now)
    db.session.rollback()
    real = clock.real()  # the other side compares it with its own clock, which knows no demo
    try:
        answer = outgoing.post(row.url, body, signing.headers(row.shop_id, row.call_id, real, body))
    except Refused as error:
        reason = f"call_{error.reason}"
        unit(lambda: _failed(row, now, None, "", reason))
        return
    except Unreached as error:
        answer = Answer(0, str(error))
    _settle(row, answer, clock.now(row.shop_id))


def _may(row: Any, now: datetime) -> bool:
    """Whether the call may leave now; what may not is written down."""
    flow, run = _locked(Flow, row.flow_id), _locked(Run, row.run_id)
    if flow.status == "deleted" or flow.epoch != row.epoch:
        return _no(row, "switched_off", now)
    if run.status == "cancelled" or _locked(Customer, row.customer_id).email is None:
        return _no(row, "run_ended", now)
    if flow.status == "paused":
        Call.again(row, now + PAUSED, row.status, row.reply, "paused", burnt=False)
        return False
    return True


def _no(row: Any, reason: str, now: datetime) -> bool:
    Call.answered(row, "cancelled", now, row.status, row.reply, reason)
    return False


def _locked(model: Any, id: int) -> Any:
    row = select(*model.__table__.columns).where(model.id == id)
    return db.session.execute(row.with_for_update(read=True)).one()


def _settle(row: Any, answer: Answer, now: datetime) -> None:
    status = answer.status or None
    if 200 <= answer.status < 300:
        unit(lambda: Call.answered(row, "done", now, status, answer.text))
    elif answer.status == GONE or row.attempts > len(BACKOFF):
        reason = "call_gone" if answer.status == GONE else "call_gave_up"
        unit(lambda: _failed(row, now, status, answer.text, reason))
    else:
        pause = max(BACKOFF[row.attempts - 1], timedelta(seconds=answer.retry_after))
        unit(lambda: Call.again(row, now + pause, status, answer.text, "call_later"))


def _failed(row: Any, now: datetime, status: int | None, reply: str, reason: str) -> None:
    """End a call in vain, and tell the shop's people: once a day for each step, however many calls it makes."""
    if not Call.answered(row, "failed", now, status, reply, reason):
        return
    flow, shop = db.session.get_one(Flow, row.flow_id), db.session.get_one(Shop, row.shop_id)
    with force_locale(shop.locale):
        text = _("“%(flow)s” could not tell another system. %(reason)s.", flow=flow.name, reason=why(reason))
    StaffNotice.tell([{
        "shop_id": row.shop_id, "key": f"call:{row.flow_id}:{row.node}:{now.date()}", "sort": "channel", "text": text,
        "path": f"/runs/{row.run_id}", "customer_id": row.customer_id, "at": now, "read_at": None,
    }])  # fmt: skip


def _body(row: Any, now: datetime) -> bytes:
    """Return what the other system is told, as JSON: who, by which automation, and what it is about."""
    shop, run = db.session.get_one(Shop, row.shop_id), db.session.get_one(Run, row.run_id)
    customer = db.session.get_one(Customer, row.customer_id)
    flow = db.session.get_one(Flow, row.flow_id)
    known = context.of(shop, run, customer, context.offered(run), customer.locale or shop.locale)
    return body(row.text, customer.id, flow, known, row.asked_at).encode()
