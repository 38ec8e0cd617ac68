"""Short ways: what machines ask thousands of times a minute is answered before Flask has made anything ready for it.

A short way only says yes. What it cannot say yes to goes the long way from its beginning, to the view of the same
address, which looks at everything and says what is wrong: so there is one place that refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

Environ = dict[str, Any]  # of WSGI, with the body as it came
Answer = tuple[str, list[tuple[str, str]], bytes]  # a status as "202 ACCEPTED", headers, and what is said
ShortWay = Callable[[Environ], Answer | None]
TROUBLE = "relance.trouble"


class House(Flask):
    """Flask, with short ways by method and path. They are asked inside an application context."""

    def __init__(self, *told: Any, **named: Any) -> None:
        """Make an application without short ways."""
        super().__init__(*told, **named)
        self.short_ways: dict[tuple[str, str], ShortWay] = {}

    def wsgi_app(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        way = self.short_ways.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        answer = self._tried(way, environ) if way else None
        if answer is None:
            return super().wsgi_app(environ, start_response)
        status, headers, said = answer
        start_response(status, headers)
        return [said]  # in one piece, where the server would ask any other iterable for one after the other

    def _tried(self, way: ShortWay, environ: Environ) -> Answer | None:
        try:
            with self.app_context():
                return way(environ)
        except Exception as error:
            environ[TROUBLE] = error
            return None


def meet_trouble(environ: Environ) -> None:
    """Raise what went wrong on the short way, for the long way to tell: it would only go wrong again."""
    if TROUBLE in environ:
        raise environ[TROUBLE]
