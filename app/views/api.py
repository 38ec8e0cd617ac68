"""The door for shops: one address where a shop's own system says what happened, and its description.

A body is checked here, stored as it came, and answered at once; reading it is a worker's work.
"""

from __future__ import annotations

import hashlib
from math import ceil
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from pydantic import ValidationError

from app import clock, doorbell, passwords
from app.extensions import csrf
from app.models import ApiKey, InboxRow
from app.pace import Pace
from app.shops.facts import Reading
from app.unit import unit
from app.views.access import public
from app.views.errors import problem
from app.views.openapi import description
from graph import strict

PACE = Pace(3000, 60.0)
pages = Blueprint("api", __name__, url_prefix="/api")


def register(app: Flask) -> None:
    """Put the door on the application; it knows keys, not sessions, so it needs no CSRF token."""
    csrf.exempt(pages)
    app.register_blueprint(pages)


def caller() -> str:
    """Return who asks, for the rate limit: the key's digest, else the address."""
    key = bearer()
    return passwords.digest(key) if key else request.remote_addr or ""


@pages.post("/v1/events")
@public
def take_event() -> Response:
    """Store one event: 202, also when it is known already; else a problem document with the field at fault."""
    if wait := PACE.wait(caller()):
        return too_fast(wait)
    shop_id = ApiKey.shop_id_of(passwords.digest(bearer() or ""))
    if shop_id is None:
        return unknown_key()
    raw = request.get_data(cache=False)
    try:
        reading = Reading.model_validate(strict.parse(raw))
    except strict.Unreadable as error:
        return problem(400, "Unreadable body", str(error))
    except ValidationError as error:
        return at_fault(error)
    return accepted(shop_id, raw, reading)


@pages.get("/openapi.json")
@public
def openapi() -> Response:
    """Describe this door to machines and to the people who write them."""
    return jsonify(description(request.url_root.rstrip("/")))


def accepted(shop_id: int, raw: bytes, reading: Reading) -> Response:
    """Store the body under its idempotency key and ring for the workers."""
    now = clock.now(shop_id)
    delivery = (
        request.headers.get("Idempotency-Key", "")[:120] or reading.id or hashlib.sha256(raw).hexdigest()
    )
    new = unit(lambda: InboxRow.take(shop_id, "api", delivery, raw, now))
    if new:
        doorbell.ring("enrol", shop_id)
    elif request.headers.get("Idempotency-Key") and differs(
        InboxRow.body_of(shop_id, "api", delivery), reading
    ):
        return problem(
            422,
            "Key used before",
            "This Idempotency-Key came with another body. Use a new key for each event.",
        )
    response = jsonify({"accepted": True, "id": delivery, "new": new})
    response.status_code = 202
    return response


def differs(kept: bytes, reading: Reading) -> bool:
    """Whether a kept body says something else; one that is kept no more, or cannot be read, says nothing."""
    try:
        return bool(kept) and Reading.model_validate(strict.parse(kept)) != reading
    except (strict.Unreadable, ValidationError):
        return False


def at_fault(error: ValidationError) -> Response:
    """Name the first field at fault and what is wrong with it."""
    first: Any = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    detail = f"{field or 'The event'}: {first['msg']}. See /api/openapi.json."
    return problem(422, "A field is not right", detail, field or None)


def too_fast(wait: float) -> Response:
    """Ask a caller to come back when the minute is over."""
    refusal = problem(429, "Too fast", f"At most {PACE.most} events a minute are taken by one key.")
    refusal.headers["Retry-After"] = str(ceil(wait))
    return refusal


def unknown_key() -> Response:
    """Refuse a caller without a live key."""
    refusal = problem(
        401, "Unknown key", "Send “Authorization: Bearer <key>” with a key from Settings, API keys."
    )
    refusal.headers["WWW-Authenticate"] = 'Bearer realm="events"'
    return refusal


def bearer() -> str | None:
    """Return the key in the Authorization header."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
