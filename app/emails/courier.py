"""Sends one test mail through the configured server, from a page. What customers get goes by the workers' own way."""

from __future__ import annotations

import smtplib
from urllib.parse import unquote, urlsplit

PATIENCE = 8  # seconds; somebody waits for the answer


class NotSent(Exception):
    """The server did not take the mail; the text is its answer, or what went wrong on the way."""


def send(smtp_url: str, sender: str, recipient: str, raw: bytes) -> None:
    """Hand one mail over. Raises NotSent."""
    if not smtp_url:
        raise NotSent("no mail server is set")
    parts = urlsplit(smtp_url)
    kind, usual = (smtplib.SMTP_SSL, 465) if parts.scheme == "smtps" else (smtplib.SMTP, 25)
    try:
        with kind(parts.hostname or "", parts.port or usual, timeout=PATIENCE) as server:
            server.ehlo()
            if kind is smtplib.SMTP and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.sendmail(sender, [recipient], raw)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(str(error)[:200]) from error
