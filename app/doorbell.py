"""The doorbell: tells the workers that there may be work. Losing a ring costs a second, never a message.

A ring is a hint with a name and an id, sent after the commit. It never raises and never waits more than
a quarter of a second; the truth is in the database, where each worker also looks by itself. While a hint waits that
nobody has heard there is no second one, so that their number is bounded by kinds and shops, not by work nor by time.
"""

from __future__ import annotations

import logging
from typing import Any

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

from app import tally

log = logging.getLogger(__name__)
PATIENCE = 0.25  # seconds
PAUSE = 2000  # milliseconds between two looks at whether the last hint was lost
QUEUES = {"enrol": "enrol", "advance": "advance", "deliver": "deliver", "call": "call"}


def broker(redis_url: str) -> dramatiq.Broker:
    """Return the broker behind this address; without one, a stub that nobody listens to."""
    return RedisBroker(client=client(redis_url, PATIENCE)) if redis_url else StubBroker()


def client(redis_url: str, patience: float) -> redis.Redis:
    """Return a client that gives up after `patience` seconds and never tries by itself again.

    Handed to Dramatiq whole: given an address, Dramatiq would make a client without time-outs.
    """
    return redis.Redis.from_url(redis_url, **impatient(patience))


def impatient(patience: float = PATIENCE) -> dict[str, Any]:
    """Return how any client of the broker is made, so that one that hangs keeps nobody for longer than this."""
    once = Retry(NoBackoff(), 0)
    return {"socket_connect_timeout": patience, "socket_timeout": patience, "retry": once}


def ring(kind: str, id: int) -> bool:
    """Hint that work of this kind waits for this shop (or version); False when nobody could be told."""
    bell = _bell(current_app)
    if isinstance(bell, StubBroker):
        return False
    message = dramatiq.Message(
        queue_name=QUEUES[kind], actor_name=kind, args=(id,), kwargs={}, options={"max_retries": 0}
    )
    try:
        if bell.client.set(_rung(kind, id), b"1", nx=True, px=PAUSE) and not _waits(bell, kind, id):
            hint = bell.enqueue(message)
            bell.client.set(_hint(kind, id), hint.options["redis_message_id"])
            tally.count("hints", "sent")
        return True
    except Exception:  # whatever the broker's trouble is, the heartbeat finds the work
        log.warning("doorbell unheard: %s", kind)
        tally.count("hints", "lost")
        return False


def has_ears(app: Flask) -> bool:
    """Whether anybody can hear a ring of this application."""
    return not isinstance(_bell(app), StubBroker)


def _bell(app: Flask) -> Any:
    if "doorbell" not in app.extensions:
        app.extensions["doorbell"] = broker(app.extensions["settings"].redis_url)
    return app.extensions["doorbell"]


def heard(bell: dramatiq.Broker, kind: str, id: int) -> None:
    """Let the next ring of this kind through: whoever heard this one looks at the rows from now on. Never raises."""
    try:
        if not isinstance(bell, StubBroker):
            bell.client.delete(_rung(kind, id), _hint(kind, id))  # type: ignore[attr-defined]
    except Exception:
        log.warning("doorbell not taken down: %s", kind)


def _waits(bell: RedisBroker, kind: str, id: int) -> bool:
    """Whether the last hint of this kind is still in the broker, unheard, however long ago it was given."""
    last = bell.client.get(_hint(kind, id))
    return last is not None and bool(bell.client.hexists(f"{bell.namespace}:{QUEUES[kind]}.msgs", last))


def _hint(kind: str, id: int) -> str:
    return f"relance:hint:{kind}:{id}"


def _rung(kind: str, id: int) -> str:
    return f"relance:rung:{kind}:{id}"
