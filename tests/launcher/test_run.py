"""The whole product on one machine: it opens, mends itself, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.launcher import prepare
from tests.house.sources import ROOT
from tests.launcher.conftest import runs, until

SETTINGS = ("PORT", "HOST", "BASE_URL", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "SECRET_KEY", "LOG_FORMAT")


class Launch:
    """`python -m app.launcher` in a directory of its own."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        self._out = (directory / "said").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.launcher"],
            cwd=ROOT, stdout=self._out, stderr=subprocess.STDOUT, start_new_session=True,
            env={**environ, "DATA_DIR": str(directory / "var"), "NO_DEMO": "1", **settings},
        )  # fmt: skip

    @property
    def said(self) -> str:
        return (self.directory / "said").read_text("utf-8")

    def opens(self) -> bool:
        assert self.process.poll() is None, self.said
        return "  Open http" in self.said

    def running(self) -> dict[int, str]:
        """The processes that were told this directory, with their command lines."""
        mark = f"DATA_DIR={(self.directory / 'var').resolve()}".encode()
        found = {int(p.parent.name): p for p in Path("/proc").glob("[0-9]*/environ") if mark in _read(p)}
        return {
            pid: _read(p.with_name("cmdline")).replace(b"\0", b" ").decode()
            for pid, p in found.items()
            if runs(pid)
        }

    def pid_of(self, word: str) -> int:
        return min((pid for pid, command in self.running().items() if word in command), default=0)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    launch = Launch(tmp_path, PORT=str(prepare.free_port()))
    yield launch
    if launch.process.poll() is None:
        launch.process.kill()
    for pid in launch.running():
        os.kill(pid, signal.SIGKILL)


def answers(launch: Launch, path: str) -> bytes:
    address = launch.said.split("Open ")[1].split()[0]
    with urllib.request.urlopen(address + path) as answer:
        return bytes(answer.read())


@pytest.mark.slow
def test_it_opens_mends_itself_and_leaves_nothing_behind(launch: Launch) -> None:
    until(launch.opens, limit=60)
    assert b'"ready"' in answers(launch, "/readyz")
    before = launch.pid_of("granian")
    os.kill(before, signal.SIGKILL)
    until(lambda: launch.said.count("starting again") == 1)
    until(
        lambda: (
            launch.pid_of("granian") not in (0, before)
            and b"alive" in _try(lambda: answers(launch, "/healthz"))
        )
    )
    assert launch.end() == 0
    assert launch.running() == {}
    assert "Nothing is left running" in launch.said


@pytest.mark.slow
def test_killed_outright_it_takes_its_processes_along(launch: Launch) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells children that their parent was killed")
    until(launch.opens, limit=60)
    launch.process.kill()
    until(lambda: launch.running() == {}, limit=40)


def test_a_busy_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        launch = Launch(tmp_path, PORT=str(other.getsockname()[1]))
        assert launch.process.wait(timeout=30) == 2
    assert launch.said.startswith("Port ")
    assert launch.said.count("\n") == 1
    assert launch.running() == {}


def test_a_broken_setting_is_refused_in_one_sentence(tmp_path: Path) -> None:
    launch = Launch(tmp_path, PORT="eighty")
    assert launch.process.wait(timeout=30) == 2
    assert launch.said == "PORT is 'eighty': give a whole number from 1 to 65535.\n"


def _try(ask: object) -> bytes:
    try:
        return ask()  # type: ignore[operator,no-any-return]
    except OSError:
        return b""
