"""SMTP: one mail to one recipient, handed over in two halves, so that a decision fits between them.

`begin` goes as far as the body without its final dot: up to here nothing has happened. `finish` sends the dot and
returns the answer; `abandon` closes the connection instead, and the mail server forgets what it was told.
"""

from __future__ import annotations

import re
import select
import smtplib
import socket
from collections.abc import Iterator
from smtplib import quoteaddr

from app import clock, outgoing
from app.emails import servers
from app.emails.servers import Server

PATIENCE = 20.0  # seconds for each answer before the dot
LAST_PATIENCE = 120.0  # seconds for the answer to the dot: a server may look for viruses now
STALE = 60.0  # seconds from the body to the dot: after more, what the gate said may no longer hold
FRESH = 5.0  # seconds after an answer in which a silent connection is believed without being asked
LEAVE = 0.5  # seconds for the answer to a farewell

_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_DOTS = re.compile(rb"(?m)^\.")


class TransportError(Exception):
    """A mail that did not leave, before its final dot.

    `permanent`: trying again is of no use. `channel`: it is not about this recipient; every mail would fare the same.
    `trouble`, of a channel: login (the password is refused), sender (this sender is), unreachable (time may mend it).
    """

    def __init__(
        self, message: str, permanent: bool = False, channel: bool = False, trouble: str = "unreachable"
    ) -> None:
        super().__init__(message)
        self.permanent, self.channel, self.trouble = permanent, channel, trouble


class Unanswered(Exception):
    """The dot was sent and no answer came: nobody knows."""


class Stale(Exception):
    """The dot was not sent: this process stood still since the body, and what the gate said may no longer hold."""


class Connection:
    """One kept connection to a mail server. Not shared between threads."""

    def __init__(self, server: Server) -> None:
        self.wanted = server
        self._server: smtplib.SMTP | None = None
        self._dotted_at: float | None = None  # by the clock that only counts
        self._begun_at = 0.0  # by the one that counts while the machine sleeps, too
        self._heard_at = 0.0  # by the same
        self._owed = 0  # answers to what was said already

    def begin(self, sender: str, recipient: str, body: bytes) -> None:
        """Hand over everything but the final dot. Raises TransportError; then nothing was sent."""
        greeted, self._dotted_at, self._begun_at, self._owed = False, None, clock.counted(), 0
        try:
            server = self._open()
            answers = self._announced(server, sender, recipient)
            self._expect(next(answers), 250, True, "sender")
            greeted = True
            self._expect(next(answers), 250)
            self._expect(next(answers), 354)
            server.send(_stuffed(body))
        except TransportError:
            self._reset()
            raise
        except (OSError, smtplib.SMTPException, outgoing.Refused) as error:
            self.abandon()
            # A server that hangs up over one recipient or body must count against that mail, or it is tried for ever.
            raise TransportError(_told(error), channel=not greeted, trouble=servers.trouble(error)) from error

    def dot(self) -> None:
        """Send the dot without waiting for the answer, which `finish` returns. Raises Unanswered or Stale."""
        if clock.counted() - self._begun_at > STALE:
            self.abandon()
            raise Stale
        server = self._server
        if server is None or server.sock is None:
            raise Unanswered("the connection is gone")
        self._dotted_at = clock.monotonic()
        try:
            server.send(b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            self.abandon()
            raise Unanswered(_told(error)) from error

    def heard(self, patience: float) -> bool:
        """Whether the answer to the dot begins within so many seconds, or the connection is gone."""
        sock = self._server.sock if self._server else None
        return sock is None or bool(select.select([sock], [], [], patience)[0])

    def finish(self) -> tuple[int, str]:
        """Return the server's code and words for the dot, sent where it was not yet. Raises Unanswered or Stale."""
        if self._dotted_at is None:
            self.dot()
        server = self._server
        if server is None or server.sock is None or self._dotted_at is None:
            raise Unanswered("the connection is gone")
        try:
            server.sock.settimeout(max(1.0, LAST_PATIENCE - (clock.monotonic() - self._dotted_at)))
            code, words = server.getreply()
            server.sock.settimeout(PATIENCE)
            self._heard_at = clock.counted()
        except (OSError, smtplib.SMTPException) as error:
            self.abandon()
            raise Unanswered(_told(error)) from error
        return code, _text(words)

    def abandon(self) -> None:
        """Close the connection without a word: what was handed over without its dot never was."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def close(self) -> None:
        """Take leave; nobody waits long for the answer to that."""
        if self._server is not None and self._server.sock is not None:
            try:
                self._server.sock.settimeout(LEAVE)
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                pass
        self.abandon()

    def _announced(self, server: smtplib.SMTP, sender: str, recipient: str) -> Iterator[tuple[int, bytes]]:
        """Say who writes, to whom, and that a body comes; yield the answer to each.

        All three at once where the server takes that (RFC 2920): to a server far away, mails are mostly waiting.
        """
        said = (("MAIL", f"FROM:{quoteaddr(sender)}"), ("RCPT", f"TO:{quoteaddr(recipient)}"), ("DATA", ""))
        ahead = server.has_extn("pipelining")
        for verb, words in said if ahead else ():
            server.putcmd(verb, words)
        for place, (verb, words) in enumerate(said):
            self._owed = 2 - place if ahead else 0
            yield server.getreply() if ahead else server.docmd(verb, words)

    def _reset(self) -> None:
        """Let the server forget this mail; one that asks for its body all the same is left alone with it."""
        try:
            if self._server is None:
                return
            if 354 in [self._server.getreply()[0] for _ in range(self._owed)]:
                self.abandon()
            else:
                self._server.rset()
                self._heard_at = clock.counted()
        except (OSError, smtplib.SMTPException):
            self.abandon()

    def _open(self) -> smtplib.SMTP:
        """Return the kept connection if it still answers, else a new one."""
        if self._server is not None:
            if self._answers(self._server):
                return self._server
            self.abandon()
        self._server = self._connect()
        return self._server

    def _answers(self, server: smtplib.SMTP) -> bool:
        """Whether a kept connection can be used. A server that means to close says so or hangs up: that is heard."""
        if clock.counted() - self._heard_at < FRESH:
            return not self.heard(0.0)
        try:
            return server.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _connect(self) -> smtplib.SMTP:
        server = servers.signed_in(self.wanted, PATIENCE)
        assert server.sock is not None
        # Without it, the last small packet waits for the answer to the one before: some 40 ms a mail.
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server

    def _expect(
        self, answer: tuple[int, bytes], wanted: int, channel: bool = False, trouble: str = "unreachable"
    ) -> None:
        code, words = answer
        if code == wanted or (wanted == 250 and code == 251):
            return
        gone = code == 421  # the server is about to close: it is not about this mail
        lasting = code >= 500 and not gone
        raise TransportError(
            f"{code} {_text(words)}", lasting, channel or gone, trouble if lasting else "unreachable"
        )


def _stuffed(body: bytes) -> bytes:
    """Return the body with CRLF line ends and doubled leading dots (RFC 5321, 4.5.2), ending with a line end."""
    lines = _LINE_ENDS.sub(b"\r\n", body)
    lines = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return _DOTS.sub(b"..", lines)


def _told(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    words = getattr(error, "smtp_error", None)
    return f"{code} {_text(words)}" if code else f"{type(error).__name__}: {error}"[:300]


def _text(words: object) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return " ".join(text.split())[:300]
