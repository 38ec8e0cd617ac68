"""Real processes for the launcher's tests: small Python programs that live, die and stop as told."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.launcher.child import Child, Role
from app.launcher.console import Console
from app.launcher.supervisor import Supervisor
from tests.patience import until

__all__ = ["Stage", "runs", "stage", "until"]


def runs(pid: int) -> bool:
    """Whether a process is there and is not a zombie that only waits to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Stage:
    """Makes children from Python source, in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.children = directory, []
        self.out = io.StringIO()
        self.supervisor = Supervisor(Console(self.out), first_pause=0.05)
        self._thread: threading.Thread | None = None

    def child(self, name: str, source: str, **role: object) -> Child:
        command = (sys.executable, "-u", "-c", source)
        child = Child(Role(name, command, dict(os.environ), **role), self.directory)  # type: ignore[arg-type]
        self.children.append(child)
        return child

    def watch(self) -> None:
        self._thread = threading.Thread(target=self.supervisor.run)
        self._thread.start()

    def end(self) -> None:
        self.supervisor.ask_to_stop()
        if self._thread:
            self._thread.join()
        for child in self.children:
            child.kill()

    @property
    def said(self) -> str:
        return self.out.getvalue()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.end()
