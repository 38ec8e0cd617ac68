"""Plain views: asked by machines only, so often that what pages need around them would be half of the answer.

No session, no look at who is signed in, no compression, no limits but their own: a plain view's own blueprint says what
else is done. Everything before the view is found, and what happens when it fails, is the same as for a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., Any])


def plain(view: View) -> View:
    """Mark a view that is answered without what pages need."""
    view.is_plain = True  # type: ignore[attr-defined]
    return view


class Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies. Where there is no cookie, nothing is made ready to read one."""

    def open_session(self, app: Flask, request: Any) -> SecureCookieSession | None:
        """Return what the session's cookie says."""
        there = self.get_cookie_name(app) in request.headers.get("Cookie", "")
        return super().open_session(app, request) if there else self.session_class()


class House(Flask):
    """Flask, with plain views beside its pages."""

    session_interface = Sessions()

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Do what comes before a view; return an answer where that is one already."""
        return None if _asks_plainly() else super().preprocess_request()

    def process_response(self, response: Response) -> Response:
        """Do what comes behind a view; return what is sent."""
        if not _asks_plainly():
            return super().process_response(response)
        for hook in self.after_request_funcs.get(request.blueprint, ()):
            response = hook(response)  # type: ignore[assignment]
        return response


def _asks_plainly() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "is_plain", False)
