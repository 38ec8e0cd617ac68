"""A flow and its frozen versions: what is drawn, what runs, and the switch between."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json, same_shop
from app.extensions import db


class Flow(db.Model):
    """A graph being drawn, and the version that is live. `epoch` rises each time it is switched off."""

    __tablename__ = "flow"
    __table_args__ = (UniqueConstraint("shop_id", "id"), Index("ix_flow_live", "shop_id", "status"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(120))
    icon: Mapped[str] = mapped_column(String(40), default="workflow")
    recipe: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(8), default="off")  # off, live, paused, deleted
    paused_reason: Mapped[str] = mapped_column(String(120), default="")
    epoch: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)  # the place in the undo stack
    edit_key: Mapped[str] = mapped_column(String(40), default="")  # of the last edit: the same one twice is harmless
    version_id: Mapped[int | None] = mapped_column()  # the live one; no constraint, for the two tables point at each other
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    activated_at: Mapped[datetime | None] = mapped_column(Instant)  # the last time it was switched on
    first_activated_at: Mapped[datetime | None] = mapped_column(Instant)


class Version(db.Model):
    """A published graph. Never changes; `hash` (SHA-256 of its JSON) shows it."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("shop_id", "id"),
        UniqueConstraint("flow_id", "number"),
        same_shop("flow_id", "flow"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    flow_id: Mapped[int] = mapped_column()
    number: Mapped[int] = mapped_column()
    graph: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)


class Gesture(db.Model):
    """One entry of a draft's undo stack: the whole graph before the gesture, and what it was called.

    `place` counts from 1; entries up to the flow's cursor can be undone, later ones redone.
    `label` is {"text": msgid, "values": {...}}.
    """

    __tablename__ = "gesture"
    __table_args__ = (same_shop("flow_id", "flow"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    label: Mapped[dict[str, Any]] = mapped_column(Json)
