"""What a person sees when a page cannot be shown: what happened, and what to do now."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    SecurityError,
    ServiceUnavailable,
)

from app.extensions import db
from app.views.access import busy

log = logging.getLogger(__name__)
PAGES = (400, 403, 404, 409, 413, 422, 429, 500, 503)


def register(app: Flask) -> None:
    """Answer every failure with a page (or, for machines, a problem document)."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(CSRFError, show)
    app.register_error_handler(SecurityError, refuse_host)
    app.register_error_handler(OperationalError, unavailable)
    app.register_error_handler(DataError, not_there)
    app.register_error_handler(OverflowError, not_there)
    app.register_error_handler(Exception, broken)


def show(error: HTTPException) -> Response:
    """Answer an HTTP error with its page; a machine gets RFC 9457's problem document."""
    if error.response is not None:
        return error.get_response()  # type: ignore[return-value]
    code = error.code or 500
    page = code if code in PAGES else 500 if code >= 500 else 400
    for_machines = request.path.startswith("/api/")
    told = problem(code, error.name, error.description or "") if for_machines else None
    response = told or Response(render_template(f"errors/{page}.html"), status=code)
    response.headers.extend([(k, v) for k, v in error.get_headers() if k.lower() in ("retry-after", "allow")])
    return response


def refuse_host(error: SecurityError) -> Response:
    """Refuse a foreign Host header in plain text: no page of ours can be addressed under that name."""
    return Response("This address is not the one in BASE_URL.\n", status=400, mimetype="text/plain")


def unavailable(error: OperationalError) -> Response:
    """Ask for another try when the database is busy: nothing was changed."""
    db.session.rollback()
    if not busy(error):
        return broken(error)
    return show(ServiceUnavailable(retry_after=2))


def not_there(error: DataError | OverflowError) -> Response:
    """Answer 404 for a number that no row can have: it is more than the database holds."""
    db.session.rollback()
    out_of_range = getattr(getattr(error, "orig", None), "sqlstate", None) == "22003"
    return show(NotFound()) if out_of_range or "SQLite INTEGER" in str(error) else broken(error)


def broken(error: Exception) -> Response:
    """Answer a bug with a calm page; the log keeps the trace."""
    db.session.rollback()
    log.exception("a page failed: %s", request.endpoint)
    return show(InternalServerError())


def problem(status: int, title: str, detail: str, field: str | None = None) -> Response:
    """Return RFC 9457's problem document, with the `field` at fault where one is."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = jsonify(body | ({"field": field} if field else {}))
    response.status_code, response.mimetype = status, "application/problem+json"
    return response
