"""Due: what waits to be done. Each look leaps through a partial index from one shop or version that has anything in it
to the next, so that it costs the same however much waits, and nobody with much hides anybody with little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, Select, or_, select

from app import clock
from app.extensions import db
from app.leaps import leaps
from app.models import (
    Call,
    Confirmation,
    Event,
    Flow,
    InboxRow,
    Message,
    Run,
    StaffNotice,
    Version,
    calls,
    inbox,
    messages,
    notices,
    runs,
)

ASKED = db.text("state IN ('prepared', 'handing')")  # word for word what the index of Confirmation says


def work() -> Iterator[tuple[str, int]]:
    """Yield (kind, shop or version) for all that is due now; a kind's own loop finds how much it is."""
    told, happened = (
        leaps(InboxRow.shop_id, inbox.WAITING),
        leaps(Event.shop_id, Event.enrolled_at.is_(None)),
    )
    yield from (("enrol", id) for id in sorted(_ids(_all(told)) | _ids(_all(happened))))
    yield from (("advance", id) for id in sorted(_ids(_versions())))
    outboxes = _ids(_shops(Message, messages.DUE)) | _ids(_shops(Confirmation, ASKED, _free(Confirmation)))
    outboxes |= _ids(_shops(StaffNotice, notices.ASKED, _free(StaffNotice)))
    yield from (("deliver", id) for id in sorted(outboxes))
    yield from (("call", id) for id in sorted(_ids(_shops(Call, calls.DUE))))


def _versions() -> Select[Any]:
    """SQL: the versions with due runs, those of paused flows left out."""
    leap = leaps(Run.version_id, runs.DUE)
    due = select(1).select_from(Run).where(
        runs.DUE, Run.version_id == leap.c.id, Run.wake_at <= clock.at(Version.shop_id)
    )  # fmt: skip
    moving = select(leap.c.id).join(Version, Version.id == leap.c.id).join(Flow, Flow.id == Version.flow_id)
    return moving.where(Flow.status != "paused", due.exists())


def _shops(model: Any, *waits: Any) -> Select[Any]:
    """SQL: the shops with rows of a model that wait and whose `send_at` has come."""
    leap = leaps(model.shop_id, waits[0])
    due = select(1).select_from(model).where(
        *waits, model.shop_id == leap.c.id, model.send_at <= clock.at(leap.c.id)
    )  # fmt: skip
    return _all(leap).where(due.exists())


def _free(model: Any) -> Any:
    return or_(model.lease_until.is_(None), model.lease_until < clock.real())


def _all(leap: CTE) -> Select[Any]:
    return select(leap.c.id).where(leap.c.id.is_not(None))


def _ids(query: Select[Any]) -> set[int]:
    return set(db.session.scalars(query))
