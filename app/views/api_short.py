"""The short way into the door for shops: an event that is in order, with a key that was seen before.

It does what the view in `app.views.api` does with such a one, and leaves all others to it.
"""

from __future__ import annotations

import io
from functools import lru_cache

import orjson
from flask import Flask, current_app
from pydantic import ValidationError
from werkzeug.sansio.utils import host_is_trusted

from app import intake, passwords, ringer
from app.shops.facts import Reading
from app.short_ways import Answer, Environ, House
from app.views import api
from app.views.access import behind
from graph import strict


def register(app: Flask) -> None:
    """Put the short way beside the long one."""
    assert isinstance(app, House)
    app.short_ways["POST", "/api/v1/events"] = accept


def accept(environ: Environ) -> Answer | None:
    """Store one event and return the answer; None for the long way."""
    key = passwords.digest(api.key_in(environ.get("HTTP_AUTHORIZATION", "")))
    body = environ["wsgi.input"]
    if not (intake.has_seen(key) and isinstance(body, io.BytesIO) and _is_ours(environ)):
        return None
    reading = _read(raw := body.getvalue())
    if reading is None or api.PACE.wait(key):
        return None
    chosen = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    id = api.named(chosen, reading, raw)
    taken = intake.take(intake.Delivery(key, id, raw))
    if taken is None or (chosen and not taken.new):
        return None
    if taken.new:
        ringer.ring("enrol", taken.shop_id)
    return _told(orjson.dumps({"accepted": True, "id": id, "new": taken.new}))


def _read(raw: bytes) -> Reading | None:
    try:
        return Reading.model_validate(strict.parse(raw))
    except (strict.Unreadable, ValidationError):
        return None


def _is_ours(environ: Environ) -> bool:
    """Whether the Host header names this instance, as Flask would look at it."""
    hosts = current_app.config["TRUSTED_HOSTS"]
    return hosts is None or _is_trusted(environ.get("HTTP_HOST", ""), tuple(hosts))


@lru_cache(100)
def _is_trusted(host: str, hosts: tuple[str, ...]) -> bool:
    return host_is_trusted(host, hosts)


def _told(said: bytes) -> Answer:
    own = ("Content-Type", "application/json"), ("Content-Length", str(len(said)))
    return "202 ACCEPTED", [*own, *behind()], said
