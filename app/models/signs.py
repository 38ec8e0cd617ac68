"""Signs: what shows that a message has arrived, early or late: it is opened, followed, comes back, or is reported.

Each mends a message of which nobody knew whether it left. None ever makes one leave.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import column, table, update

from app.columns import Instant
from app.extensions import db
from app.models.events import Event
from app.unit import changed

READER = table(
    "customer", column("shop_id"), column("id"), column("read_at", Instant), column("changed_at", Instant)
)


class Signs:
    """The part of Message that hears of what became of it."""

    @classmethod
    def arrived(cls: Any, now: datetime, *which: Any) -> int:
        """Record that those of which nobody knew have arrived; return how many they were."""
        unsure = update(cls).where(*which, cls.state == "unknown")
        return changed(unsure.values(state="sent", reason="", sent_at=now))

    @classmethod
    def opened(cls: Any, shop_id: int, id: int, now: datetime) -> bool:
        """Record the first opening, as an event too: a run may wait for it. False when it was known.

        It proves that a message of which nobody knew has arrived.
        """
        return bool(cls._seen(shop_id, id, now, "opened_at"))

    @classmethod
    def opened_by_machine(cls: Any, shop_id: int, id: int, now: datetime) -> bool:
        """Record that a program fetched the pictures: no event, for nobody has read it. False when it was known."""
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id)
        cls.arrived(now, cls.shop_id == shop_id, cls.id == id)
        return bool(changed(theirs.where(cls.machine_opened_at.is_(None)).values(machine_opened_at=now)))

    @classmethod
    def bounced(cls: Any, shop_id: int, id: int, now: datetime) -> bool:
        """Record that a message which the mail server took has come back; False when that was known."""
        cls.arrived(now, cls.shop_id == shop_id, cls.id == id)
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.bounced_at.is_(None))
        return bool(changed(theirs.values(bounced_at=now)))

    @classmethod
    def clicked(cls: Any, shop_id: int, id: int, now: datetime) -> bool:
        """Record the first press of a link, as `opened` does an opening. False when it was known."""
        return bool(cls._seen(shop_id, id, now, "clicked_at"))

    @classmethod
    def _seen(cls: Any, shop_id: int, id: int, now: datetime, sign: str) -> bool:
        theirs = update(cls).where(cls.shop_id == shop_id, cls.id == id)
        cls.arrived(now, cls.shop_id == shop_id, cls.id == id)
        first = theirs.where(getattr(cls, sign).is_(None)).values({sign: now})
        row = db.session.execute(first.returning(cls.run_id, cls.customer_id, cls.node)).first()
        if row is not None:
            name = f"message.{sign.removesuffix('_at')}"
            Event.record(
                shop_id, name, f"{name}:{id}", row.customer_id, now, {"run": row.run_id, "node": row.node}
            )
            theirs = update(READER).where(READER.c.shop_id == shop_id, READER.c.id == row.customer_id)
            db.session.execute(theirs.values(read_at=now, changed_at=now))
        return row is not None
