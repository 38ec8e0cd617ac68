"""The inbox: what shops told us, as it came, until a worker has read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Index, LargeBinary, Row, String, UniqueConstraint, case, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import driver
from app.columns import Instant
from app.extensions import db
from app.lists import among
from app.questions import asks, changes, told
from app.unit import changed

WAITING = db.text("state = 'waiting'")  # word for word what the partial index says
PARKED = db.text("state = 'parked'")
KEPT = timedelta(days=90)  # how long a delivery is known again, or can be looked at once it is parked
MOST_TIDIED = 1000
ATTEMPTS = 5  # failures after which a delivery is put aside
Told = tuple[int, str, str, bytes, datetime]  # shop, source, the delivery's own id, body, and when it came
_INSTANT = Instant()


class InboxRow(db.Model):
    """One delivery. The same delivery id of the same source is stored once, however often it comes."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("shop_id", "source", "delivery"),
        Index("ix_inbox_age", "received_at"),
        Index("ix_inbox_parked", "shop_id", "id", sqlite_where=PARKED, postgresql_where=PARKED),
        Index(
            "ix_inbox_waiting",
            "shop_id",
            "id",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    source: Mapped[str] = mapped_column(String(20))
    delivery: Mapped[str] = mapped_column(String(120))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8), default="waiting")  # waiting, read, parked
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    received_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def take(cls, shop_id: int, source: str, delivery: str, body: bytes, now: datetime) -> bool:
        """Store a delivery as it came; False when it is known already."""
        return cls.take_all([(shop_id, source, delivery, body, now)], db.session.connection())[0]

    @classmethod
    def take_all(cls, told: Sequence[Told], way: driver.Way) -> list[bool]:
        """Store a few deliveries as they came; return of each whether it was new. Of twins the first is."""
        if not told:
            return []
        instant: Any = _INSTANT.bind_processor(way.dialect)
        values = tuple(value for *known, at in told for value in (*known, instant(at)))
        new = set(driver.ask(way, _taking(way.dialect.name, len(told)), values))
        return [_found(new, each[:3]) for each in told]

    @classmethod
    def body_of(cls, shop_id: int, source: str, delivery: str) -> bytes:
        """Return what came under this delivery id, or nothing."""
        known = select(cls.body).where(cls.shop_id == shop_id, cls.source == source, cls.delivery == delivery)
        return db.session.scalar(known) or b""

    @classmethod
    def waiting(cls, shop_id: int, most: int) -> list[int]:
        """Return the ids of a shop's deliveries that nobody has read yet, in the order they came."""
        return [row.id for row in cls._waiting(shop_id=shop_id, most=most)]

    @classmethod
    @asks
    def _waiting(cls) -> Any:
        unread = select(cls.id).where(cls.shop_id == told("shop_id"), WAITING)
        # Those that failed before come last: trouble with one must not hold up the others.
        return unread.order_by(cls.attempts, cls.id).limit(told("most"))

    @classmethod
    def unread(cls, ids: Collection[int]) -> list[Row[Any]]:
        """Return what a reader must know of those of these deliveries that nobody has read yet, in the same order."""
        return cls._unread(ids=ids)

    @classmethod
    @asks
    def _unread(cls) -> Any:
        columns = select(cls.id, cls.source, cls.delivery, cls.body, cls.received_at)
        return columns.where(among(cls.id, told("ids")), WAITING).order_by(cls.attempts, cls.id)

    @classmethod
    def latest(cls, shop_id: int) -> InboxRow | None:
        """Return the last delivery that came from a shop's own system, or None when nothing ever did."""
        mine = select(cls).where(cls.shop_id == shop_id, cls.source != "desk")
        return db.session.scalar(mine.order_by(cls.received_at.desc(), cls.id.desc()).limit(1))

    @classmethod
    def read(cls, ids: Collection[int]) -> int:
        """Record that these are saved, and let go of what they said; return how many were still waiting.

        The delivery id stays, so that a second telling is known; the rest is where a person can be erased.
        """
        return cls._read(ids=ids)

    @classmethod
    @changes
    def _read(cls) -> Any:
        return update(cls).where(among(cls.id, told("ids")), WAITING).values(state="read", error="", body=b"")

    @classmethod
    def forget(cls, shop_id: int, email: str) -> int:
        """Blank the parked deliveries that name an address: they would bring it back; return how many."""
        parked = select(cls.id, cls.body).where(cls.shop_id == shop_id, cls.state == "parked")
        named = [id for id, body in db.session.execute(parked) if email.encode() in body.lower()]
        return changed(update(cls).where(cls.id.in_(named)).values(body=b"")) if named else 0

    @classmethod
    def tidy(cls, real: datetime) -> int:
        """Delete some of the deliveries that are read or parked for longer than KEPT; return how many."""
        old = select(cls.id).where(cls.received_at < real - KEPT, cls.state != "waiting")
        some = old.order_by(cls.received_at).limit(MOST_TIDIED)
        return changed(delete(cls).where(cls.id.in_(some.scalar_subquery())))

    @classmethod
    def failed(cls, id: int, error: str) -> None:
        """Count one failure; the last one puts the delivery aside with its error, where a person can see it."""
        last = case((cls.attempts + 1 >= ATTEMPTS, "parked"), else_="waiting")
        tried = update(cls).where(cls.id == id, cls.state == "waiting")
        db.session.execute(tried.values(attempts=cls.attempts + 1, error=error[:500], state=last))


@cache
def _taking(database: str, rows: int) -> str:
    """SQL: store so many rows that are not there yet, and return what names them."""
    row = f"({', '.join([driver.MARKS[database]] * 5)}, 'waiting', 0, '')"
    into = "INSERT INTO inbox (shop_id, source, delivery, body, received_at, state, attempts, error)"
    key = "shop_id, source, delivery"
    return f"{into} VALUES {', '.join([row] * rows)} ON CONFLICT ({key}) DO NOTHING RETURNING {key}"


def _found(new: set[tuple[Any, ...]], key: tuple[Any, ...]) -> bool:
    """Take a key out of what is new; return whether it was there."""
    found = key in new
    new.discard(key)
    return found
