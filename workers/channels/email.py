"""E-mail: by the shop's own mail server, else by the instance's, which is the built-in mailbox until told otherwise."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import datetime
from typing import Any

from app.emails import servers
from app.emails.servers import Server
from app.extensions import db
from app.sealed import Unreadable
from workers import letters
from workers.background import Background
from workers.channels.channel import Channel, Reply
from workers.letters import Letter
from workers.smtp import Connection, Stale, TransportError, Unanswered

MOST_KEPT = 16  # connections that a thread keeps open

_kept = threading.local()


class EmailChannel(Channel):
    """Hands over the body without its final dot; the dot is what cannot be taken back."""

    name = "email"
    together = (
        8  # as many may be in doubt when a worker is killed at the wrong moment, and as many share a commit
    )

    def __init__(self, shop_id: int) -> None:
        super().__init__(shop_id)
        self._server: Server | None = None
        self._connection: Connection | None = None

    def ready(self) -> bool:
        """Return whether a mail server is named, here or in the settings of the instance."""
        try:
            self._server = servers.of_shop(self.shop_id)
        except Unreadable:  # told as the channel's trouble, at the first mail
            return True
        return bool(self._server.host)

    def write(self, message: Any, about: Background, now: datetime, with_code: bool) -> Letter:
        """Return the mail of a message; raises Unwritable."""
        return letters.write(message, about, now, with_code)

    def begin(self, letter: Letter) -> None:
        """Hand over all but the dot, on a connection that nobody else uses meanwhile."""
        self._connection = borrowed(self._server or self._named())
        try:
            self._connection.begin(letter.sender, letter.recipient, letter.raw)
        except BaseException:
            self._done()
            raise

    def stands(self) -> bool:
        """Whether the server still waits for the dot."""
        return self._connection is not None and not self._connection.heard(0.0)

    def dot(self) -> None:
        """Send the dot; what goes wrong is told by `finish`."""
        assert self._connection is not None
        with suppress(Unanswered, Stale):
            self._connection.dot()

    def heard(self, patience: float) -> bool:
        """Whether the server's answer is there, or has come after so many seconds."""
        return self._connection is None or self._connection.heard(patience)

    def finish(self) -> Reply:
        """Return the server's answer to the dot."""
        assert self._connection is not None
        try:
            code, words = self._connection.finish()
        except Stale:
            return Reply("later", "this machine stood still, and nothing was sent")
        finally:
            self._done()
        return Reply("sent" if code == 250 else "failed" if code >= 500 else "later", f"{code} {words}")

    def abandon(self) -> None:
        """Close the connection: a body without its dot never was."""
        if self._connection is not None:
            self._connection.abandon()
            self._done()

    def _done(self) -> None:
        if self._connection is not None:
            give_back(self._connection)
        self._connection = None

    def _named(self) -> Server:
        try:
            return servers.of_shop(self.shop_id)
        except Unreadable as error:
            raise TransportError(
                "the password cannot be read any more", channel=True, trouble="login"
            ) from error
        finally:
            db.session.rollback()


def borrowed(server: Server) -> Connection:
    """Return a connection of this thread to a server that is not in use, a kept one where there is one."""
    kept = _free()
    place = next((place for place, each in enumerate(kept) if each.wanted == server), None)
    return Connection(server) if place is None else kept.pop(place)


def give_back(connection: Connection) -> None:
    """Keep a connection for the next mail to its server; the one that waits longest goes when there are too many."""
    kept = _free()
    kept.append(connection)
    while len(kept) > MOST_KEPT:
        kept.pop(0).close()


def let_go() -> None:
    """Close every connection of this thread that is not in use, without a word."""
    for each in _kept.__dict__.pop("connections", []):
        each.abandon()


def _free() -> list[Connection]:
    found: list[Connection] = _kept.__dict__.setdefault("connections", [])
    return found
