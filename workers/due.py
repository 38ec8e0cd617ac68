"""Due: what waits to be done, found by bounded looks at partial indexes. An empty look costs microseconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, or_, select

from app import clock
from app.extensions import db
from app.models import Call, Confirmation, Event, Flow, InboxRow, Message, Run

MOST = 1000  # rows looked at: enough to see who has work, however much it is


def work() -> Iterator[tuple[str, int]]:
    """Yield (kind, shop or version) for all that is due now; a kind's own loop finds how much it is."""
    shops = _first(select(InboxRow.shop_id).where(InboxRow.state == "waiting"))
    shops |= _first(select(Event.shop_id).where(Event.enrolled_at.is_(None)))
    yield from (("enrol", id) for id in sorted(shops))
    yield from (("advance", id) for id in sorted(_versions()))
    waiting = select(Message.shop_id).where(
        Message.state == "prepared", clock.due(Message.send_at, Message.shop_id)
    )
    asked = select(Confirmation.shop_id).where(
        Confirmation.state.in_(("prepared", "handing")), clock.due(Confirmation.send_at, Confirmation.shop_id),
        or_(Confirmation.lease_until.is_(None), Confirmation.lease_until < clock.real()),
    )  # fmt: skip
    yield from (("deliver", id) for id in sorted(_first(waiting) | _first(asked)))
    calls = select(Call.shop_id).where(Call.state == "waiting", clock.due(Call.send_at, Call.shop_id))
    yield from (("call", id) for id in sorted(_first(calls)))


def _versions() -> set[int]:
    """Return the versions with due runs, those of paused flows left out."""
    due = Run.status.in_(("ready", "waiting")), clock.due(Run.wake_at, Run.shop_id)
    paused = select(Flow.id).where(Flow.status == "paused")
    return _first(select(Run.version_id).where(*due, Run.flow_id.not_in(paused)).order_by(Run.wake_at))


def _first(query: Select[Any]) -> set[int]:
    some = query.limit(MOST).subquery()
    return set(db.session.scalars(select(some.c[0]).distinct()))
