"""What came back: mails that could not be delivered, and people who called one spam.

Knows when an address is given up: at once for a hard bounce or a complaint, after some soft ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.models.customers import Customer
from app.models.policies import Policy
from app.models.suppressions import Suppression, digest
from app.unit import changed
from app.upsert import once

KINDS = ("hard", "soft", "complaint")
MEMORY = timedelta(days=30)  # soft bounces that are further apart than this are not one trouble


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody reported: `kind` is one of KINDS, `key` tells this report from others of the shop.
    `words` are the reporter's own.
    """

    kind: str
    email: str
    key: str
    words: str = ""


class Bounce(db.Model):
    """One report about one address, which is kept as an HMAC only. The same report twice is one row."""

    __tablename__ = "bounce"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_bounce_address", "shop_id", "address", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    address: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(9))
    key: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def take(cls, shop_id: int, notice: Notice, now: datetime) -> bool:
        """Write a report and give the address up when that is due; False when the report was known."""
        address = digest(shop_id, notice.email)
        row = {"shop_id": shop_id, "address": address, "kind": notice.kind, "key": notice.key[:200],
               "words": notice.words[:300], "at": now}  # fmt: skip
        if not changed(once(cls, "shop_id", "key").values(row)):
            return False
        if notice.kind == "complaint":
            _silenced(shop_id, notice.email, now)
        elif notice.kind == "hard" or cls._soft(shop_id, address, now) >= Policy.of(shop_id).soft_bounces:
            Suppression.add(shop_id, notice.email, "bounced", now)
        return True

    @classmethod
    def addresses(cls, shop_id: int, since: datetime) -> int:
        """Return from how many addresses mail has come back since then."""
        theirs = select(func.count(cls.address.distinct())).where(cls.shop_id == shop_id, cls.at > since)
        return db.session.scalar(theirs.where(cls.kind != "complaint")) or 0

    @classmethod
    def _soft(cls, shop_id: int, address: str, now: datetime) -> int:
        lately = select(func.count()).select_from(cls).where(cls.shop_id == shop_id, cls.address == address)
        return db.session.scalar(lately.where(cls.kind == "soft", cls.at > now - MEMORY)) or 0


def _silenced(shop_id: int, email: str, now: datetime) -> None:
    """Whoever calls a mail spam has said no, and louder than by any link."""
    Suppression.add(shop_id, email, "complained", now)
    if id := Customer.ids(shop_id, [email.strip().lower()]).get(email.strip().lower()):
        Customer.unsubscribe(shop_id, id, "complaint", now)
