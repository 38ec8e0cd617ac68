"""The stage: one installation of the product as it is run in production, each part a process, in its own directory.

Web by granian, workers by `dramatiq workers`, heartbeats, a broker or none, a mail server that is our oracle, over
SQLite or a PostgreSQL of its own. The test's own process opens the same database, to look and to play the merchant.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from app import create_app
from app.config import Settings
from app.extensions import db, limiter
from app.launcher import broker as brokers
from app.launcher.prepare import free_port, listens
from tests.conftest import SECRET
from tests.faults.children import ROOT, Family, Process
from tests.faults.postgres import Postgres
from tests.faults.proxy import Proxy
from tests.patience import until

PASSWORD = "qzpassword-of-the-relay"


class Orders:
    """What the sink is told, and what it has accepted."""

    def __init__(self, process, log):
        self.process, self.log = process, log
        self.port, orders = process.line()
        self.socket = socket.create_connection(("127.0.0.1", orders), 10)
        self.lines, self.lock = self.socket.makefile("rwb"), threading.Lock()

    def tell(self, **order):
        with self.lock:
            self.lines.write(json.dumps(order).encode() + b"\n")
            self.lines.flush()
            return json.loads(self.lines.readline())

    def play(self, stage, act, count=1):
        self.tell(stage=stage, act=act, count=count)

    @property
    def left(self):
        return self.tell()["left"]

    @property
    def played(self):
        return [tuple(each) for each in self.tell()["played"]]

    @property
    def mails(self):
        """Every mail accepted so far: id, to, marks, at, unsubscribe, post."""
        lines = self.log.read_bytes().split(b"\n")
        return [json.loads(line) for line in lines if line]

    def close(self):
        self.socket.close()
        self.process.kill()


@dataclass
class Stage:
    """All parts, started in their order. `with_broker` False: the product has no REDIS_URL at all."""

    directory: object
    database: str = "sqlite"
    with_broker: bool = True
    workers: int = 4
    heartbeats: int = 1
    migrated: bool = False  # the tables come from the product's own command, as on a real machine
    proxied: bool = False  # the product reaches PostgreSQL through a proxy that can cut the line

    def __post_init__(self):
        (self.directory / "logs").mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres().start() if self.database == "postgresql" else None
        self.url = self.postgres.url if self.postgres else ""
        self.proxy = Proxy(self.postgres.port) if self.proxied else None
        sink_log = self.directory / "accepted.log"
        sink_log.touch()
        command = (sys.executable, "-m", "tests.faults.sink", str(sink_log))
        self.sink = Orders(Process("sink", command, self.directory, dict(os.environ), read=True), sink_log)
        self.port, self.broker, self.web, self.family = free_port(), None, None, None
        self.socket = brokers.socket_path(self.directory) if self.with_broker else None
        self.clock = self.directory / "clock"
        self.jump(0)
        self.environ = self._environ()
        self.app = self._open()

    def _environ(self):
        broker = brokers.url(self.socket) if self.socket else ""
        told = {
            "DATA_DIR": str(self.directory), "SECRET_KEY": SECRET, "PORT": str(self.port), "LOG_FORMAT": "json",
            "STAGE_CLOCK": str(self.clock),
            "SMTP_URL": f"smtp://127.0.0.1:{self.sink.port}", "BASE_URL": f"http://127.0.0.1:{self.port}",
            "DATABASE_URL": self.proxy.url if self.proxy else self.url, "REDIS_URL": broker,
        }  # fmt: skip
        return os.environ | told

    def _open(self):
        app = create_app(Settings.from_environ(self.environ | {"DATABASE_URL": self.url}))
        app.config.update(TESTING=True)
        limiter.enabled = False
        if self.migrated:
            command = (sys.executable, "-m", "flask", "--app", "app", "upgrade")
            subprocess.run(command, env=self.environ, cwd=ROOT, check=True, capture_output=True)
        with app.app_context():
            db.create_all()
        return app

    def jump(self, seconds):
        """Have the machine's clock of every worker and heartbeat stand so far ahead."""
        self.clock.write_bytes(struct.pack("q", seconds))

    def start(self):
        """Start every part; return once the web answers."""
        self.family = Family(self.directory, self.environ).begin()
        self.family.mind(self.sink.process)
        self.family.mind(self.postgres)
        if self.socket:
            self.start_broker()
        self.start_web()
        self.family.keep("worker", *(f"worker{n}" for n in range(self.workers)))
        self.family.keep("heartbeat", *(f"heartbeat{n}" for n in range(self.heartbeats)))
        return self

    def start_broker(self):
        server = brokers.find_server()
        command = (str(server), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir",
                   str(self.directory), "--loglevel", "warning")  # fmt: skip
        self.broker = self._kept(Process("broker", command, self.directory, self.environ))
        until(lambda: brokers.answers(self.socket))

    @property
    def client(self):
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)

    def start_web(self, app="wsgi:app", **more):
        command = (sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port",
                   str(self.port), "--blocking-threads", "8", "--workers-kill-timeout", "5", app)  # fmt: skip
        self.web = self._kept(Process("web", command, self.directory, self.environ | more))
        until(lambda: listens(self.port) or self.web.popen.poll() is not None)
        assert self.web.popen.poll() is None, "the web did not start: see logs/web.log"

    def _kept(self, process):
        self.family.mind(process)
        return process

    def restart_web(self, app="wsgi:app", **more):
        self.web.kill()
        self.start_web(app, **more)

    @contextmanager
    def frozen(self, process):
        """SIGSTOP a process of ours for as long as the block lasts."""
        process.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.signal(signal.SIGCONT)

    def close(self):
        for part in (self.family, self.sink):
            if part is not None:
                part.close()
        for process in (self.web, self.broker):
            if process is not None:
                process.kill()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.postgres:
            self.postgres.close()
