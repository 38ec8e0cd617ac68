"""Troubles: a channel that fails for everybody stands still, burns nobody's try, and the team is told once."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from app.extensions import db
from app.models import ChannelTrouble, Shop, StaffNotice
from app.unit import unit
from workers.smtp import TransportError

# What time may mend is tried soon. A refused password is not: servers lock accounts over it.
RESTS = {"unreachable": timedelta(seconds=30), "login": timedelta(hours=1), "sender": timedelta(hours=1)}


def begin(shop_id: int, channel: str, error: TransportError, now: datetime) -> datetime:
    """Let a channel of a shop rest; return until when."""
    until = now + RESTS[error.trouble]
    unit(lambda: _note(shop_id, channel, error, now, until))
    return until


def over(shop_id: int, channel: str) -> None:
    """Record that a channel works again, if it was in trouble."""
    known = db.session.get(ChannelTrouble, (shop_id, channel))
    db.session.rollback()
    if known is not None:
        unit(lambda: ChannelTrouble.end(shop_id, channel))


def _note(shop_id: int, channel: str, error: TransportError, now: datetime, until: datetime) -> None:
    news = ChannelTrouble.note(shop_id, channel, error.trouble, str(error), now, until)
    if not news or error.trouble == "unreachable":
        return
    with force_locale(db.session.get_one(Shop, shop_id).locale):
        text = _told(error)
    StaffNotice.tell([{
        "shop_id": shop_id, "key": f"{channel}:{error.trouble}:{int(now.timestamp())}", "sort": "channel", "text": text,
        "path": "/settings/mail", "customer_id": None, "at": now, "read_at": None,
    }])  # fmt: skip


def _told(error: TransportError) -> str:
    if error.trouble == "login":
        said = _(
            "Your mail server refuses the name or the password. E-mails wait until it is mended; none is lost."
        )
    else:
        said = _(
            "Your mail server refuses your sender's address. E-mails wait until it is mended; none is lost."
        )
    return f"{said} ({error})"
