"""Who may see what: the wall before every page, and the headers behind it.

Each page belongs to the signed-in user's shop (`g.shop`) unless its view is marked `public`. Nothing acts
unless the request carries this session's CSRF token and comes from our own pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict

from app import clock, passwords
from app.characters import unstorable
from app.extensions import db
from app.models import Login, Membership, Shop, User
from app.models.users import SEEN_EVERY
from app.unit import is_busy, unit
from app.urls import parted
from app.views import permissions

View = TypeVar("View", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")
MACHINES = ("/api/", "/hooks/")

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: https:", "font-src 'self'",
    "connect-src 'self'", "frame-src 'self'", "form-action 'self'", "manifest-src 'self'", "frame-ancestors 'none'",
    "base-uri 'none'", "object-src 'none'",
))  # fmt: skip

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def public(view: View) -> View:
    """Mark a view that anybody may call. Everything else needs a signed-in user."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def register(app: Flask) -> None:
    """Put the wall before every page and the headers behind it."""
    app.before_request(refuse_unstorable)
    app.before_request(refuse_strangers_requests)
    app.before_request(recognise)
    app.before_request(demand_login)
    app.before_request(permissions.demand)
    app.after_request(protect)


def refuse_unstorable() -> None:
    """Refuse what no honest browser sends and no database keeps: NUL, and halves of a pair of surrogates."""
    if unstorable(request.path) or any(map(unstorable, _said(request.args))):
        abort(400)
    # Machines' bodies are left alone: they are read as they came, by strict decoders of their own.
    if not request.path.startswith(MACHINES) and any(map(unstorable, _said(request.form))):
        abort(400)


def _said(form: MultiDict[str, str]) -> Iterator[str]:
    for name, value in form.items(multi=True):
        yield name
        yield value


def refuse_strangers_requests() -> None:
    """Refuse a change that another site's page asks for, whatever token it found."""
    if request.method in SAFE or is_open():
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    # Old browsers say no Sec-Fetch-Site; they say an Origin, but "null" where the page sends no referrer, as ours do.
    origin = request.headers.get("Origin", "null")
    if origin != "null" and parted(origin).netloc not in ours():
        abort(403)


def ours() -> set[str]:
    """Return the names, with their ports, under which our own pages are open."""
    return {request.host, urlsplit(current_app.extensions["settings"].base_url).netloc}


def recognise() -> None:
    """Set `g.user` and `g.shop` from the session's cookie, or to None."""
    g.user = g.shop = g.login = g.member = None
    token = session.get("login")
    if not token or request.endpoint == "static":
        return
    digest, now = passwords.digest(token), clock.real()
    if (login := Login.live(digest, now)) is None:
        session.clear()
        return
    if now - login.seen_at > SEEN_EVERY:
        unit(lambda: Login.see(digest, now))
        login = Login.live(digest, now) or login
    g.login, g.user, g.shop = login, db.session.get(User, login.user_id), db.session.get(Shop, login.shop_id)
    g.member = db.session.get(Membership, (login.user_id, login.shop_id))


def demand_login() -> Response | None:
    """Send who is not signed in to the first page, unless the view is public."""
    if g.user or is_open() or request.endpoint is None:
        return None
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("logins.welcome")})
    return redirect(url_for("logins.sign_in", next=request.full_path if request.method == "GET" else None))  # type: ignore[return-value]


def is_open() -> bool:
    """Whether the asked view is open to everybody."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.endpoint == "static" or bool(getattr(view, "is_public", False))


def protect(response: Response) -> Response:
    """Add the headers that keep a page from being misused; a view's own policy stays."""
    wanted = dict(behind())
    if (
        request.endpoint == "static"
    ):  # product pictures are shown by webmail programs, from pages of their own
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        del wanted["Cache-Control"]
    there = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 (headers iterate over pairs)
    response.headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in there])
    return response


def behind() -> tuple[tuple[str, str], ...]:
    """Return the headers that stand behind every page."""
    return _behind(current_app.config["SESSION_COOKIE_SECURE"])


@cache
def _behind(secure: bool) -> tuple[tuple[str, str], ...]:
    always = {**HEADERS, "Cache-Control": "no-store"}
    return tuple((always | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})).items())


def busy(error: Exception) -> bool:
    """Whether an error only says that the database is busy, so that the same request may be sent again."""
    return isinstance(error, DBAPIError) and is_busy(error)
