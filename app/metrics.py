"""How the instance is, in figures: read from the database at the moment somebody asks, at most every few seconds.

What waits is counted in the rows, up to a bound; what happened was counted where it happened (`app.tally`). So every
process tells the same. Must not name a customer, a shop or a flow: a label is a state or a reason, never a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select

from app import clock, vitals
from app.extensions import db
from app.models import (
    Call,
    ChannelTrouble,
    Flow,
    Heartbeat,
    InboxRow,
    Message,
    Run,
    Tally,
    calls,
    handing,
    inbox,
    lateness,
    messages,
    runs,
)
from app.models.lateness import MOST, Late

FRESH = 3.0  # seconds for which figures are told again as they are
COUNTED = (
    ("sends", "state", "Messages whose mail server answered, or did not, after the last dot."),
    ("gate_refusals", "reason", "Messages that the last look before sending held back or ended."),
    ("hints", "outcome", "Hints given to the broker, and those it did not take."),
    ("lease_expiries", "row", "Rows taken back from workers that were not heard of any more."),
    ("clock_jumps", "", "Times that a machine's clock jumped, so that sending waited."),
)
# What is in a worker's hands or waits for a person; each has a partial index of its own.
HELD: tuple[tuple[str, str, Any, Any], ...] = (
    ("runs", "leased", Run, runs.LEASED),
    ("runs", "parked", Run, runs.PARKED),
    ("messages", "prepared", Message, messages.DUE),
    ("messages", "handing", Message, handing.HANDING),
    ("inbox", "parked", InboxRow, inbox.PARKED),
    ("calls", "waiting", Call, calls.DUE),
)


class Figures(Collector):
    """What Prometheus scrapes; each figure is a bounded look at an index."""

    def collect(self) -> Iterator[Gauge | Counter]:
        """Yield the figures; ages are in seconds, 0 when nothing waits."""
        yield from _waiting("inbox_waiting", "inbox_oldest", "deliveries nobody has read", lateness.unread())
        yield from _waiting("runs_due", "runs_oldest_due", "runs whose time has come", lateness.late_runs())
        yield from _waiting(
            "messages_due", "messages_oldest_due", "messages that may leave", lateness.late_messages()
        )
        yield from _held()
        yield from _pauses()
        yield from _counted()
        yield from _engine()


def text() -> bytes:
    """The figures in Prometheus' text format."""
    now, kept = clock.monotonic(), current_app.extensions.get("figures")
    if kept is None or now - kept[0] >= FRESH:
        registry = CollectorRegistry()
        registry.register(Figures())
        kept = current_app.extensions["figures"] = now, generate_latest(registry)
    told: bytes = kept[1]
    return told


def _waiting(count: str, age: str, what: str, late: Late) -> Iterator[Gauge]:
    yield Gauge(f"relance_{count}", f"The number of {what}, {MOST} at the most.", late.count)
    yield Gauge(f"relance_{age}_seconds", f"For how long the oldest of the {what} waits.", _age(late.oldest))


def _held() -> Iterator[Gauge]:
    for name, state, model, where in HELD:
        count = _bounded(select(model.id).where(where))
        yield Gauge(
            f"relance_{name}_{state}", f"The number of {name} that are {state}, {MOST} at the most.", count
        )


def _pauses() -> Iterator[Gauge]:
    paused = (
        select(Flow.paused_reason, func.count()).where(Flow.status == "paused").group_by(Flow.paused_reason)
    )
    yield _by("relance_flows_paused", "Paused automations, by reason.", "reason", paused)
    resting = select(ChannelTrouble.trouble, func.count()).group_by(ChannelTrouble.trouble)
    yield _by("relance_channels_resting", "Channels that stand still, by trouble.", "trouble", resting)


def _counted() -> Iterator[Counter]:
    for name, label, what in COUNTED:
        family = Counter(f"relance_{name}", what, labels=[label] if label else [])
        for value, times in Tally.of(name).items() if label else (("", Tally.of(name).get("", 0)),):
            family.add_metric([value] if label else [], times)
        yield family


def _engine() -> Iterator[Gauge]:
    silence = vitals.silence()
    yield Gauge("relance_engine_silence_seconds", "Age of the last beat of a worker.",
                float("inf") if silence is None else silence)  # fmt: skip
    for role in ("worker", "heartbeat"):
        yield Gauge(
            f"relance_{role}s",
            f"Processes of this role heard lately: {role}.",
            Heartbeat.beating(role, clock.real()),
        )
    held = Heartbeat.held(clock.real())
    yield Gauge("relance_clock_jump_seconds", "By how much a clock has jumped, while sending waits for it.",
                held.jump or 0 if held else 0)  # fmt: skip


def _by(name: str, documentation: str, label: str, counts: Select[str, int]) -> Gauge:
    family = Gauge(name, documentation, labels=[label])
    for value, count in db.session.execute(counts):
        family.add_metric([value], count)
    return family


def _bounded(rows: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.limit(MOST).subquery())) or 0


def _age(instant: datetime | None) -> float:
    # A demo shop's clock may run ahead: what is due there may lie in the world's future.
    return max(0.0, (clock.real() - instant).total_seconds()) if instant else 0.0
