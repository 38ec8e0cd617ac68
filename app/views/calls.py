"""Calls: what automations told other systems and what those answered; what was not taken can be sent once more."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.extensions import db
from app.models import Call, Customer, Flow
from app.unit import unit
from app.views.paging import page

pages = Blueprint("calls", __name__)
WAYS = {"failed": ("failed",), "waiting": ("waiting", "calling"), "done": ("done",)}


def register(app: Flask) -> None:
    """Put these pages on the application, and how many calls failed at hand of the page that leads here."""
    app.jinja_env.globals.update(failed_calls=failed)
    app.register_blueprint(pages)


@pages.get("/calls")
def index() -> str:
    """List the shop's calls, those that failed unless others are asked for, the newest first."""
    shown = request.args.get("show", "failed")
    shown = shown if shown in WAYS else "failed"
    mine = select(Call).where(Call.shop_id == g.shop.id, Call.state.in_(WAYS[shown]))
    found = page(mine.order_by(Call.id.desc()))
    return render_template("calls/index.html", page=found, shown=shown, counts=counted(), **about(found.rows))


@pages.post("/calls/<int:call_id>/again")
def again(call_id: int) -> Response:
    """Try one call once more, under the id that it had: who took it already can tell."""
    shop_id = g.shop.id
    known = select(Call.id).where(Call.id == call_id, Call.shop_id == shop_id)
    if db.session.scalar(known) is None:
        abort(404)
    unit(lambda: Call.revive(shop_id, clock.now(shop_id), Call.id == call_id))
    doorbell.ring("call", shop_id)
    flash(_("It is tried once more."))
    return redirect(url_for("calls.index"))


@pages.post("/calls/again")
def again_all() -> Response:
    """Try every call that failed once more."""
    shop_id = g.shop.id
    count = unit(lambda: Call.revive(shop_id, clock.now(shop_id)))
    doorbell.ring("call", shop_id)
    flash(ngettext("%(num)s note is tried once more.", "%(num)s notes are tried once more.", count))
    return redirect(url_for("calls.index"))


def failed() -> int:
    """Return how many of the shop's calls failed."""
    return counted()["failed"]


def counted() -> dict[str, int]:
    """Return how many calls there are of each way to look at them."""
    states = select(Call.state, func.count()).where(Call.shop_id == g.shop.id).group_by(Call.state)
    found = {state: count for state, count in db.session.execute(states)}
    return {name: sum(found.get(state, 0) for state in states) for name, states in WAYS.items()}


def about(calls: list[Call]) -> dict[str, dict[int, str]]:
    """Return the names of the automations and customers of some calls, by id."""
    flows = select(Flow.id, Flow.name).where(
        Flow.shop_id == g.shop.id, Flow.id.in_({call.flow_id for call in calls})
    )
    ids = {call.customer_id for call in calls}
    people = db.session.scalars(select(Customer).where(Customer.shop_id == g.shop.id, Customer.id.in_(ids)))
    who = {each.id: f"{each.first_name} {each.last_name}".strip() or each.email or "" for each in people}
    return {"flows": {id: name for id, name in db.session.execute(flows)}, "people": who}
