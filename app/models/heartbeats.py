"""When each process was last heard, so that silence can be seen, and whether its machine's clock can be trusted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.upsert import insert

FORGOTTEN = timedelta(hours=1)  # a process that was replaced long ago is nobody's concern
SILENT = timedelta(seconds=10)  # each beats every two seconds: this long a silence is no hiccup


class Heartbeat(db.Model):
    """One process of the engine: `name` is role:host:pid, `seen_at` the machine's time of its last beat.

    `jump` is by how many seconds its machine's clock has jumped, while it holds everything back for that; else None.
    """

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(String(160), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    jump: Mapped[int | None] = mapped_column()
    held_until: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def beat(
        cls, name: str, real: datetime, jump: int | None = None, held_until: datetime | None = None
    ) -> None:
        """Record that a process lives, and whether it holds back."""
        told = {"seen_at": real, "jump": jump, "held_until": held_until}
        row = insert(cls).values(name=name, **told)
        db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_=told))
        db.session.execute(delete(cls).where(cls.seen_at < real - FORGOTTEN))

    @classmethod
    def last_heard(cls, role: str) -> datetime | None:
        """Return when a process of this role (worker, heartbeat) was heard last, or None when none ever was."""
        theirs = select(func.max(cls.seen_at)).where(cls.name.startswith(f"{role}:", autoescape=True))
        return db.session.scalar(theirs)

    @classmethod
    def beating(cls, role: str, real: datetime) -> int:
        """Return how many processes of this role live."""
        theirs = select(func.count()).where(cls.name.startswith(f"{role}:", autoescape=True))
        return db.session.scalar(theirs.where(cls.seen_at >= real - SILENT)) or 0

    @classmethod
    def doubted(cls, host: str, real: datetime) -> bool:
        """Return whether the clock of this machine was in doubt a moment ago."""
        theirs = select(cls.name).where(cls.jump.is_not(None), cls.held_until > real - SILENT)
        return any(name.split(":")[1] == host for name in db.session.scalars(theirs))

    @classmethod
    def held(cls, real: datetime) -> Heartbeat | None:
        """Return the process that holds back longest because its machine's clock jumped, if any does."""
        holds = select(cls).where(cls.jump.is_not(None), cls.seen_at >= real - SILENT)
        return db.session.scalar(holds.order_by(cls.held_until.desc()).limit(1))
