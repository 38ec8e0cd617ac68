"""Troubles: a channel that fails for everybody stands still, burns nobody's try, and the team is told once."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from app.extensions import db
from app.models import ChannelTrouble, Shop, StaffNotice
from app.unit import unit
from workers.smtp import TransportError

# What time may mend is tried soon, then ever more seldom. A refused password is not: servers lock accounts over it.
FIRST = {"unreachable": timedelta(seconds=30), "login": timedelta(hours=1), "sender": timedelta(hours=1)}
LONGEST = {"unreachable": timedelta(minutes=30), "login": timedelta(hours=12), "sender": timedelta(hours=12)}
LASTING = 6  # failures in a row, a quarter of an hour, after which an unreachable server is told to the shop


def rest(trouble: str, failures: int) -> timedelta:
    """Return how long a channel rests after so many failures in a row: twice as long each time, up to a limit."""
    return min(FIRST[trouble] * (1 << min(failures - 1, 20)), LONGEST[trouble])


def begin(shop_id: int, channel: str, error: TransportError, now: datetime) -> datetime:
    """Let a channel of a shop rest; return until when."""
    return unit(lambda: _note(shop_id, channel, error, now))


def over(shop_id: int, channel: str) -> None:
    """Record that a channel works again, if it was in trouble."""
    known = db.session.get(ChannelTrouble, (shop_id, channel))
    db.session.rollback()
    if known is not None:
        unit(lambda: ChannelTrouble.end(shop_id, channel))


def _note(shop_id: int, channel: str, error: TransportError, now: datetime) -> datetime:
    known = ChannelTrouble.known(shop_id, channel)
    same = known is not None and known.trouble == error.trouble
    if known is not None and same and known.retry_at > now:
        return known.retry_at  # another process was just told the same
    failures = known.failures + 1 if known is not None and same else 1
    until = now + rest(error.trouble, failures)
    told = {"trouble": error.trouble, "said": str(error)[:500], "retry_at": until, "failures": failures}
    ChannelTrouble.note(shop_id, channel, now, **told | ({} if same else {"since": now}))
    if failures == (LASTING if error.trouble == "unreachable" else 1):
        _tell(shop_id, channel, error, now)
    return until


def _tell(shop_id: int, channel: str, error: TransportError, now: datetime) -> None:
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
    elif error.trouble == "unreachable":
        said = _("Your mail server has not answered for a while. E-mails wait until it does; none is lost.")
    else:
        said = _(
            "Your mail server refuses your sender's address. E-mails wait until it is mended; none is lost."
        )
    return f"{said} ({error})"
