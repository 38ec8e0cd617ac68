"""Calls: what a flow wants to tell another system, from the wish to that system's answer.

Claimed and fenced like messages. A call may arrive twice, never without its id: the other side can tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Row, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.unit import changed
from app.upsert import once

# Word for word what the partial indexes say, so that a planner recognises them.
DUE = db.text("state = 'waiting'")
CALLING = db.text("state = 'calling'")
FAILED = db.text("state = 'failed'")


class Call(db.Model):
    """One call. `key` is run:node:visit and unique; `call_id` is the webhook-id that every try repeats.

    state: waiting → calling → done | failed; waiting, calling → cancelled; failed → waiting, when somebody asks for it.
    """

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        same_shop("flow_id", "flow"),
        same_shop("run_id", "run"),
        Index("ix_call_due", "shop_id", "send_at", sqlite_where=DUE, postgresql_where=DUE),
        Index("ix_call_lease", "lease_until", sqlite_where=CALLING, postgresql_where=CALLING),
        Index("ix_call_failed", "shop_id", "id", sqlite_where=FAILED, postgresql_where=FAILED),
        Index("ix_call_flow", "flow_id", "state"),
        Index("ix_call_run", "run_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    key: Mapped[str] = mapped_column(String(120))
    call_id: Mapped[str] = mapped_column(String(60))
    flow_id: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column()
    node: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[int] = mapped_column()
    url: Mapped[str] = mapped_column(String(1000))
    text: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(9), default="waiting")
    reason: Mapped[str] = mapped_column(String(40), default="")
    send_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    status: Mapped[int | None] = mapped_column()  # the HTTP status of the last answer
    reply: Mapped[str] = mapped_column(String(1000), default="")

    @classmethod
    def prepare(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write calls down; one whose key is there already is left as it is."""
        if rows:
            db.session.connection().execute(once(cls, "shop_id", "key"), list(rows))

    @classmethod
    def claim(cls, shop_id: int, now: datetime, until: datetime, most: int) -> list[Row[Any]]:
        """Lease the calls of a shop that are due, the longest due first; return all columns of each."""
        due = select(cls.id).where(cls.shop_id == shop_id, DUE, cls.send_at <= now)
        due = due.order_by(cls.send_at, cls.id).limit(most).with_for_update(skip_locked=True)
        leased = update(cls).where(cls.id.in_(select(due.cte("due").c.id))).values(
            state="calling", token=cls.token + 1, attempts=cls.attempts + 1, lease_until=until
        )  # fmt: skip
        rows = db.session.execute(leased.returning(*cls.__table__.columns))
        return sorted(rows, key=lambda row: (row.send_at, row.id))

    @classmethod
    def answered(
        cls, row: Any, state: str, now: datetime, status: int | None, reply: str, reason: str = ""
    ) -> bool:
        """Record how a claimed call ended: done, failed or cancelled, and why. False when it is no longer ours."""
        told = {"state": state, "status": status, "reply": reply[:1000], "reason": reason}
        return bool(changed(cls._mine(row).values(told | {"ended_at": now, "lease_until": None})))

    @classmethod
    def again(
        cls, row: Any, send_at: datetime, status: int | None, reply: str, reason: str = "", burnt: bool = True
    ) -> bool:
        """Let a claimed call wait until `send_at`; unless `burnt`, the try does not count."""
        told = {"state": "waiting", "status": status, "reply": reply[:1000], "reason": reason}
        tries = cls.attempts if burnt else cls.attempts - 1
        return bool(
            changed(
                cls._mine(row).values(told | {"send_at": send_at, "attempts": tries, "lease_until": None})
            )
        )

    @classmethod
    def revive(cls, shop_id: int, now: datetime, *which: ColumnElement[bool]) -> int:
        """Let the calls of a shop that failed be tried from the beginning, all or those of which this is true."""
        failed = update(cls).where(cls.shop_id == shop_id, cls.state == "failed", *which)
        anew = {"state": "waiting", "attempts": 0, "send_at": now, "ended_at": None, "reason": ""}
        return changed(failed.values(anew))

    @classmethod
    def _mine(cls, row: Any) -> Any:
        return update(cls).where(cls.id == row.id, cls.token == row.token, cls.state == "calling")

    @classmethod
    def cancel(cls, reason: str, now: datetime, **whose: int) -> int:
        """Cancel what waits (`flow_id=` or `customer_id=`), and do not repeat what is under way; return how many."""
        theirs = [getattr(cls, name) == id for name, id in whose.items()]
        ended = {"state": "cancelled", "reason": reason, "token": cls.token + 1, "lease_until": None}
        open_ = update(cls).where(*theirs, cls.state.in_(("waiting", "calling")))
        return changed(open_.values(ended | {"ended_at": now}))

    @classmethod
    def release_stale(cls, real: datetime) -> int:
        """Give back what a silent worker held: the other side knows a second try by its id."""
        held = select(cls.id).where(CALLING, cls.lease_until < real).with_for_update(skip_locked=True)
        stale = update(cls).where(cls.id.in_(held.scalar_subquery()), CALLING)
        return changed(stale.values(state="waiting", lease_until=None))
