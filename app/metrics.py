"""How the instance is, in figures: read from the database at the moment somebody asks.

The counts live in the rows, so every process tells the same and none has to remember. Must not name a
customer, a shop or a flow: a label is a state or a queue, never a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select

from app import clock
from app.extensions import db
from app.models import Heartbeat, InboxRow, Message, Run, Version, runs


class Figures(Collector):
    """What Prometheus scrapes; each figure is one indexed query."""

    def collect(self) -> Iterator[Gauge]:
        """Yield the figures; ages are in seconds, 0 when nothing waits."""
        yield from _inbox()
        yield from _runs()
        yield from _messages()
        yield Gauge("relance_engine_silence_seconds", "Age of the engine's last beat.", silence())


def text() -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Figures())
    return generate_latest(registry)


def silence() -> float:
    """Seconds since any process of the engine was last heard; infinity if none ever was."""
    last = db.session.scalar(select(func.max(Heartbeat.seen_at)))
    return _age(last) if last else float("inf")


def _inbox() -> Iterator[Gauge]:
    waiting = InboxRow.state == "waiting"
    count, oldest = _row(select(func.count(), func.min(InboxRow.received_at)).where(waiting))
    parked = db.session.scalar(select(func.count()).where(InboxRow.state == "parked"))
    yield Gauge("relance_inbox_waiting", "Deliveries that no worker has read yet.", count)
    yield Gauge("relance_inbox_oldest_seconds", "Age of the oldest of them.", _age(oldest))
    yield Gauge("relance_inbox_parked", "Deliveries that could not be read.", parked)


def _runs() -> Iterator[Gauge]:
    due = (Run.version_id == Version.id) & runs.DUE & (Run.wake_at <= clock.at(Version.shop_id))
    count, oldest = _row(select(func.count(), func.min(Run.wake_at)).select_from(Version).join(Run, due))
    yield Gauge("relance_runs_due", "Runs whose time has come and that no worker has claimed.", count)
    yield Gauge("relance_runs_oldest_due_seconds", "How late the latest of them is.", _age(oldest))
    held = select(Run.status, func.count()).where(Run.status.in_(("leased", "parked"))).group_by(Run.status)
    yield _by("relance_runs", "Runs in a worker's hands, or parked with an error.", "status", held)


def _messages() -> Iterator[Gauge]:
    yield _by(
        "relance_messages", "Messages by state.", "state",
        select(Message.state, func.count()).group_by(Message.state),
    )  # fmt: skip
    waiting = (Message.state == "prepared") & clock.due(Message.send_at, Message.shop_id)
    count, oldest = _row(select(func.count(), func.min(Message.send_at)).where(waiting))
    yield Gauge("relance_messages_due", "Messages that may leave now.", count)
    yield Gauge("relance_messages_oldest_due_seconds", "How late the latest of them is.", _age(oldest))


def _by(name: str, documentation: str, label: str, counts: Select[str, int]) -> Gauge:
    family = Gauge(name, documentation, labels=[label])
    for value, count in db.session.execute(counts):
        family.add_metric([value], count)
    return family


def _row(query: Select[Any, Any]) -> tuple[int, datetime | None]:
    count, oldest = db.session.execute(query).one()
    return count, oldest


def _age(instant: datetime | None) -> float:
    # A demo shop's clock may run ahead: what is due there may lie in the world's future.
    return max(0.0, (clock.real() - instant).total_seconds()) if instant else 0.0
