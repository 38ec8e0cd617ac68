"""What the mail server does with a mail: it is in the database before the sender hears 250.

Knows SMTP's answers and how a mail is tied to its shop. Must not know how a mailbox is shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from email.message import Message as Parsed
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select

from app import clock, links
from app.extensions import db
from app.mail_ids import shop_of
from app.models import Mail, MailFault, Message
from app.returned import post
from app.unit import unit

log = logging.getLogger(__name__)
_sent_away: deque[str] = deque(maxlen=10_000)  # mails told to come back, by all connections of this process
LARGEST = 10 * 1024 * 1024  # bytes
DELAY = 10.0  # seconds
# What a merchant may ask the mailbox to say, to see what happens then: it keeps no mail that it refuses.
ANSWERS = {"refuse": "554 5.7.1 Refused on purpose", "later": "451 4.7.1 Come back later, on purpose"}
TEST = "test."  # how the Message-ID of a test mail begins; its signed token names the shop


class Sink:
    """aiosmtpd's handler: keeps each mail, and says so only once it is kept."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._sent_away = _sent_away

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Return the server's answer to a mail: 250 once it is stored, else "try again"."""
        try:
            fault = await asyncio.to_thread(self._take, envelope)
        except Exception:
            log.exception("a mail could not be kept")
            return "451 The mailbox is busy, please try again"
        if fault == "delay":
            await asyncio.sleep(DELAY)
        if fault == "drop":
            server.transport.abort()
        return ANSWERS.get(fault, "250 OK: kept")

    def _take(self, envelope: Envelope) -> str:
        """Keep the mail, unless a fault forbids it, and return that fault."""
        raw = bytes(envelope.content or b"")
        with self.app.app_context():
            fault = self._fault(raw)
            if fault not in ANSWERS:
                keep(envelope.mail_from or "", envelope.rcpt_tos, raw)
        return fault

    def _fault(self, raw: bytes) -> str:
        """Return how the mail's shop wants it to be answered; who comes back later is let in."""
        mail_id = said(BytesHeaderParser(policy=default).parsebytes(raw), "Message-ID", 200).strip("<> ")
        fault = MailFault.of(whose(mail_id)["shop_id"])
        db.session.rollback()
        if fault != "later":
            return fault
        if mail_id in self._sent_away:
            return ""
        self._sent_away.append(mail_id)
        return fault


def protocol(app: Flask) -> SMTP:
    """Return one connection's server."""
    return SMTP(
        Sink(app),
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        ident="Relance mailbox",
        hostname="localhost",
    )


def keep(sender: str, recipients: list[str], raw: bytes) -> None:
    """Store one mail in a unit of its own, tied to its shop and message when its Message-ID is ours.

    Its sender is whom the reader sees; where it would come back to, `sender`, is kept among its headers, as RFC 5321
    asks of whoever delivers a mail.
    """
    headers = BytesHeaderParser(policy=default).parsebytes(raw)
    mail_id = said(headers, "Message-ID", 200).strip("<> ")
    known = {"sender": said(headers, "From", 320) or sender[:320], "subject": said(headers, "Subject", 500)}
    values = known | {
        "recipient": ", ".join(recipients)[:320],
        "raw": returning(sender, raw),
        "mail_id": mail_id,
    }
    unit(lambda: Mail.keep(values | whose(mail_id)))
    for recipient in recipients:
        post.take(recipient, raw)


def returning(sender: str, raw: bytes) -> bytes:
    """Return a mail with the address that it would come back to at its head."""
    address = "".join(sign for sign in sender if sign.isprintable())[:320]
    return b"Return-Path: <%s>\r\n" % address.encode() + raw


def whose(mail_id: str) -> dict[str, Any]:
    """Return the shop, the message and the time there of a mail with this Message-ID."""
    ours = select(Message.shop_id, Message.id).where(Message.mail_id.in_((mail_id, f"<{mail_id}>")))
    shop_id, message_id = db.session.execute(ours).first() or (tried(mail_id) or shop_of(mail_id), None)
    return {"shop_id": shop_id, "message_id": message_id, "received_at": clock.now(shop_id)}


def tried(mail_id: str) -> int | None:
    """Return the shop that sent itself this test, or None."""
    token = mail_id.removeprefix(TEST).partition("@")[0]
    claim = links.read("test", token) if mail_id.startswith(TEST) else None
    return claim.shop_id if claim else None


def said(headers: Parsed, name: str, longest: int) -> str:
    """Return a header as text; what cannot be read is as good as absent."""
    try:
        return " ".join(str(headers.get(name, "")).replace("\x00", "").split())[:longest]
    except Exception:  # the standard library's parser raises whatever it likes on hostile headers
        return ""
