"""The doorbell: tells the workers that there may be work. Losing a ring costs a second, never a message.

A ring is a hint with a name and an id, sent after the commit. It never raises and never waits more than
a quarter of a second; the truth is in the database, where each worker also looks by itself. While a hint waits that
nobody has heard there is no second one, so that their number is bounded by kinds and shops, not by work nor by time.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

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
KEPT = 86_400  # seconds for which it is known which hint was the last
QUEUES = {"enrol": "enrol", "advance": "advance", "deliver": "deliver", "call": "call"}
# Where the last hint of this kind still waits, there is no second one. Else it is put where Dramatiq puts it, by one
# trip to the broker and back: whoever has just ordered waits for that.
_RING = """
local last = redis.call('get', KEYS[1])
if last and redis.call('lpos', KEYS[2], last) then return 0 end
redis.call('hset', KEYS[3], ARGV[1], ARGV[2])
redis.call('rpush', KEYS[2], ARGV[1])
redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""


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
    queue = f"{bell.namespace}:{QUEUES[kind]}"
    keys = f"relance:hint:{kind}:{id}", queue, f"{queue}.msgs"
    try:
        if bell.client.eval(_RING, len(keys), *keys, *_hint(kind, id), KEPT):
            tally.count("hints", "sent")
        return True
    except Exception:  # whatever the broker's trouble is, the heartbeat finds the work
        log.warning("doorbell unheard: %s", kind)
        tally.count("hints", "lost")
        return False


def _hint(kind: str, id: int) -> tuple[str, bytes]:
    """Return a hint's own name, and the hint in Dramatiq's words."""
    name = str(uuid4())
    options = {"max_retries": 0, "redis_message_id": name}
    hint: Any = dramatiq.Message(
        queue_name=QUEUES[kind], actor_name=kind, args=(id,), kwargs={}, options=options
    )
    return name, hint.encode()


def has_ears(app: Flask) -> bool:
    """Whether anybody can hear a ring of this application."""
    return not isinstance(_bell(app), StubBroker)


def _bell(app: Flask) -> Any:
    if "doorbell" not in app.extensions:
        app.extensions["doorbell"] = broker(app.extensions["settings"].redis_url)
    return app.extensions["doorbell"]
