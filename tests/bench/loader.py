"""A client that costs little: requests made ready beforehand, a few connections that are kept, answers barely read."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence


def post(port: int, path: str, key: str, body: bytes) -> bytes:
    """Return the request that posts a body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Line:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def ask(self, request: bytes) -> int:
        """Send a request and return the status of its answer, once that is here whole."""
        self._socket.sendall(request)
        while (end := self._read.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self._read = self._read[:end].lower(), self._read[end + 4 :]
        _name, found, rest = head.partition(b"content-length:")
        length = int(rest.split(b"\r\n")[0]) if found else 0
        while len(self._read) < length:
            self._more()
        self._read = self._read[length:]
        return int(head.split(b" ", 2)[1])

    def _more(self) -> None:
        came = self._socket.recv(65536)
        if not came:
            raise ConnectionError("the server hung up")
        self._read += came

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def load(port: int, requests: Sequence[bytes], lines: int) -> list[float]:
    """Send all requests over so many connections and return how long each took, in seconds. All must be accepted."""
    took: list[float] = []
    threads = [threading.Thread(target=_share, args=(port, requests[n::lines], took)) for n in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == len(requests), "not every request was accepted"
    return took


def _share(port: int, requests: Sequence[bytes], took: list[float]) -> None:
    line = Line(port)
    for request in requests:
        began = time.perf_counter()
        status = line.ask(request)
        took.append(time.perf_counter() - began)
        assert status < 300, status
    line.close()
