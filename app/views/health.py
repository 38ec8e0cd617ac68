"""What machines ask: does the process live, may it be sent visitors, how are the queues.

No sign-in, no secret, no personal data. The figures are for this machine, or for who knows the token.
"""

from __future__ import annotations

import hmac

import redis
from flask import Flask, Response, abort, current_app, jsonify, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import metrics
from app.config import Settings
from app.doorbell import PATIENCE
from app.extensions import csrf, db, limiter
from app.views.access import public

# The heartbeat beats once a second; this long a silence is no hiccup.
LONGEST_SILENCE = 30.0


def register(app: Flask) -> None:
    """Put the three questions on the application, free of rate limits."""
    for path, view in (("/healthz", alive), ("/readyz", ready), ("/metrics", figures)):
        app.add_url_rule(path, f"health.{view.__name__}", limiter.exempt(csrf.exempt(public(view))))


def alive() -> Response:
    """200 as long as the process answers at all."""
    return jsonify(status="alive")


def ready() -> tuple[Response, int]:
    """200 when database and engine are there, else 503; the broker is only reported, nothing rests on it."""
    checks = {"database": _database(), "engine": _engine(), "broker": _broker()}
    fine = checks["database"] == "answers" and checks["engine"] == "beats"
    return jsonify(status="ready" if fine else "not ready", checks=checks), 200 if fine else 503


def figures() -> Response:
    """Prometheus text, for loopback or the bearer of METRICS_TOKEN; anybody else finds nothing here."""
    if not (_from_here() or _has_token()):
        abort(404)
    return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return "silent"
    return "answers"


def _engine() -> str:
    try:
        silence = metrics.silence()
    except SQLAlchemyError:
        db.session.rollback()
        return "unknown"
    if silence == float("inf"):
        return "never heard"
    return "beats" if silence <= LONGEST_SILENCE else f"silent for {silence:.0f} seconds"


def _broker() -> str:
    url = _settings().redis_url
    if not url:
        return "none"
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as client:
            return "answers" if client.ping() else "silent"
    except redis.RedisError:
        return "silent"


def _from_here() -> bool:
    # Through a proxy everybody comes from loopback: a forwarded request is never local.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.remote_addr in ("127.0.0.1", "::1") and not forwarded


def _has_token() -> bool:
    token, given = _settings().metrics_token, request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
