"""Addresses that must get nothing more. Kept as an HMAC, so that it outlives an erased customer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant
from app.extensions import db
from app.lists import in_shop
from app.questions import asks, told
from app.unit import changed
from app.upsert import once

HARD = ("bounced", "complained", "erased")  # these stop even what an order needs


class Suppression(db.Model):
    """That one address said no to one shop (unsubscribed), or must not be tried again (HARD)."""

    __tablename__ = "suppression"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def add(cls, shop_id: int, email: str, reason: str, now: datetime) -> bool:
        """Suppress an address; False when it is suppressed already."""
        row = {"shop_id": shop_id, "address": digest(shop_id, email), "reason": reason, "created_at": now}
        if changed(once(cls, "shop_id", "address").values(row)):
            return True
        # A wish can be taken back by a later one; a mailbox that is gone cannot, so it must not hide behind a wish.
        wish = update(cls).where(
            cls.shop_id == shop_id, cls.address == row["address"], cls.reason == "unsubscribed"
        )
        return reason in HARD and bool(changed(wish.values(reason=reason, created_at=now)))

    @classmethod
    def lift(cls, shop_id: int, email: str, said: datetime) -> bool:
        """Take back an unsubscription, because its owner subscribed again later; a bounce stays."""
        theirs = delete(cls).where(cls.shop_id == shop_id, cls.address == digest(shop_id, email))
        lifted = theirs.where(cls.reason == "unsubscribed", cls.created_at <= said)
        return bool(changed(lifted))

    @classmethod
    def forgive(cls, shop_id: int, email: str) -> bool:
        """Try a mailbox again that did not take mail; a wish or a complaint stays. False when it was no bounce."""
        theirs = delete(cls).where(cls.shop_id == shop_id, cls.address == digest(shop_id, email))
        return bool(changed(theirs.where(cls.reason == "bounced")))

    @classmethod
    def reasons(cls, shop_id: int, emails: Iterable[str]) -> dict[str, str]:
        """Return why addresses are suppressed, by address; those that are not are left out."""
        digests = {digest(shop_id, email): email for email in emails}
        found = cls._reasons(shop_id=shop_id, digests=digests) if digests else ()
        return {digests[row.address]: row.reason for row in found}

    @classmethod
    @asks
    def _reasons(cls) -> Any:
        found = select(cls.address, cls.reason)
        return found.where(in_shop(told("shop_id"), cls.address, told("digests")))

    @classmethod
    def among(cls, shop_id: int, emails: Iterable[str]) -> set[str]:
        """Return those of these addresses that are suppressed."""
        return set(cls.reasons(shop_id, emails))


def digest(shop_id: int, email: str) -> str:
    """Return what an address is kept as: an HMAC-SHA256 in hexadecimal, different in each shop."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(
        secret, f"suppression:{shop_id}:{email.strip().lower()}".encode(), hashlib.sha256
    ).hexdigest()
