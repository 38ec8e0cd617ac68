"""S1, S3, S4, S5: shops stay apart, the broker stays small, logs keep quiet, and nothing fails in silence.

S2 (an emptied broker changes nothing) is a comparison of two runs; see tests/faults.
"""

from __future__ import annotations

import re
from functools import cache

from app.extensions import db

ADDRESS = re.compile(r"[^\s@<>\"'(\[,;=:]+@[\w-]+(?:\.[\w-]+)+")
# References that no constraint of the database holds, for tables that name each other.
LOOSE = (("flow", "version_id", "version"), ("run", "code_id", "code"), ("message", "email_id", "email"),
         ("migration", "from_id", "version"), ("migration", "to_id", "version"), ("step", "flow_id", "flow"),
         ("redemption", "customer_id", "customer"), ("refusal", "customer_id", "customer"))  # fmt: skip


def s1_shops_agree(rows):
    """A row and what it refers to are of the same shop, whichever two tables they are in."""
    for name, target, count in db.session.execute(db.text(_strangers())):
        if count:
            yield f"S1: {count} rows of {name} refer to a {target} of another shop"


@cache
def _strangers():
    """SQL: for each reference between two tables of a shop, how many rows go across. Written once, for it is long."""
    each = (
        f'SELECT \'{name}\', \'{target}\', count(*) FROM "{name}" c JOIN "{target}" p ON p.id = c."{column}" '
        "WHERE p.shop_id <> c.shop_id"
        for name, column, target in [*LOOSE, *_constrained(db.metadata.tables)]
    )
    return " UNION ALL ".join(each)


def _constrained(tables):
    for table in tables.values():
        for constraint in table.foreign_key_constraints:
            columns = {element.parent.name for element in constraint.elements} - {"shop_id"}
            if len(constraint.elements) == 2 and len(columns) == 1:
                yield table.name, columns.pop(), constraint.referred_table.name


def s3_hints_are_bounded(rows):
    """The number of hints is bounded by kinds and shops (or versions), not by work nor by time."""
    for kind, most in (rows.seen.hints or {}).items():
        bound = len(rows.versions if kind == "advance" else rows.shops)
        if most > bound:
            yield f"S3: {most} hints of {kind} waited in the broker, for {bound} that they can be about"


def s4_logs_keep_quiet(rows):
    """No process wrote down an address, a secret, a key or a body."""
    for path in sorted(rows.seen.logs.glob("*.log")) if rows.seen.logs else ():
        text = path.read_text("utf-8", "replace")
        for secret in rows.seen.secrets:
            if secret in text:
                yield f"S4: {path.name} holds what must be in no log: {secret[:9]}…"
        if found := ADDRESS.search(text):
            yield f"S4: {path.name} holds an address: {found.group()[:3]}…"


def s5_failures_are_shown(rows):
    """Everything that a person can act on is on the status page of that person's shop."""
    for shop_id, page in (rows.seen.shown or {}).items():
        for what, kinds in _waits_for_a_person(rows, shop_id):
            if not any(f'data-kind="{kind}"' in page for kind in kinds):
                yield f"S5: {what} of shop {shop_id} is on no screen"


def _waits_for_a_person(rows, shop_id):
    """Yield (what it is, the kinds of concern that may show it) for each failure that a person can act on."""
    for run in rows.runs.values():
        if run.shop_id == shop_id and run.status == "parked":
            yield f"parked run {run.id}", ("parked",)
    for message in rows.messages.values():
        if message.shop_id == shop_id and message.state == "unknown":
            yield f"unknown message {message.id}", ("unknown",)
    for flow in rows.flows.values():
        if flow.shop_id == shop_id and flow.status == "paused":
            yield f"paused flow {flow.id}", ("paused", "restored")
    for row in rows.inbox.values():
        if row.shop_id == shop_id and row.state == "parked":
            yield f"parked delivery {row.id}", ("delivery",)


CHECKS = (s1_shops_agree, s3_hints_are_bounded, s4_logs_keep_quiet, s5_failures_are_shown)
