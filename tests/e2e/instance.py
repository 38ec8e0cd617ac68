"""The whole product as `make run` starts it: web, workers, heartbeat, broker, mail server, each a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.launcher.prepare import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds for the first start, the demo's ninety days included


class Instance:
    """A running product: `url` is where it answers."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        environ |= {
            "PORT": str(self.port),
            "DATA_DIR": str(directory),
            "BASE_URL": self.url,
            "LOG_FORMAT": "console",
        }
        self.said: deque[str] = deque(maxlen=200)
        self._open = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "app.launcher"], cwd=ROOT, env=environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(line.rstrip())
            if f"Open {self.url}" in line:
                self._open.set()
        self._open.set()

    def wait(self) -> None:
        """Return once the product answers; fail with what the launcher said."""
        assert self._open.wait(PATIENCE) and self._process.poll() is None, "\n".join(self.said)

    def stop(self) -> None:
        """Stop as Ctrl-C does, and see that it ends."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(60)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._listener.join(10)


@pytest.fixture(scope="package")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The product with its demo, for as long as there are walks to take."""
    instance = Instance(tmp_path_factory.mktemp("instance"))
    try:
        instance.wait()
        yield instance
    finally:
        instance.stop()
