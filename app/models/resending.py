"""Resending: a person's decision about a mail of which nobody knows whether it arrived, or that failed and was mended.

Never by itself. The old message keeps its state for good; a new one is written, whose key says that it is the same mail
once more. It passes the same gate: who ordered, unsubscribed or was taken out meanwhile gets nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.mail_ids import mail_id
from app.models.decisions import Decision
from app.models.messages import TROUBLED, Message

AGAIN = ":again"
OPEN = ("unknown", "failed")
KEPT = (
    "shop_id", "flow_id", "epoch", "run_id", "node", "visit", "customer_id", "audience", "channel", "data", "email_id",
    "topic", "text", "latest_at",
)  # fmt: skip


def resend(shop_id: int, id: int, user_id: int, now: datetime) -> bool:
    """Write a message once more, inside the caller's unit; False when it arrived after all, or was decided about."""
    mine = select(*Message.__table__.columns).where(Message.shop_id == shop_id, Message.id == id)
    row = db.session.execute(mine.where(Message.state.in_(OPEN)).with_for_update()).first()
    if row is None or not Decision.take(shop_id, id, "resent", user_id, now):
        return False
    key, kept = f"{row.key}{AGAIN}", [getattr(row, name) for name in KEPT]
    Message.prepare(("key", "mail_id", *KEPT), [(key, mail_id(key, shop_id), *kept)], now)
    return True


def leave(shop_id: int, id: int, user_id: int, now: datetime) -> bool:
    """Leave it at that, inside the caller's unit; False when it was decided about before."""
    mine = select(Message.id).where(Message.shop_id == shop_id, Message.id == id, Message.state.in_(OPEN))
    return db.session.scalar(mine) is not None and Decision.take(shop_id, id, "left", user_id, now)


def alike(like: Message, most: int) -> tuple[int, ...]:
    """Return the ids of the messages that failed at the same step for the same reason, the oldest first."""
    same = Message.flow_id == like.flow_id, Message.node == like.node, Message.reason == like.reason
    theirs = select(Message.id).where(
        Message.shop_id == like.shop_id, TROUBLED, Message.state == "failed", *same
    )
    decided = select(Decision.message_id).where(Decision.message_id == Message.id).exists()
    return tuple(db.session.scalars(theirs.where(~decided).order_by(Message.id).limit(most)))
