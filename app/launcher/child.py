"""One process of ours: started in a session of its own, its words in a file, its end noticed.

Knows how a process is started, asked to stop and swept away with everything it forked. Must not know
what the process is for, nor when it should be started again.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LOG_LIMIT = 5_000_000
_TAIL = 8_192
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Role:
    """What a process is: its name and command, how one sees that it is up, how long it may take to stop."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    told: str = "ready"
    ready: Callable[[], bool] = field(default=lambda: True)
    says: str = ""  # words in its log that mean it is up
    grace: float = 10.0
    outlives: bool = False  # the others still need it while they stop


class Child:
    """A role being played by a process, or by none for the moment."""

    def __init__(self, role: Role, logs: Path) -> None:
        self.role = role
        self.log = logs / f"{role.name.replace(' ', '-')}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._heard_from = 0

    def start(self) -> None:
        """Start the process; what an earlier one left running is killed first."""
        self.kill()
        _rotate(self.log)
        with self.log.open("ab") as log:
            self._heard_from = log.tell()
            self._process = subprocess.Popen(
                self.role.command,
                env=dict(self.role.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 (the launcher has no threads)
            )

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether the process is up and does its work, by its own words or by its role's sign."""
        return self.alive and self.role.says.encode() in self._said() and self.role.ready()

    @property
    def pid(self) -> int | None:
        """The process id, also of a process that has ended."""
        return self._process.pid if self._process else None

    @property
    def succeeded(self) -> bool:
        """Whether the process has ended as it should."""
        return self._process is not None and self._process.returncode == 0

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._process.returncode if self._process else None
        if code is None:
            return "is running"
        return f"was stopped by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def ask_to_stop(self) -> None:
        """Ask once; a second SIGTERM means "now" to Dramatiq, so it is never sent."""
        if self.alive and self._process:
            self._process.terminate()

    def trim(self) -> None:
        """Keep the log within its size while the process writes on: what it said so far moves to the side."""
        try:
            if self.log.stat().st_size > _LOG_LIMIT:
                shutil.copyfile(self.log, self.log.with_suffix(".1.log"))
                os.truncate(self.log, 0)  # the process appends, so it goes on at the beginning
                self._heard_from = 0
        except OSError:
            pass  # the next look tries again

    def sweep(self) -> None:
        """Ask what a dead process forked to stop too."""
        self._signal_group(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and everything it forked, now."""
        self._signal_group(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def last_lines(self, count: int = 12) -> list[str]:
        """The end of the log, for the operator's eyes."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
                return log.read().decode("utf-8", "replace").splitlines()[-count:]
        except OSError:
            return []

    def _said(self) -> bytes:
        with self.log.open("rb") as log:
            log.seek(self._heard_from)
            return log.read(_LOG_LIMIT)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # Nobody of the group is left; macOS says so with "not permitted".


def end_with_parent() -> None:
    """On Linux, have the kernel ask this process to stop should its parent be killed."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".1.log"))
