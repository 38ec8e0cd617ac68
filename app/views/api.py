"""The door for shops: one address where a shop's own system says what happened, and its description.

A body is checked here, stored as it came, and answered at once; reading it is a worker's work. Nearly every event takes
the short way of `app.views.api_short`; what there is to refuse is refused here.
"""

from __future__ import annotations

import hashlib
from math import ceil
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, make_response, request
from pydantic import ValidationError

from app import intake, passwords, ringer, short_ways
from app.extensions import csrf
from app.models import InboxRow
from app.pace import Pace
from app.shops.facts import Reading
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
    short_ways.meet_trouble(request.environ)
    given = bearer()
    key = passwords.digest(given)
    if wait := PACE.wait(key if given else request.remote_addr or ""):
        return too_fast(wait)
    if not intake.opens(key):
        return unknown_key()
    raw = request.get_data(cache=False)
    try:
        reading = Reading.model_validate(strict.parse(raw))
    except (strict.Unreadable, ValidationError) as error:
        return at_fault(error) if intake.confirmed(key) else unknown_key()
    return accepted(key, raw, reading)


@pages.get("/openapi.json")
@public
def openapi() -> Response:
    """Describe this door to machines and to the people who write them."""
    return jsonify(description(request.url_root.rstrip("/")))


def accepted(key: str, raw: bytes, reading: Reading) -> Response:
    """Store the body under its idempotency key and ring for the workers."""
    chosen = request.headers.get("Idempotency-Key", "")
    id = named(chosen, reading, raw)
    taken = intake.take(intake.Delivery(key, id, raw))
    if taken is None:
        return unknown_key()
    if taken.new:
        ringer.ring("enrol", taken.shop_id)
    elif chosen and differs(InboxRow.body_of(taken.shop_id, intake.SOURCE, id), reading):
        return problem(
            422,
            "Key used before",
            "This Idempotency-Key came with another body. Use a new key for each event.",
        )
    return make_response(jsonify(accepted=True, id=id, new=taken.new), 202)


def named(chosen: str, reading: Reading, raw: bytes) -> str:
    """Return the name by which a delivery is known again: the header's, else the event's own, else what it says."""
    return chosen[:120] or reading.id or hashlib.sha256(raw).hexdigest()


def differs(kept: bytes, reading: Reading) -> bool:
    """Whether a kept body says something else; one that is kept no more, or cannot be read, says nothing."""
    try:
        return bool(kept) and Reading.model_validate(strict.parse(kept)) != reading
    except (strict.Unreadable, ValidationError):
        return False


def at_fault(error: strict.Unreadable | ValidationError) -> Response:
    """Say why a body cannot be read, or name the first field at fault and what is wrong with it."""
    if isinstance(error, strict.Unreadable):
        return problem(400, "Unreadable body", str(error))
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


def bearer() -> str:
    """Return the key in the Authorization header, or nothing."""
    return key_in(request.headers.get("Authorization", ""))


def key_in(authorization: str) -> str:
    """Return the key in such a header, or nothing."""
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
