"""Runs: the path that one customer took through an automation, and a hand for those who are stuck."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.extensions import db
from app.models import (
    Attribution,
    Audit,
    Call,
    Code,
    Customer,
    Flow,
    Mail,
    Message,
    Order,
    Run,
    Step,
    Version,
    inflight,
)
from app.telling import names_in
from app.unit import unit
from app.views.run_path import Traveller, ending, path
from graph.model import Graph

pages = Blueprint("runs", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/runs/<int:run_id>")
def show(run_id: int) -> str:
    """Show one run: where it went, why, what it sent, and where it is now."""
    run = find(run_id)
    steps = db.session.scalars(select(Step).where(Step.run_id == run.id).order_by(Step.visit))
    stops = path(traveller(run), list(steps))
    flow, customer = db.session.get(Flow, run.flow_id), db.session.get(Customer, run.customer_id)
    return render_template("runs/show.html", run=run, flow=flow, customer=customer, stops=stops, ending=ending(run),
                           orders=credited(run), mails=mails_of(run), calls=calls_of(run),
                           now=clock.now(g.shop.id))  # fmt: skip


@pages.post("/runs/<int:run_id>/retry")
def retry(run_id: int) -> Response:
    """Let a stuck run try its step again."""
    run, now = find(run_id), clock.now(g.shop.id)
    version = run.version_id
    if unit(lambda: Run.unpark(g.shop.id, run_id, now)):
        doorbell.ring("advance", version)
        flash(_("It tries again now."))
    return redirect(url_for("runs.show", run_id=run_id))


@pages.post("/runs/<int:run_id>/skip")
def skip(run_id: int) -> Response:
    """Take one customer out of the automation, before the step that cannot be carried out."""
    find(run_id)
    if unit(lambda: take_out(run_id)):
        flash(_("This customer is out of the automation."))
    return redirect(url_for("runs.show", run_id=run_id))


def find(run_id: int) -> Run:
    """Return this shop's run, or answer 404."""
    return db.session.scalar(select(Run).where(Run.id == run_id, Run.shop_id == g.shop.id)) or abort(404)


def take_out(run_id: int) -> bool:
    """End one run and call back what it has not sent yet; False when it had ended already."""
    shop_id, now = g.shop.id, clock.now(g.shop.id)
    if not Run.cancel(now, "skipped", shop_id=shop_id, id=run_id):
        return False
    Message.cancel("skipped", Message.shop_id == shop_id, Message.run_id == run_id)
    db.session.add(
        Audit(shop_id=shop_id, user_id=g.user.id, act="took_out", subject=f"run:{run_id}", data={}, at=now)
    )
    return True


def traveller(run: Run) -> Traveller:
    """Return a run with all that its path shows."""
    version = db.session.get(Version, run.version_id)
    assert version is not None
    messages = db.session.scalars(select(Message).where(Message.run_id == run.id).order_by(Message.id))
    codes = db.session.scalars(select(Code).where(Code.run_id == run.id).order_by(Code.id))
    before = (db.session.get_one(Version, move.from_id) for move in inflight.migrations(run.id))
    graphs = tuple(Graph.from_json(each.graph) for each in before)
    return Traveller(
        run, Graph.from_json(version.graph), names_in(g.shop), list(messages), list(codes), graphs
    )


def calls_of(run: Run) -> list[Call]:
    """Return what a run told other systems."""
    theirs = select(Call).where(Call.run_id == run.id, Call.shop_id == run.shop_id).order_by(Call.id)
    return list(db.session.scalars(theirs))


def credited(run: Run) -> list[tuple[Order, Attribution]]:
    """Return the orders that this run is credited with."""
    orders = select(Order, Attribution).join(Attribution, Attribution.order_id == Order.id)
    return [tuple(row) for row in db.session.execute(orders.where(Attribution.run_id == run.id))]


def mails_of(run: Run) -> dict[int, int]:
    """Return the mailbox's mail of each message of a run, where the built-in mailbox took it."""
    mails = select(Mail.message_id, Mail.id).join(Message, Message.id == Mail.message_id)
    return dict(db.session.execute(mails.where(Message.run_id == run.id, Mail.shop_id == run.shop_id)).all())
