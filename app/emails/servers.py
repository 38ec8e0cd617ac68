"""Mail servers: which one takes a shop's mail, and how a connection to it is opened.

Knows SMTP as far as signing in. A server that a merchant named is reached at a vetted address only.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from app import outgoing
from app.config import LOOPBACK
from app.extensions import db
from app.models import MailServer, Shop


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. `vetted`: a merchant named it, so it must be public.

    `security` is tls (from the first byte), starttls (or nothing is said) or none (encrypted where that is offered).
    """

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = ""
    vetted: bool = False

    @classmethod
    def of_url(cls, url: str) -> Server:
        """Return the server of an address such as smtp://user:password@host:587?starttls=1, or smtps://."""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        security = "tls" if tls else "starttls" if parse_qs(parts.query).get("starttls") == ["1"] else "none"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname or "", parts.port or (465 if tls else 25), security, user, password)


def of_shop(shop_id: int) -> Server:
    """Return the server that a shop's mail goes to; raises Unreadable for a password of another instance's key."""
    is_demo = Shop.is_a_demo(shop_id)
    own = None if is_demo else db.session.get(MailServer, shop_id)
    if own is None:
        return Server.of_url(current_app.extensions["settings"].mail_goes_to(is_demo))
    return Server(own.host, own.port, own.security, own.username, own.password, vetted=True)


def signed_in(wanted: Server, patience: float) -> smtplib.SMTP:
    """Return a connection on which mail can be sent. Raises Refused, OSError or SMTPException.

    A password is never said in the clear, but on this machine.
    """
    server = _greeted(wanted, patience)
    server.ehlo_or_helo_if_needed()
    encrypted = wanted.security == "tls" or _encrypt(server, wanted)
    if wanted.username:
        if not encrypted and wanted.host not in LOOPBACK:
            server.close()
            raise smtplib.SMTPNotSupportedError(
                "the server offers no encryption, so the password is not sent"
            )
        server.login(wanted.username, wanted.password)
    server.ehlo_or_helo_if_needed()
    return server


def _encrypt(server: smtplib.SMTP, wanted: Server) -> bool:
    asked = wanted.security == "starttls"
    if not asked and (wanted.host in LOOPBACK or not server.has_extn("starttls")):
        return False
    context = ssl.create_default_context()
    if (
        not asked and not wanted.username
    ):  # RFC 7435: better encrypted to whoever it is than said in the clear
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    server.starttls(context=context)
    return True


def trouble(error: Exception) -> str:
    """Return what a failed connection is about: login (the password is refused) or unreachable (time may mend it)."""
    refused = isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500
    return "login" if refused or isinstance(error, smtplib.SMTPNotSupportedError) else "unreachable"


def _greeted(wanted: Server, patience: float) -> smtplib.SMTP:
    if wanted.security == "tls":
        context = ssl.create_default_context()
        kind = _VettedTls if wanted.vetted else smtplib.SMTP_SSL
        return kind(wanted.host, wanted.port, timeout=patience, context=context)
    plain = _Vetted if wanted.vetted else smtplib.SMTP
    return plain(wanted.host, wanted.port, timeout=patience)


class _Vetted(smtplib.SMTP):
    """A connection to a server that a merchant named: to a vetted address only."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return outgoing.connect(host, port, timeout)


class _VettedTls(smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(outgoing.connect(host, port, timeout), server_hostname=host)
