"""Bell: Dramatiq's broker, with ears that wake when it rings.

Dramatiq looks into an empty queue ever more rarely, down to once a second; whoever has just ordered waits for that.
Knows how Redis lets one wait. Must not know what a hint says.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import dramatiq
import redis
from dramatiq.broker import MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed

WAIT = 1  # seconds at an empty queue: then Dramatiq sees whether it is to stop, and keeps its own house
FULL = 0.01  # seconds until there may be room for another hint


class Bell(RedisBroker):
    """The broker as workers have it."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> dramatiq.Consumer:
        """Return a consumer that waits at its queue instead of looking again later."""
        return Ear(self, queue_name, prefetch)


class Ear(dramatiq.Consumer):
    """A consumer of one queue, which never sleeps while a hint is there that it may have."""

    def __init__(self, bell: Bell, queue: str, prefetch: int) -> None:
        self._hints: Any = RedisBroker.consume(bell, queue, prefetch, timeout=0)
        self._client, self._prefetch = bell.client, prefetch
        self._list = f"{bell.namespace}:{queue}"

    def __next__(self) -> MessageProxy | None:
        hint: MessageProxy | None = next(self._hints)
        if hint is None:
            self._wait()
        return hint

    def _wait(self) -> None:
        """Return as soon as something is in the queue: its first element is moved to where it is."""
        if self._hints.outstanding_message_count >= self._prefetch:
            time.sleep(FULL)
            return
        try:
            self._client.blmove(self._list, self._list, WAIT, "LEFT", "LEFT")
        except redis.ConnectionError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]

    def ack(self, message: MessageProxy) -> None:
        """Tell the broker that a hint was followed."""
        self._hints.ack(message)

    def nack(self, message: MessageProxy) -> None:
        """Tell the broker that a hint could not be followed."""
        self._hints.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give hints back for others."""
        self._hints.requeue(messages)
