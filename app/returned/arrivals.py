"""What providers report of mails that have arrived: our own Message-IDs, wherever they put them.

Amazon SES, Brevo, Mailgun and SendGrid name them; so does the plain form, as "mail_id".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.models import Message
from app.returned import providers

# What only happens to a mail that a server has taken: it was delivered, looked at, or came back.
TAKEN = {"delivered", "delivery", "open", "opened", "unique_opened", "click", "clicked"}
TAKEN |= providers.HARD | providers.SOFT | providers.COMPLAINTS
NAMES = ("mail_id", "smtp-id", "message-id", "Message-Id", "messageId")
INSIDE = (("message", "headers"), ("mail", "commonHeaders"))
MOST = 1000


def mail_ids(body: Any) -> list[str]:
    """Return the Message-IDs in a report, without angle brackets, of the mails that some server has taken."""
    found = (_mail_id(told) for told in providers.flat(body) if providers.said(told) & TAKEN)
    return [id for id in found if id][:MOST]


def take(shop_id: int, body: Any, now: datetime) -> int:
    """Mend the messages of a shop of which nobody knew, inside the caller's unit; return how many."""
    ids = mail_ids(body)
    return Message.arrived(now, Message.shop_id == shop_id, Message.mail_id.in_(ids)) if ids else 0


def _mail_id(told: Mapping[str, Any]) -> str:
    for place in _places(told):
        for name in NAMES:
            if isinstance(place.get(name), str) and "@" in place[name]:
                return str(place[name]).strip().strip("<>")[:120]
    return ""


def _places(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield told
    for outer, inner in INSIDE:
        part = told.get(outer)
        if isinstance(part, dict) and isinstance(part.get(inner), dict):
            yield part[inner]
