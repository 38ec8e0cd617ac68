"""What must be true before the first process starts: a place of our own, a free port, a secret key.

Each thing that cannot be had is refused in one sentence that names the setting to change. Must not
open the database: what the product's own data needs is done by its own commands.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import socket
from pathlib import Path
from typing import TextIO

from app.config import Settings


class Refused(RuntimeError):
    """The launcher cannot start here; its text says why and what to do."""


def take_place(settings: Settings) -> TextIO:
    """Make the data directory and hold it for this launcher alone; keep the returned file open.

    Raises Refused if it cannot be written or another launcher holds it.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # customers' data will live there
        (settings.data_dir / "logs").mkdir(exist_ok=True)
        lock = (settings.data_dir / "launcher.lock").open("a+")
        for kept in (*settings.data_dir.glob("relance.sqlite3*"), *settings.data_dir.glob("logs/*.log")):
            kept.chmod(0o600)  # those of an earlier release
    except OSError as error:
        raise Refused(
            f"DATA_DIR {settings.data_dir} cannot be written ({error.strerror}): "
            "make it writable, or set DATA_DIR to another directory."
        ) from error
    _hold(lock, settings)
    return lock


def _hold(lock: TextIO, settings: Settings) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        raise Refused(
            f"Relance already runs from {settings.data_dir} {lock.read().strip()}".rstrip() + ": "
            "stop it first, or give this one its own DATA_DIR and PORT."
        ) from error
    lock.truncate(0)
    lock.write(f"at {settings.base_url}")
    lock.flush()


def check_port(host: str, port: int) -> None:
    """Raise Refused unless the web server will be able to listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise Refused(_port_trouble(host, port, error)) from error


def _port_trouble(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} is taken by another program: stop it, or choose another: PORT={other} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system: choose one above 1023: PORT=8000 make run"
    return f"HOST {host} is not an address of this machine: use 127.0.0.1, or 0.0.0.0 for every network."


def free_port() -> int:
    """A loopback port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def secret_key_file(data_dir: Path) -> Path:
    """The file with this instance's secret key, made at the first start and readable by us alone."""
    path = data_dir / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return path
