"""The engine room. Importing it gives Dramatiq the broker and the actors; nothing is opened before the first hint.

An actor is a hint: "there may be work of this kind here". It is never tried again, since the work is rows, and each
worker process also looks for due rows by itself (`workers.heartbeat`).
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware
from flask import Flask

from app import doorbell
from app.config import Settings
from workers.bell import Bell

if TYPE_CHECKING:
    from workers.heartbeat import Heart

PATIENCE = 5.0  # seconds that a worker waits for its broker before it looks again


@cache
def application() -> Flask:
    """Return the application that this process works for: configuration and database, no pages."""
    from app import create_app, memory

    app = create_app()
    memory.settle()
    return app


class Pulse(Middleware):
    """Gives each worker process a heart of its own, so that no broker is needed to go on."""

    heart: Heart | None = None

    def tell(self, kind: str, id: int) -> None:
        """Have done in this process what follows: on the way over the broker it would wait for an ear."""
        if self.heart is None:
            doorbell.ring(kind, id)
        else:
            self.heart.hands.give(kind, id)

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        """Start looking for due rows once the process has forked."""
        from workers.heartbeat import Heart

        self.heart = Heart(application(), "worker", rings=False)
        self.heart.start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Let the heart finish its beat."""
        if self.heart is not None:
            self.heart.stop()


def _broker() -> dramatiq.Broker:
    url = Settings.from_environ(os.environ).redis_url
    # None of Dramatiq's own middleware is wanted: no retries, no time limits. The database knows better.
    middleware: list[Middleware] = [pulse]
    if not url:
        return StubBroker(middleware=middleware)
    return Bell(client=doorbell.client(url, PATIENCE), middleware=middleware)  # type: ignore[no-untyped-call]


pulse = Pulse()
broker = _broker()
dramatiq.set_broker(broker)


@dramatiq.actor(broker=broker, queue_name="enrol")
def enrol(shop_id: int) -> None:
    """Read what a shop told us and start or wake runs."""
    _hear("enrol", shop_id)


@dramatiq.actor(broker=broker, queue_name="advance")
def advance(version_id: int) -> None:
    """Move the due runs of a version forward."""
    _hear("advance", version_id)


@dramatiq.actor(broker=broker, queue_name="deliver")
def deliver(shop_id: int) -> None:
    """Hand the due messages of a shop to the mail server."""
    _hear("deliver", shop_id)


@dramatiq.actor(broker=broker, queue_name="call")
def call(shop_id: int) -> None:
    """Make the due calls of a shop to other systems."""
    _hear("call", shop_id)


def _hear(kind: str, id: int) -> None:
    from workers import work

    with application().app_context():
        work.off(kind, id, tell=pulse.tell)
