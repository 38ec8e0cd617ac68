"""When each process was last heard, so that silence can be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.upsert import insert

FORGOTTEN = timedelta(hours=1)  # a process that was replaced long ago is nobody's concern


class Heartbeat(db.Model):
    """One process of the engine: `name` is role:host:pid, `seen_at` the machine's time of its last beat."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(String(160), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def beat(cls, name: str, real: datetime) -> None:
        """Record that a process lives."""
        row = insert(cls).values(name=name, seen_at=real)
        db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": real}))
        db.session.execute(delete(cls).where(cls.seen_at < real - FORGOTTEN))
