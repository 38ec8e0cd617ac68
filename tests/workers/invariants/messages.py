"""M1 to M4: every message is one message, in one state, and none is missing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from app import clock
from app.models.messages import ENDED
from tests.workers.invariants import witness

STATES = ("prepared", "handing", *ENDED)
LATE = timedelta(seconds=10)
SENDS = {"send_email": "email", "send_chat": "chat", "grant_offer": "offer"}


def m1_one_message_a_visit(rows):
    keys = Counter((message.shop_id, message.key) for message in rows.messages.values())
    yield from (f"M1: {count} messages of {key}" for (_shop, key), count in keys.items() if count > 1)
    for message in rows.messages.values():
        if message.state not in STATES:
            yield f"M1: message {message.id} is {message.state}"
    yield from witness.told(rows, "M1")


def m2_nothing_leaves_without_a_gate(rows):
    for message in rows.messages.values():
        if message.state in ("sent", "unknown") and message.gate_at is None:
            yield f"M2: message {message.id} is {message.state} without a gate"
        if message.state in ("prepared", "skipped", "cancelled") and message.gate_at is not None:
            yield f"M2: message {message.id} passed the gate, and is {message.state}"
        if (message.sent_at is not None) != (message.state == "sent"):
            yield f"M2: message {message.id} is {message.state}, sent at {message.sent_at}"


def m3_none_stays_at_its_dot(rows):
    for message in rows.messages.values():
        if message.state == "handing" and message.lease_until < clock.real() - LATE:
            yield f"M3: message {message.id} is held past its lease"


def m4_each_visit_has_its_message(rows):
    """A step that sends has written exactly one message, which has come to its end once all is settled."""
    known = {(message.run_id, message.node, message.visit): message for message in rows.messages.values()
             if message.key == f"{message.run_id}:{message.node}:{message.visit}"}  # fmt: skip
    for run_id, taken in rows.steps.items():
        graph = rows.graphs[rows.runs[run_id].version_id]
        kinds = {node.id: node.kind for node in graph.nodes}
        for step in taken:
            if kinds.get(step.node) in SENDS and (run_id, step.node, step.visit) not in known:
                yield f"M4: run {run_id} asked for a message at visit {step.visit}, and there is none"
    for message in rows.messages.values():
        if rows.seen.settled and message.state not in ENDED:
            yield f"M4: message {message.id} never ended: {message.state} {message.reason}"


def m4_of_the_same_epoch(rows):
    for message in rows.messages.values():
        if message.epoch != rows.runs[message.run_id].epoch:
            yield f"M4: message {message.id} is of another epoch than its run"


CHECKS = (m1_one_message_a_visit, m2_nothing_leaves_without_a_gate, m3_none_stays_at_its_dot,
          m4_each_visit_has_its_message, m4_of_the_same_epoch)  # fmt: skip
