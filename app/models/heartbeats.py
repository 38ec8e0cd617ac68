"""When each process was last heard, so that silence can be seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db


class Heartbeat(db.Model):
    """One process of the engine: `name` is role:host:pid, `seen_at` the machine's time of its last beat."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(String(160), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
