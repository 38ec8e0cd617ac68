"""Automations: the list, one automation's page, the people in it, and the switch that asks first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock, doorbell, draining
from app.extensions import db
from app.forms.flows import NameForm, StartForm
from app.models import Audit, Code, Customer, Flow, Policy, Run, backfills, by_hand, drafts, figures
from app.models.backfills import Backfill
from app.models.flows import SwitchedOff
from app.models.runs import ACTIVE, ENDED
from app.passwords import token
from app.reasons import consent_source, why, why_paused
from app.telling import called, tell
from app.unit import unit
from app.views import flow_backfill, ranges
from app.views.flow_page import STATES, FlowPage, rows
from app.views.paging import page
from app.views.preflight import lacks
from app.views.twins import Twin, made_once
from graph import catalogue
from graph.model import Graph, Node
from graph.recipes import offers
from graph.words import Words

pages = Blueprint("flows", __name__)
FEW = 8  # as many automations as are found without a filter


def register(app: Flask) -> None:
    """Put these pages on the application, and the words that they share with other pages."""
    app.jinja_env.filters.update(called=called, why=why, why_paused=why_paused, tell=tell)
    app.jinja_env.filters.update(consent_source=consent_source)
    app.jinja_env.filters.update(told=lambda msgid: tell(Words(msgid)))
    app.register_error_handler(Twin, made_once)
    app.register_blueprint(pages)


@pages.get("/automations")
def index() -> str:
    """List the shop's automations with their figures, and those of all together (AUTO-18, C13)."""
    text, state = request.args.get("q", "").strip(), request.args.get("state", "")
    chosen = ranges.asked()
    period = chosen.period
    brought, before = figures.by_flow(g.shop.id, period), figures.by_flow(g.shop.id, period.before)
    everything = rows(g.shop, defaultdict(lambda: figures.nothing(period.days), brought))
    found = [row for row in everything if text.casefold() in row.flow.name.casefold()]
    found = [row for row in found if state not in STATES or row.flow.status == state]
    return render_template(
        "flows/index.html", rows=found, total=len(everything), few=FEW, text=text, state=state, states=STATES,
        now=figures.added(brought.values(), period.days), before=figures.added(before.values(), period.days),
        change=figures.change, range=chosen,
    )  # fmt: skip


