"""Sends one test mail through a mail server, from a page. What customers get goes by the workers' own way."""

from __future__ import annotations

import smtplib

from app.emails import servers
from app.emails.servers import Server
from app.outgoing import Refused
from app.sealed import Unreadable

PATIENCE = 8  # seconds; somebody waits for the answer


class NotSent(Exception):
    """The server did not take the mail; the text is its answer, or what went wrong on the way.

    `trouble` is login, sender, recipient, inside (its address is not public), unknown (no such name) or unreachable.
    """

    def __init__(self, text: str, trouble: str = "unreachable") -> None:
        super().__init__(text)
        self.trouble = trouble


def send(shop_id: int, sender: str, recipient: str, raw: bytes) -> None:
    """Hand one mail over to the server of this shop. Raises NotSent."""
    try:
        by(servers.of_shop(shop_id), sender, recipient, raw)
    except Unreadable as error:
        raise NotSent("the password cannot be read any more", "login") from error


def by(server: Server, sender: str, recipient: str, raw: bytes) -> None:
    """Hand one mail over to this server. Raises NotSent."""
    if not server.host:
        raise NotSent("no mail server is set")
    try:
        with servers.signed_in(server, PATIENCE) as connection:
            connection.sendmail(sender, [recipient], raw)
    except Refused as error:
        raise NotSent(error.reason, "unknown" if error.reason == "unknown" else "inside") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_told(error), _trouble(error)) from error


def _trouble(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "sender"
    return "recipient" if isinstance(error, smtplib.SMTPRecipientsRefused) else servers.trouble(error)


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return f"{code} {_text(words)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error)[:200] or type(error).__name__


def _text(words: bytes | str) -> str:
    return " ".join((words.decode("utf-8", "replace") if isinstance(words, bytes) else words).split())[:200]
