"""Who plays which part on one machine: the command, environment and sign of life of each process.

Reading it is reading what `make run` starts. Must not start anything itself.
"""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from app.config import Settings
from app.launcher import broker
from app.launcher.child import Role
from app.launcher.prepare import listens

_PYTHON = (sys.executable, "-m")
_FLASK = (*_PYTHON, "flask", "--app", "app")
# Longer than one mail takes to leave: a worker that drains may stand at a slow server's last dot.
_DRAIN = 25.0


def broker_role(server: Path, sock: Path, directory: Path, environ: Mapping[str, str]) -> Role:
    """The embedded broker."""
    return Role(
        name="broker",
        command=broker.command(server, sock, directory),
        environ=environ,
        told=f"ready ({server.name}, on a private socket)",
        ready=partial(broker.answers, sock),
        outlives=True,
    )


def mailbox_role(port: int, environ: Mapping[str, str], for_demo: bool = False) -> Role:
    """The built-in mailbox: a real SMTP server on loopback, from which no mail goes any further."""
    everybody = "every e-mail stays on this machine; set SMTP_URL to send for real"
    return Role(
        name="mailbox",
        command=(*_PYTHON, "app.mailbox"),
        environ=environ,
        told=f"ready ({'the demo shop’s e-mails stay on this machine' if for_demo else everybody})",
        ready=partial(listens, port),
        outlives=True,
    )


def database_role(environ: Mapping[str, str]) -> Role:
    """The command that brings the database to today's shape."""
    return Role("database", (*_FLASK, "upgrade"), environ, told="up to date")


def claim_role(environ: Mapping[str, str]) -> Role:
    """The command that tells the link for the first account, where strangers could reach the instance before us."""
    return Role("account", (*_FLASK, "claim"), environ, told="")


def demo_role(environ: Mapping[str, str]) -> Role:
    """The command that fills the demo shop; it returns at once when the shop is there."""
    return Role("demo shop", (*_FLASK, "demo", "seed"), environ, told="ready")


def working_roles(settings: Settings, environ: Mapping[str, str]) -> list[Role]:
    """Those who do the product's work: web, worker, heartbeat."""
    return [_web(settings, environ), _worker(settings, environ), _heartbeat(settings, environ)]


def _web(settings: Settings, environ: Mapping[str, str]) -> Role:
    return Role(
        name="web",
        command=(
            *(*_PYTHON, "granian", "--interface", "wsgi", "--no-ws", "--workers-kill-timeout", "5"),
            *("--host", settings.host, "--port", str(settings.port)),
            *(
                "--http1-header-read-timeout",
                "10000",
            ),  # half a request line must not hold a connection for long
            *("--blocking-threads", str(settings.web_threads), "wsgi:app"),
        ),
        environ=environ,
        told=f"ready ({settings.web_threads} threads)",
        ready=partial(_web_answers, settings),
        grace=15.0,
    )


def _worker(settings: Settings, environ: Mapping[str, str]) -> Role:
    processes, threads = settings.worker_processes, settings.worker_threads
    limit = str(int(_DRAIN * 1000) - 5000)
    return Role(
        name="worker",
        command=(
            *(*_PYTHON, "dramatiq", "workers", "--skip-logging"),
            *("--processes", str(processes), "--threads", str(threads)),
            *("--worker-shutdown-timeout", limit),
        ),
        environ=environ,
        told=f"ready ({processes} process{'es' * (processes > 1)}, {threads} threads each)",
        says="Worker process is ready for action",
        grace=_DRAIN,
    )


def _heartbeat(settings: Settings, environ: Mapping[str, str]) -> Role:
    return Role(
        name="heartbeat",
        command=(*_PYTHON, "workers.heartbeat"),
        environ=environ,
        ready=partial(_engine_beats, settings),
        grace=_DRAIN,
    )


def _web_answers(settings: Settings) -> bool:
    return _ask(settings, "/healthz")[0] == 200


def _engine_beats(settings: Settings) -> bool:
    return b'"engine":"beats"' in _ask(settings, "/readyz")[1].replace(b" ", b"")


def _ask(settings: Settings, path: str) -> tuple[int, bytes]:
    """The web server's answer, asked under the public name: status and body, or (0, b"") for none."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (asked on loopback instead)
    host = everywhere.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": urlsplit(settings.base_url).netloc})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
