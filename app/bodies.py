"""Bodies at the door: each request's body is here before a page is asked, and slow ones never take every thread.

Who sends half a body and then nothing holds the thread that waits for the rest. Therefore only half of the threads may
wait at a time, and a quarter for one address; more are asked to come back. Pages without a body always find a thread.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

LARGEST = 16 * 1024 * 1024  # bytes; what is longer is refused by its length, unread
_AT_ONCE = 64 * 1024
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Bodies:
    """WSGI middleware that reads a body before it calls the application, at a bounded number of places."""

    def __init__(self, application: Application, threads: int) -> None:
        self._application = application
        self._places, self._each = max(1, threads // 2), max(1, threads // 4)
        self._lock, self._waiting = threading.Lock(), Counter[str]()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request: 503 where too many bodies are awaited already."""
        length = _length(environ)
        if not length:
            return self._application(environ, start_response)
        address = str(environ.get("REMOTE_ADDR") or "")
        if not self._enter(address):
            start_response("503 Service Unavailable", [("Retry-After", "2"), ("Content-Length", "0")])
            return []
        try:
            body = _whole(environ["wsgi.input"], length)
        finally:
            self._leave(address)
        environ["wsgi.input"] = io.BytesIO(body)
        return self._application(environ, start_response)

    def _enter(self, address: str) -> bool:
        with self._lock:
            free = self._waiting.total() < self._places and self._waiting[address] < self._each
            if free:
                self._waiting[address] += 1
            return free

    def _leave(self, address: str) -> None:
        with self._lock:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]


def _length(environ: dict[str, Any]) -> int:
    """Return how many bytes to read: none where there is no body, or where its length alone will be refused."""
    told = str(environ.get("CONTENT_LENGTH") or "")
    if told.isascii() and told.isdigit():
        return int(told) if int(told) <= LARGEST else 0
    return LARGEST if environ.get("HTTP_TRANSFER_ENCODING") else 0


def _whole(source: Any, length: int) -> bytes:
    body = bytearray()
    while len(body) < length and (some := source.read(min(_AT_ONCE, length - len(body)))):
        body += some
    return bytes(body)
