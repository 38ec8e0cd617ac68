"""Due: what waits to be done. Each look leaps through a partial index from one shop or version that has anything in it
to the next, so that it costs the same however much waits, and nobody with much hides anybody with little.

It is asked each second by every heart, and mostly finds nothing: so each look is put together once. A shop whose clock
runs ahead, as a demo's does, is looked at a second time here, where its own time is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import CTE, Select, func, or_, select

from app import clock
from app.extensions import db
from app.leaps import leaps
from app.models import (
    Call,
    Clock,
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
from app.questions import asks, told

# Word for word what the partial indexes say.
WAITS: dict[Any, Any] = {
    Message: messages.DUE,
    Call: calls.DUE,
    Confirmation: db.text("state IN ('prepared', 'handing')"),
    StaffNotice: notices.ASKED,
}
SINGLES = Confirmation, StaffNotice  # of which those that are held wait too


def work() -> Iterator[tuple[str, int]]:
    """Yield (kind, shop or version) for all that is due now; a kind's own loop finds how much it is."""
    real = clock.real()
    yield from (("enrol", id) for id in sorted({row.id for row in [*_delivered(), *_happened()]}))
    yield from (("advance", id) for id in sorted(_come(_moving(real=real))))
    outboxes = (_shops(model, real=real) for model in (Message, *SINGLES))
    yield from (("deliver", id) for id in sorted(_come(chain(*outboxes))))
    yield from (("call", id) for id in sorted(_come(_shops(Call, real=real))))


def waits(model: Any, shop_id: int) -> bool:
    """Whether any of a shop's messages, calls, confirmations or notices may go now: a look, which keeps no writer."""
    return _found(_any(model, shop_id=shop_id, now=clock.now(shop_id)))


def moves(shop_id: int, version_id: int) -> bool:
    """Whether any run of a shop's version is due now."""
    return _found(_first_run(version_id=version_id, now=clock.now(shop_id)))


def _found(rows: Sequence[Any]) -> bool:
    db.session.rollback()
    return bool(rows)


def _come(looks: Iterable[Any]) -> set[int]:
    """Return the ids of those whose first instant has come in their shop."""
    return {row.id for row in looks if row.first <= clock.now(row.shop_id)}


@asks
def _delivered() -> Any:
    return _all(leaps(InboxRow.shop_id, inbox.WAITING))


@asks
def _happened() -> Any:
    return _all(leaps(Event.shop_id, Event.enrolled_at.is_(None)))


@asks
def _moving() -> Any:
    """SQL: the versions with waiting runs, those of paused flows left out."""
    leap = leaps(Run.version_id, runs.DUE)
    first = _first(Run.wake_at, runs.DUE, Run.version_id == leap.c.id)
    versions = select(leap.c.id, Version.shop_id, first).join(Version, Version.id == leap.c.id)
    return _near(versions.join(Flow, Flow.id == Version.flow_id).where(Flow.status != "paused"))


@asks
def _any(model: Any) -> Any:
    mine = select(model.id).where(
        model.shop_id == told("shop_id"), WAITS[model], model.send_at <= told("now")
    )
    return mine.limit(1)


@asks
def _first_run() -> Any:
    return (
        select(Run.id)
        .where(Run.version_id == told("version_id"), runs.DUE, Run.wake_at <= told("now"))
        .limit(1)
    )


@asks
def _shops(model: Any) -> Any:
    """SQL: the shops with rows of a model that wait, and when the first of these may go."""
    leap = leaps(model.shop_id, WAITS[model])
    free = [_free(model)] if model in SINGLES else []
    first = _first(model.send_at, WAITS[model], *free, model.shop_id == leap.c.id)
    return _near(_all(leap).add_columns(leap.c.id.label("shop_id"), first))


def _near(looks: Select[Any]) -> Select[Any]:
    """SQL: those whose first instant has come, and those of shops with clocks of their own that have any."""
    found = looks.subquery()
    own = found.c.first.is_not(None) & found.c.shop_id.in_(select(Clock.shop_id))
    return select(found).where(or_(found.c.first <= told("real"), own))


def _first(instant: Any, *waits: Any) -> Any:
    return select(func.min(instant)).where(*waits).scalar_subquery().label("first")


def _free(model: Any) -> Any:
    return or_(model.lease_until.is_(None), model.lease_until < told("real"))


def _all(leap: CTE) -> Select[Any]:
    return select(leap.c.id).where(leap.c.id.is_not(None))
