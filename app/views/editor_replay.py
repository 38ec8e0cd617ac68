"""Replay: the people of an automation, and the path of one of them laid over the drawing that they went through."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, g, render_template, request
from sqlalchemy import Select, select

from app import clock
from app.extensions import db
from app.models import Customer, Flow, Run, Step, Version
from app.models.runs import ACTIVE, ENDED
from app.views.editor_drawing import Drawing
from app.views.editor_mine import mine
from app.views.paging import page
from app.views.run_path import ending, path
from app.views.runs import find, mails_of, traveller
from graph.model import Graph

pages = Blueprint("replay", __name__)
STATES = {"active": ACTIVE, "stuck": ("parked",), "ended": ENDED}


def register(app: Flask) -> None:
    """Put the replay on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/replay")
def people(flow_id: int) -> str:
    """List the latest people over the drawing that runs, all of them or those of one step."""
    flow, step, state = mine(flow_id), request.args.get("step", ""), request.args.get("state", "")
    drawing = drawn(flow, flow.version_id)
    found = page(_people(flow, step, state))
    return render_template("editor/people.html", drawing=drawing, page=found, step=step, state=state,
                           funnel=drawing.counts.of(step) if step else None)  # fmt: skip


@pages.get("/automations/<int:flow_id>/replay/<int:run_id>")
def show(flow_id: int, run_id: int) -> str:
    """Show the path of one run, on the drawing of the version that it went through."""
    flow, run = mine(flow_id), find(run_id)
    steps = db.session.scalars(select(Step).where(Step.run_id == run.id).order_by(Step.visit))
    version = db.session.get_one(Version, run.version_id)
    return render_template(
        "editor/replay.html", drawing=drawn(flow, version.id), run=run, version=version, mails=mails_of(run),
        stops=path(traveller(run), list(steps)), ending=ending(run), now=clock.now(g.shop.id),
        customer=db.session.get(Customer, run.customer_id), is_old=version.id != flow.version_id,
    )  # fmt: skip


def drawn(flow: Flow, version_id: int | None) -> Drawing:
    """Return a drawing of one version of a flow, or of its draft while nothing was published."""
    drawing = Drawing(flow, g.shop)
    version = db.session.get(Version, version_id) if version_id else None
    if version is not None:
        drawing.graph = Graph.from_json(version.graph)
    return drawing


def _people(flow: Flow, step: str, state: str) -> Select[Any]:
    """Return who is or was in it; of a step, those who stand there or came by."""
    query = select(Run, Customer).join(Customer, Customer.id == Run.customer_id)
    query = query.where(Run.shop_id == flow.shop_id, Run.flow_id == flow.id)
    if step:
        came_by = select(Step.run_id).where(Step.flow_id == flow.id, Step.node == step)
        query = query.where((Run.node == step) | Run.id.in_(came_by))
    if state == "here":
        query = query.where(Run.node == step, Run.status.in_(ACTIVE))
    elif state in STATES:
        query = query.where(Run.status.in_(STATES[state]))
    return query.order_by(Run.started_at.desc(), Run.id.desc())
