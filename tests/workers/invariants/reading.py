"""The rows, read once and kept by what they are looked up by. Plain rows: no session is changed by looking."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from sqlalchemy import inspect, select

from app import clock
from app.extensions import db
from app.models import (
    Code,
    Consent,
    Coupon,
    Customer,
    Event,
    Flow,
    InboxRow,
    Message,
    Policy,
    Refusal,
    Run,
    Shop,
    Step,
    Suppression,
    Version,
)
from app.models.runs import Migration
from graph.interpreter import Plan
from graph.model import Graph
from workers.plans import plans

KEEP = {Run: "runs", Message: "messages", Event: "events", Flow: "flows", Customer: "people", Version: "versions",
        Coupon: "coupons", Code: "codes", InboxRow: "inbox", Shop: "shops"}  # fmt: skip


class Rows:
    """The whole database. `runs`, `messages`, `flows` … are dictionaries by id."""

    def __init__(self, seen):
        self.seen = seen

    def __getattr__(self, name):
        for model, kept in KEEP.items():
            if kept == name:
                found = {row.id: row for row in self.all(model)}
                setattr(self, name, found)
                return found
        raise AttributeError(name)

    def all(self, model, *order):
        return list(db.session.execute(select(*model.__table__.columns).order_by(*order)))

    @cached_property
    def steps(self):
        """The steps of each run, in the order of its visits."""
        return self._by(self.all(Step, Step.run_id, Step.visit), "run_id")

    @cached_property
    def moves(self):
        return self._by(self.all(Migration, Migration.at, Migration.to_id), "run_id")

    @cached_property
    def answers(self):
        """What each customer has said about news, in order."""
        return self._by(self.all(Consent, Consent.at, Consent.id), "customer_id")

    @cached_property
    def refusals(self):
        return self.all(Refusal)

    @cached_property
    def suppressed(self):
        return {(row.shop_id, row.address): row for row in self.all(Suppression)}

    @cached_property
    def graphs(self):
        return {id: Graph.from_json(version.graph) for id, version in self.versions.items()}

    @cached_property
    def plans(self):
        """The plans that can be read, by version."""
        return {id: plan for id, plan in plans(list(self.versions)).items() if isinstance(plan, Plan)}

    @cached_property
    def policies(self):
        return {shop_id: Policy.of(shop_id) for shop_id in self.shops}

    @cached_property
    def times(self):
        """The time in each shop."""
        return {shop_id: clock.now(shop_id) for shop_id in self.shops}

    @cached_property
    def witnessed(self):
        """What the witness wrote down, where there is one."""
        if not inspect(db.session.connection()).has_table("witness"):
            return []
        return list(db.session.execute(db.text("SELECT name, about, row_id FROM witness")))

    @staticmethod
    def _by(rows, name):
        found = defaultdict(list)
        for row in rows:
            found[getattr(row, name)].append(row)
        return found
