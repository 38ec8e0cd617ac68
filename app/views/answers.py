"""Answers to machines: JSON behind the headers that are behind every page, as it goes over the wire.

Asked thousands of times a minute, so what is the same in each is put together once. The answer goes as a list of bytes:
the server sends that in one piece, where it would ask any other iterable for one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Response

Headers = tuple[tuple[str, str], ...]


class Answer(Response):
    """JSON that is whole; its own headers are known by how long it is."""

    def __init__(self, said: dict[str, Any], status: str, behind: Headers) -> None:
        """Answer `said`, with a status as "202 ACCEPTED" and the headers `behind` its own, which nobody adds to."""
        super().__init__(orjson.dumps(said), status, content_type="application/json")
        self._behind = behind

    def __call__(self, _environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a WSGI server."""
        start_response(self.status, [*self.headers, *self._behind])
        return list(self.iter_encoded())
