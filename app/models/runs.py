"""A run: one customer's way through one version of a flow, and the steps it has taken.

A timer is the column `wake_at`, found by a partial index; a claim is a lease with a token that only rises.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json, same_shop
from app.extensions import db

ACTIVE = ("ready", "waiting", "leased", "parked")
ENDED = ("done", "exited", "cancelled", "failed")


class Run(db.Model):
    """Where a customer stands. `since` and `waits_for` are the interpreter's Position beside node and visit."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("flow_id", "customer_id", "entry_key"),
        UniqueConstraint("shop_id", "id"),
        same_shop("flow_id", "flow"),
        same_shop("version_id", "version"),
        same_shop("customer_id", "customer"),
        same_shop("event_id", "event"),
        Index("ix_run_due", "version_id", "wake_at", sqlite_where=db.text("status IN ('ready', 'waiting')"),
              postgresql_where=db.text("status IN ('ready', 'waiting')")),
        Index("ix_run_wake", "wake_at", sqlite_where=db.text("status IN ('ready', 'waiting')"),
              postgresql_where=db.text("status IN ('ready', 'waiting')")),
        Index("ix_run_lease", "lease_until", sqlite_where=db.text("status = 'leased'"),
              postgresql_where=db.text("status = 'leased'")),
        Index("ix_run_customer", "shop_id", "customer_id"),
        Index("ix_run_flow", "flow_id", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    flow_id: Mapped[int] = mapped_column()
    version_id: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column()
    customer_id: Mapped[int] = mapped_column()
    event_id: Mapped[int] = mapped_column()
    entry_key: Mapped[str] = mapped_column(String(160))
    status: Mapped[str] = mapped_column(String(9), default="ready")
    reason: Mapped[str] = mapped_column(String(80), default="")
    node: Mapped[str] = mapped_column(String(40))
    visit: Mapped[int] = mapped_column(default=1)
    since: Mapped[datetime | None] = mapped_column(Instant)
    wake_at: Mapped[datetime | None] = mapped_column(Instant)
    wait_until: Mapped[datetime | None] = mapped_column(Instant)  # the wait's own end; an event may wake earlier
    waits_for: Mapped[str] = mapped_column(String(200), default="")  # event names, space separated
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(2000), default="")
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Step(db.Model):
    """The record of one node visited by one run: the way out it took and what it saw."""

    __tablename__ = "step"
    __table_args__ = (same_shop("run_id", "run"), Index("ix_step_flow", "flow_id", "node"))
    shop_id: Mapped[int] = mapped_column()
    flow_id: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    node: Mapped[str] = mapped_column(String(40))
    port: Mapped[str] = mapped_column(String(20))
    saw: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant)
