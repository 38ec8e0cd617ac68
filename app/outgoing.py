"""Outgoing: the one way in which a merchant's wish may open a connection from this machine.

A name is resolved once, every address that it has is vetted, and the connection goes to a vetted one, so that no later
answer of a name server can lead elsewhere. No redirects, no proxies from the environment, bounds on time and size.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import httpcore2
from flask import current_app

from app import vetting

PORTS = (80, 443, 8080, 8443)  # others are for networks of one's own, which the operator names
PATIENCE = 10.0  # seconds for the whole of a call
PAUSE = 5.0  # seconds for each connect, read and write
LARGEST = 64 * 1024  # bytes of an answer that are read
KEPT = 1000  # characters of it that a person may see
_SAFE = "/%:@!$&'()*+,;=~-._?"
_UNFIT = re.compile(r"[\x00-\x20\\]")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_PAUSES = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), PAUSE)}
_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


class Refused(Exception):
    """An address that must not be spoken to; `reason` is one of REASONS."""

    REASONS = ("address", "scheme", "port", "inside", "unknown")

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreached(Exception):
    """No whole answer came; the text says what happened instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, the beginning of the body as text, and how long the other side asks us to wait, in seconds."""

    status: int
    text: str
    retry_after: int = 0


def checked(url: str, http: bool = False) -> str:
    """Return the address in its usual spelling, or raise Refused. No name is looked up: that is for the call itself."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise Refused("address") from error
    if parts.scheme not in (("https", "http") if http else ("https",)):
        raise Refused("scheme")
    if not host or "@" in parts.netloc or _UNFIT.search(text) or _riddle(host):
        raise Refused("address")
    if port is not None and port not in PORTS and not _exceptions():
        raise Refused("port")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return f"{parts.scheme}://{place}{_quoted(parts)}"


def _quoted(parts: SplitResult) -> str:
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return quote(parts.path or "/", safe=_SAFE) + query


def _riddle(host: str) -> bool:
    """Whether a host is a number that systems read differently: 0127.0.0.1, 0x7f.1, 2130706433."""
    last = host.rstrip(".").rpartition(".")[2]
    if not _NUMBER.fullmatch(last):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True


def connect(host: str, port: int, timeout: float) -> socket.socket:
    """Return a connection to a vetted address of this host. Raises Refused, or OSError."""
    sock = socket.create_connection((_vetted(host, port, _exceptions())[0], port), timeout)
    if vetting.allowed(str(sock.getpeername()[0]), _exceptions()):
        return sock
    sock.close()
    raise Refused("inside")


def _vetted(host: str, port: int, excepted: Iterable[vetting.Network]) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("unknown") from error
    addresses = [str(place[4][0]) for place in found]
    # One bad address among good ones is how a name is bent: none of them is used then.
    if not addresses or not all(vetting.allowed(address, excepted) for address in addresses):
        raise Refused("inside")
    return sorted(
        addresses, key=lambda address: ":" in address
    )  # IPv4 first: it is there wherever there is a net


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and return the answer, whatever its status; raises Refused or Unreached."""
    url = checked(url, http=current_app.extensions["settings"].outgoing_http)
    return _asked("POST", url, PATIENCE, content=body, headers=list(headers.items()))


def look(url: str, patience: float = PATIENCE) -> Answer:
    """Ask for a page, telling nothing, and return the answer, a redirect's too; raises Refused or Unreached."""
    return _asked("GET", checked(url, http=True), patience)


def _asked(method: str, url: str, patience: float, **told: Any) -> Answer:
    backend = _Backend()
    # A side that sends one byte a second keeps within every pause, so the whole is bounded as well.
    alarm = threading.Timer(patience, backend.cut)
    alarm.daemon = True
    alarm.start()
    try:
        with (
            httpcore2.ConnectionPool(_trusted(), network_backend=backend) as pool,
            pool.stream(method, url, extensions=_PAUSES, **told) as answer,
        ):
            told = {name.lower(): value for name, value in answer.headers}
            return Answer(answer.status, _beginning(answer), _wait(told.get(b"retry-after", b"")))
    except (*_FAILURES, OSError, ValueError) as error:
        raise Unreached("TooSlow" if backend.was_cut else type(error).__name__) from error
    finally:
        alarm.cancel()
        backend.let_go()


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom this machine trusts, read once a process: that takes longer than most answers."""
    return ssl.create_default_context()


def _beginning(answer: httpcore2.Response) -> str:
    read = b""
    for part in answer.iter_stream():
        read += part
        if len(read) >= LARGEST:
            break
    return read[:KEPT].decode("utf-8", "replace").replace("\x00", "")


def _wait(text: bytes) -> int:
    return min(int(text), 86_400) if text.isdigit() and len(text) < 9 else 0


def _exceptions() -> tuple[vetting.Network, ...]:
    return tuple(current_app.extensions["settings"].outgoing_allow)


class _Backend(httpcore2.SyncBackend):
    """The network of the HTTP library, with every connection vetted."""

    def __init__(self) -> None:
        super().__init__()
        self._held: socket.socket | None = None
        self.was_cut = False

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Any = None) -> httpcore2.NetworkStream:  # fmt: skip
        """Connect to a vetted address of the host."""
        address = _vetted(host, port, _exceptions())[0]
        stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
        if not vetting.allowed(str(stream.get_extra_info("server_addr")[0]), _exceptions()):
            stream.close()
            raise Refused("inside")
        # TLS takes the socket over; a second handle on the same connection can still end it.
        self._held = stream.get_extra_info("socket").dup()
        return stream

    def cut(self) -> None:
        """End whatever is under way."""
        self.was_cut = True
        if self._held is not None:
            try:
                self._held.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def let_go(self) -> None:
        """Close the second handle."""
        if self._held is not None:
            self._held.close()
