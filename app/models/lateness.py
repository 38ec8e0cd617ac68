"""Lateness: what should have been done by now and was not, and since when. Each look leaps through partial indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from app import clock
from app.extensions import db
from app.leaps import leaps
from app.models import inbox, messages, runs
from app.models.flows import Flow, Version
from app.models.inbox import InboxRow
from app.models.messages import Message
from app.models.runs import Run

MOST = 10_000  # more than this is "many", to a person and to a machine
PLACES = 500  # shops or versions looked into, those that are latest first


@dataclass(frozen=True, slots=True)
class Late:
    """How many wait beyond their time, MOST at the most, and when the oldest was due."""

    count: int = 0
    oldest: datetime | None = None


def late_runs(shop_id: int | None = None) -> Late:
    """Return the runs that are due, of one shop or of all; those of paused flows are not late."""
    leap = leaps(Run.version_id, runs.DUE)
    first = select(func.min(Run.wake_at)).where(runs.DUE, Run.version_id == leap.c.id).scalar_subquery()
    versions = (
        select(leap.c.id, first).join(Version, Version.id == leap.c.id).join(Flow, Flow.id == Version.flow_id)
    )
    versions = versions.where(Flow.status != "paused", first <= clock.at(Version.shop_id))
    found = _found(versions, first, Version.shop_id, shop_id)
    due = select(Run.id).where(runs.DUE, Run.version_id.in_([id for id, _at in found]))
    return _late(found, due.where(Run.wake_at <= clock.at(Run.shop_id)))


def late_messages(shop_id: int | None = None) -> Late:
    """Return the messages that may leave now and have not been taken up, of one shop or of all."""
    leap = leaps(Message.shop_id, messages.DUE)
    first = (
        select(func.min(Message.send_at)).where(messages.DUE, Message.shop_id == leap.c.id).scalar_subquery()
    )
    shops = select(leap.c.id, first).where(first <= clock.at(leap.c.id))
    found = _found(shops, first, leap.c.id, shop_id)
    due = select(Message.id).where(messages.DUE, Message.shop_id.in_([id for id, _at in found]))
    return _late(found, due.where(Message.send_at <= clock.at(Message.shop_id)))


def unread(shop_id: int | None = None) -> Late:
    """Return the deliveries that no worker has read, of one shop or of all."""
    leap, first = leaps(InboxRow.shop_id, inbox.WAITING), aliased(InboxRow)
    begins = (
        select(func.min(InboxRow.id)).where(inbox.WAITING, InboxRow.shop_id == leap.c.id).scalar_subquery()
    )
    shops = select(leap.c.id, first.received_at).join(first, first.id == begins)
    found = _found(shops, first.received_at, leap.c.id, shop_id)
    due = select(InboxRow.id).where(inbox.WAITING, InboxRow.shop_id.in_([id for id, _at in found]))
    return _late(found, due)


def _found(query: Select[Any], first: Any, shop: Any, shop_id: int | None) -> Sequence[Any]:
    mine = query if shop_id is None else query.where(shop == shop_id)
    return db.session.execute(mine.order_by(first).limit(PLACES)).all()


def _late(found: Sequence[Any], due: Select[Any]) -> Late:
    if not found:
        return Late()
    count = db.session.scalar(select(func.count()).select_from(due.limit(MOST).subquery())) or 0
    return Late(count, found[0][1])
