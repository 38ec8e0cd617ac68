"""E-mail: by the shop's own mail server, else by the instance's, which is the built-in mailbox until told otherwise."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from app.emails import servers
from app.emails.servers import Server
from app.extensions import db
from app.sealed import Unreadable
from workers import letters
from workers.channels.channel import Channel, Reply
from workers.letters import Letter
from workers.smtp import Connection, TransportError

MOST_KEPT = 8  # connections that a thread keeps open, one a server

_kept = threading.local()


class EmailChannel(Channel):
    """Hands over the body without its final dot; the dot is what cannot be taken back."""

    name = "email"

    def __init__(self, shop_id: int) -> None:
        super().__init__(shop_id)
        self._connection: Connection | None = None

    def ready(self) -> bool:
        """Return whether a mail server is named, here or in the settings of the instance."""
        try:
            return bool(servers.of_shop(self.shop_id).host)
        except Unreadable:  # told as the channel's trouble, at the first mail
            return True

    def write(self, message: Any, now: datetime, with_code: bool) -> Letter:
        """Return the mail of a message; raises Unwritable."""
        return letters.write(message, now, with_code)

    def begin(self, letter: Letter) -> None:
        """Hand over all but the dot."""
        self._connection = connection(self._server())
        self._connection.begin(letter.sender, letter.recipient, letter.raw)

    def finish(self) -> Reply:
        """Send the dot."""
        assert self._connection is not None
        code, words = self._connection.finish()
        return Reply("sent" if code == 250 else "failed" if code >= 500 else "later", f"{code} {words}")

    def abandon(self) -> None:
        """Close the connection: a body without its dot never was."""
        if self._connection is not None:
            self._connection.abandon()

    def _server(self) -> Server:
        try:
            return servers.of_shop(self.shop_id)
        except Unreadable as error:
            raise TransportError(
                "the password cannot be read any more", channel=True, trouble="login"
            ) from error
        finally:
            db.session.rollback()


def connection(server: Server) -> Connection:
    """Return this thread's connection to a server, a kept one where there is one."""
    kept: dict[Server, Connection] = _kept.__dict__.setdefault("connections", {})
    if server not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept))).close()
        kept[server] = Connection(server)
    return kept[server]


def let_go() -> None:
    """Close every connection of this thread without a word."""
    for each in _kept.__dict__.pop("connections", {}).values():
        each.abandon()
