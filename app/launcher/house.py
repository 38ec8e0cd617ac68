"""The order in which one machine's processes open: broker, database, mailbox, demo shop, then the work.

Knows the order and what each process is told about the others. Everything said here by environment
variables can be said by an operator who starts the same commands by hand.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from app.config import Settings
from app.launcher import broker, prepare, roster
from app.launcher.child import Child, Role
from app.launcher.console import Console
from app.launcher.supervisor import StartFailed, Supervisor

_TICK = 0.1


class House:
    """One machine's processes, opened in order."""

    def __init__(
        self, settings: Settings, console: Console, supervisor: Supervisor, environ: dict[str, str]
    ) -> None:
        self._settings, self._console, self._supervisor = settings, console, supervisor
        self._logs = settings.data_dir / "logs"
        self._socket: Path | None = None
        self._environ = environ | {
            "DATA_DIR": str(settings.data_dir.resolve()),
            "BASE_URL": settings.base_url,
            "PYTHONUNBUFFERED": "1",
        }

    def open(self) -> None:
        """Bring everything up; returns early when asked to stop. Raises StartFailed."""
        for step in (
            self._key,
            self._broker,
            self._database,
            self._mailbox,
            self._demo,
            self._work,
            self._claim,
        ):
            if not self._supervisor.asked:
                step()

    def close(self) -> None:
        """Remove the broker's directory if it had to be a temporary one."""
        if self._socket and self._socket.parent != self._broker_dir:
            shutil.rmtree(self._socket.parent, ignore_errors=True)

    @property
    def _broker_dir(self) -> Path:
        return (self._settings.data_dir / "broker").resolve()

    def _key(self) -> None:
        if not self._settings.secret_key:
            prepare.secret_key_file(self._settings.data_dir)

    def _broker(self) -> None:
        if self._settings.redis_url:
            self._console.done("broker", broker.told_of(self._settings.redis_url))
        elif server := broker.find_server():
            self._embed(server)
        else:
            self._console.done("broker", broker.NO_SERVER)

    def _embed(self, server: Path) -> None:
        self._broker_dir.mkdir(mode=0o700, exist_ok=True)
        self._socket = broker.socket_path(self._broker_dir)
        self._start(roster.broker_role(server, self._socket, self._broker_dir, self._environ))
        self._environ["REDIS_URL"] = broker.url(self._socket)

    def _database(self) -> None:
        self._finish(roster.database_role(self._environ), "bringing it up to date")

    def _mailbox(self) -> None:
        settings = self._settings
        if settings.smtp_url:
            self._console.done("mail", "leaves through the server that SMTP_URL names")
        if settings.mailbox_url or (settings.smtp_url and not settings.demo):
            return
        port = prepare.free_port()
        self._environ["MAILBOX_URL"] = f"smtp://127.0.0.1:{port}"
        self._start(roster.mailbox_role(port, self._environ, for_demo=bool(settings.smtp_url)))

    def _demo(self) -> None:
        if self._settings.demo:
            self._finish(roster.demo_role(self._environ), "filling its shelves")

    def _work(self) -> None:
        self._start(*roster.working_roles(self._settings, self._environ))

    def _claim(self) -> None:
        if self._settings.reachable:
            child = Child(roster.claim_role(self._environ), self._logs)
            child.log.unlink(missing_ok=True)
            child.start()
            while child.alive and not self._supervisor.asked:
                time.sleep(_TICK)
            self._console.done("account", "".join(child.last_lines(1)))

    def _start(self, *roles: Role) -> None:
        self._supervisor.start([Child(role, self._logs) for role in roles])

    def _finish(self, role: Role, doing: str) -> None:
        """Run a command to its end, showing the last line it said."""
        child = Child(role, self._logs)
        child.log.unlink(missing_ok=True)
        child.start()
        while child.alive and not self._supervisor.asked:
            self._console.working(role.name, "".join(child.last_lines(1)) or doing)
            time.sleep(_TICK)
        child.kill()
        if child.succeeded:
            self._console.done(role.name, role.told)
        elif not self._supervisor.asked:
            self._console.quote(child.last_lines())
            raise StartFailed(f"{role.name} {child.ending}.")