@pages.route("/automations/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Begin an automation from nothing but what starts it (AUTO-10), or lead to the templates."""
    form = StartForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("flows/new.html", form=form, triggers=catalogue.triggers()), status
    kind = catalogue.kind(form.trigger.data)
    graph = Graph((Node("start", kind.name, kind.defaults()),))
    flow_id = unit(lambda: add(form.name.data or "", kind.icon, graph).id)
    return redirect(url_for("editor.show", flow_id=flow_id))


@pages.get("/automations/<int:flow_id>")
def show(flow_id: int) -> str:
    """Show what one automation does, brought and holds back, and the switch (AUTO-19)."""
    chosen = ranges.asked()
    shown = FlowPage(find(flow_id), g.shop, chosen.period)
    return render_template("flows/show.html", shown=shown, flow=shown.flow, range=chosen, change=figures.change,
                           form=NameForm(name=shown.flow.name))  # fmt: skip


@pages.get("/automations/<int:flow_id>/people")
def people(flow_id: int) -> str:
    """List everybody who has been in it, by step and by state."""
    shown = FlowPage(find(flow_id), g.shop)
    node, state = request.args.get("step", ""), request.args.get("state", "")
    query = select(Run, Customer).join(Customer, Customer.id == Run.customer_id)
    query = query.where(Run.shop_id == g.shop.id, Run.flow_id == flow_id)
    query = query.where(Run.node == node) if node else query
    query = query.where(Run.status.in_(GROUPS[state])) if state in GROUPS else query
    found = page(query.order_by(Run.started_at.desc(), Run.id.desc()))
    return render_template(
        "flows/people.html", shown=shown, flow=shown.flow, page=found, node=node, state=state
    )


GROUPS = {"active": ACTIVE, "stuck": ("parked",), "ended": ENDED}


@pages.post("/automations/<int:flow_id>/name")
def name(flow_id: int) -> Response | tuple[str, int]:
    """Give it another name (REMIND-10)."""
    flow, form = find(flow_id), NameForm()
    if not form.validate_on_submit():
        flash(" ".join(form.name.errors))
        return redirect(url_for("flows.show", flow_id=flow_id))
    stamp = drafts.Stamp(flow.revision, token()[:40], clock.now(g.shop.id))
    unit(lambda: drafts.rename(find(flow_id), form.name.data or "", stamp))
    return redirect(url_for("flows.show", flow_id=flow_id))


@pages.post("/automations/<int:flow_id>/on")
def turn_on(flow_id: int) -> Response:
    """Publish the draft and let it enrol, when nothing is missing; else say what is."""
    if find(flow_id).status == "paused":  # what became overdue meanwhile wants a choice first
        return redirect(url_for("resume.show", flow_id=flow_id))
    if missing := lacks(find(flow_id), g.shop):
        flash(ngettext("One thing is missing first.", "%(num)s things are missing first.", len(missing)))
    elif request.form.get("backfill") == "people":
        return redirect(url_for("flow_backfill.show", flow_id=flow_id, choose="people"))
    elif done := unit(lambda: switched_on(flow_id, flow_backfill.chosen(request.form))):
        doorbell.ring("enrol", g.shop.id)
        flash(said_on(done))
    return redirect(url_for("flows.show", flow_id=flow_id))


@pages.post("/automations/<int:flow_id>/off")
def turn_off(flow_id: int) -> Response:
    """Switch it off: everybody in it leaves, and nothing more of it goes out (AUTO-16)."""
    find(flow_id)
    if done := unit(lambda: switched_off(flow_id, "revoke" in request.form)):
        flash(_said(done, draining.drain(flow_id) if done.handed_over else 0))
    return redirect(url_for("flows.show", flow_id=flow_id))


@pages.post("/automations/<int:flow_id>/delete")
def delete(flow_id: int) -> Response:
    """Take it away, after switching it off. Its figures stay in the totals, unless the shop wants none to (C13)."""
    now, forget = (
        clock.now(g.shop.id),
        Policy.of(g.shop.id).reset_on_delete or offers.only(find(flow_id).draft),
    )
    if done := unit(lambda: noted("deleted", flow_id, Flow.delete(g.shop.id, flow_id, now, forget))):
        if done.handed_over:
            draining.drain(flow_id)
        gone = _("The automation is deleted, and its figures with it.")
        flash(gone if forget else _("The automation is deleted. Its figures stay in your totals."))
    return redirect(url_for("flows.index"))


def find(flow_id: int) -> Flow:
    """Return this shop's flow, or answer 404."""
    flow = drafts.find(flow_id, g.shop.id)
    if flow is None and by_hand.is_flow(g.shop.id, flow_id):
        abort(
            redirect(url_for("carts.index"))
        )  # letters by hand are a run like any other, but nobody draws them
    return flow or abort(404)


def add(name: str, icon: str, graph: Graph, recipe: str = "") -> Flow:
    """Add a flow that is off, inside the caller's unit. Raises Twin when a press before this one has made it."""
    now = clock.now(g.shop.id)
    if twin := Flow.just_made(g.shop.id, name, recipe, now):
        raise Twin(url_for("flows.show", flow_id=twin))
    flow = Flow(shop_id=g.shop.id, name=name, icon=icon, recipe=recipe, draft=graph.to_json(), created_at=now,
                updated_at=now)  # fmt: skip
    db.session.add(flow)
    db.session.flush()
    return flow


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """What turning an automation on did: how many people of the past were taken in."""

    people: int


def said_on(done: SwitchedOn) -> str:
    """Return what is told to the merchant afterwards."""
    on = _("It is on. From now on it works by itself.")
    taken = ngettext("%(num)s person taken in of the days before.", "%(num)s people taken in of the days before.",
                     done.people)  # fmt: skip
    return f"{on} {taken}" if done.people else on


def switched_on(flow_id: int, wanted: Backfill | None = None) -> SwitchedOn | None:
    """Publish and switch on, inside the caller's unit, with whom was chosen of the past; None when it was on."""
    now, shop_id = clock.now(g.shop.id), g.shop.id
    version = Flow.publish(shop_id, flow_id, now)
    if version is None:
        return None
    wanted = wanted or Backfill.asked_by(find(flow_id), Graph.from_json(version.graph))
    if not Flow.switch_on(shop_id, flow_id, now):
        return None
    done = SwitchedOn(backfills.begin(shop_id, flow_id, wanted, now))
    note("switched_on", flow_id, people=done.people)
    return done


def switched_off(flow_id: int, revoke: bool = False) -> SwitchedOff | None:
    """Switch off inside the caller's unit; `revoke`: take unused codes back (C6). None when it was off already."""
    done = Flow.switch_off(g.shop.id, flow_id, clock.now(g.shop.id))
    if done is not None and revoke:
        note("revoked", flow_id, codes=Code.revoke(flow_id))
    return noted("switched_off", flow_id, done)


def noted(act: str, flow_id: int, done: SwitchedOff | None) -> SwitchedOff | None:
    """Keep who did it and what it ended; return `done`."""
    if done is not None:
        note(
            act, flow_id, cancelled=done.cancelled, called_back=done.called_back, handed_over=done.handed_over
        )
    return done


def note(act: str, flow_id: int, **figures_: int) -> None:
    """Keep who did what to a flow, and when."""
    db.session.add(Audit(shop_id=g.shop.id, user_id=g.user.id, act=act, subject=f"flow:{flow_id}", data=figures_,
                         at=clock.now(g.shop.id)))  # fmt: skip


def _said(done: SwitchedOff, still: int) -> str:
    """Return what switching off did; `still` are those for which the mail server has not answered yet."""
    said = [_("It is off.")]
    if done.cancelled:
        said.append(ngettext("%(num)s person left it.", "%(num)s people left it.", done.cancelled))
    if done.handed_over:
        said.append(ngettext("%(num)s e-mail was already at the mail server.",
                             "%(num)s e-mails were already at the mail server.", done.handed_over))  # fmt: skip
    if still:
        said.append(ngettext("For %(num)s of them it has not answered yet.",
                             "For %(num)s of them it has not answered yet.", still))  # fmt: skip
    return " ".join(said)
