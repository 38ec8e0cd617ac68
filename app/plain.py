"""Plain views: asked by machines only, so often that what pages need around them would be half of the answer.

No session, no look at who is signed in, no compression, no limits but their own: a plain view's own blueprint says what
else is done. Everything before the view is found, and what happens when it fails, is the same as for a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, request
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
        there = self.get_cookie_name(app) in request.environ.get("HTTP_COOKIE", "")
        return super().open_session(app, request) if there else self.session_class()


class House(Flask):
    """Flask, with plain views beside its pages. No view and no hook is asynchronous."""

    session_interface = Sessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return it as it is: Flask would look at each function of each request."""
        return func

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Do what comes before a view; return an answer where that is one already."""
        return None if self._is_plain() else super().preprocess_request()

    def process_response(self, response: Response) -> Response:
        """Do what comes behind a view; return what is sent."""
        if not self._is_plain():
            return super().process_response(response)
        for hook in self.after_request_funcs.get(request.blueprint, ()):
            response = hook(response)  # type: ignore[assignment]
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """Do what comes when a request is over."""
        if not self._is_plain():
            super().do_teardown_request(exc)

    def _is_plain(self) -> bool:
        return getattr(self.view_functions.get(request.endpoint or ""), "is_plain", False)
