"""What machines ask: does the process live, may it be sent visitors, how are the queues.

No sign-in, no secret, no personal data. The figures are for this machine, or for who knows the token.
"""

from __future__ import annotations

import hmac

from flask import Flask, Response, abort, current_app, jsonify, request

from app import metrics, tally, vitals
from app.config import Settings
from app.extensions import csrf, limiter
from app.models.heartbeats import SILENT
from app.views.access import public


def register(app: Flask) -> None:
    """Put the three questions on the application, free of rate limits."""
    for path, view in (("/healthz", alive), ("/readyz", ready), ("/metrics", figures)):
        app.add_url_rule(path, f"health.{view.__name__}", limiter.exempt(csrf.exempt(public(view))))
    app.teardown_request(keep_count)


def keep_count(_error: BaseException | None) -> None:
    """Add what this process counted, now and then, after a request that changes things anyway."""
    if request.method != "GET":
        tally.keep_when_due()


def alive() -> Response:
    """200 as long as the process answers at all."""
    return jsonify(status="alive")


def ready() -> tuple[Response, int]:
    """200 when the database answers and a worker is heard, else 503; the broker is only told, nothing rests on it."""
    checks = {"database": _database(), "engine": _engine(), "broker": _broker()}
    fine = checks["database"] == "answers" and checks["engine"] == "beats"
    return jsonify(status="ready" if fine else "not ready", checks=checks), 200 if fine else 503


def figures() -> Response:
    """Prometheus text, for loopback or the bearer of METRICS_TOKEN; anybody else finds nothing here."""
    if not (_from_here() or _has_token()):
        abort(404)
    return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> str:
    return "answers" if vitals.database() else "silent"


def _engine() -> str:
    silence = vitals.silence()
    if silence is None:
        return "unknown"
    if silence == float("inf"):
        return "never heard"
    return "beats" if silence <= SILENT.total_seconds() else f"silent for {silence:.0f} seconds"


def _broker() -> str:
    answers = vitals.broker()
    return "none" if answers is None else "answers" if answers else "silent"


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
