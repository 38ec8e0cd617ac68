"""Faults that a merchant switched on in the built-in mailbox, to see what happens when a mail server is in a mood."""

from __future__ import annotations

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.unit import changed
from app.upsert import insert

FAULTS = ("refuse", "later", "delay", "drop")


class MailFault(db.Model):
    """How the mailbox answers a shop's mails. No row: it takes them all.

    refuse: never. later: each mail only at the second try. delay: after ten seconds. drop: it keeps the mail, and the
    connection breaks before its answer.
    """

    __tablename__ = "mail_fault"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True)
    fault: Mapped[str] = mapped_column(String(8))

    @classmethod
    def of(cls, shop_id: int | None) -> str:
        """Return the fault that a shop asked for, or an empty string."""
        row = db.session.get(cls, shop_id) if shop_id else None
        return row.fault if row else ""

    @classmethod
    def choose(cls, shop_id: int, fault: str) -> None:
        """Switch a fault on; anything but one of FAULTS switches them off."""
        if fault not in FAULTS:
            changed(delete(cls).where(cls.shop_id == shop_id))
            return
        row = insert(cls).values(shop_id=shop_id, fault=fault)
        db.session.execute(row.on_conflict_do_update(index_elements=["shop_id"], set_={"fault": fault}))
