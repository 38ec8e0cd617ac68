"""Turning an automation on: from now on only, or with whom of the days before, counted and named first (C1, C2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import clock
from app.extensions import db
from app.models import Customer, Flow, backfills, drafts
from app.models.backfills import LONGEST, PRESET, Backfill
from app.views.preflight import lacks
from graph.model import BadGraph, Graph

pages = Blueprint("flow_backfill", __name__)
SHOWN = 300  # people that one may choose among: the latest


def register(app: Flask) -> None:
    """Put these pages on the application, and the question into the dialog of every automation."""
    app.jinja_env.globals.update(backfill_of=Question)
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/start")
def show(flow_id: int) -> str | Response:
    """Ask whom of the past it shall take in, with numbers and names."""
    flow = find(flow_id)
    if flow.status == "live" or lacks(flow, g.shop):
        return redirect(url_for("flows.show", flow_id=flow_id))
    question = Question(flow, days_of(request.args))
    return render_template(
        "flows/start.html", flow=flow, question=question, way=request.args.get("choose", "")
    )


@pages.get("/automations/<int:flow_id>/start/count")
def count(flow_id: int) -> str:
    """Say how many people so many days back would take in; the page asks while one types."""
    return render_template("flows/start_count.html", question=Question(find(flow_id), days_of(request.args)))


def find(flow_id: int) -> Flow:
    """Return this shop's flow, or answer 404."""
    return drafts.find(flow_id, g.shop.id) or abort(404)


def days_of(form: Mapping[str, str]) -> int | None:
    """Return the number of days that was typed, within bounds, or None."""
    typed = form.get("days", "").strip()
    return (
        min(max(int(typed), 1), LONGEST) if typed.isascii() and typed.isdigit() and len(typed) < 4 else None
    )


def chosen(form: MultiDict[str, str]) -> Backfill | None:
    """Return what a form chose, or None when it did not ask: then the automation's own settings say it."""
    days = days_of(form) or PRESET
    match form.get("backfill"):
        case "none":
            return Backfill()
        case "days":
            return Backfill(days)
        case "these":
            ids = (text for text in form.getlist("person") if text.isascii() and text.isdigit())
            return Backfill(days, frozenset(int(text) for text in ids))
    return None


class Question:
    """Whom turning a flow on could take in: how many in so many days, and who."""

    def __init__(self, flow: Flow, days: int | None = None) -> None:
        self.flow, self.now = flow, clock.now(flow.shop_id)
        try:
            self.graph: Graph | None = Graph.from_json(flow.draft)
        except BadGraph:
            self.graph = None
        self.asked = Backfill.asked_by(flow, self.graph).days if self.graph else 0
        self.days = days or self.asked or PRESET
        self._rows: list[dict[str, Any]] | None = None

    @property
    def possible(self) -> bool:
        """Whether there is a past to look at: a resting automation goes on with those who are in it."""
        return self.graph is not None and self.flow.status != "paused" and backfills.looks_back(self.graph)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What was left in these days and could begin a run now."""
        if self._rows is None:
            drawn = self.graph if self.possible else None
            found = (
                backfills.eligible(self.flow.shop_id, self.flow.id, drawn, self.days, self.now)
                if drawn
                else []
            )
            self._rows = found
        return self._rows

    @property
    def people(self) -> int:
        """How many people that is."""
        return len({row["customer_id"] for row in self.rows})

    @property
    def named(self) -> list[tuple[Customer, Any]]:
        """The latest of them, with when they left something."""
        last = {row["customer_id"]: row["at"] for row in sorted(self.rows, key=lambda row: row["at"])}
        latest = sorted(last, key=lambda id: last[id], reverse=True)[:SHOWN]
        mine = select(Customer).where(Customer.shop_id == self.flow.shop_id, Customer.id.in_(latest))
        known = {customer.id: customer for customer in db.session.scalars(mine)}
        return [(known[id], last[id]) for id in latest if id in known]
