"""A new reminder, step by step: what, by which way, when, with which e-mails, then a last look (REMIND-09).

From the third step on it is an ordinary automation that is off: whoever stops here finds it in the list.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.extensions import db
from app.forms.flows import NameForm
from app.forms.recipes import Wizard
from app.forms.reminders import WhenForm
from app.models import Flow, drafts
from app.passwords import token
from app.telling import names_in, tell
from app.unit import unit
from app.views import flow_backfill, flows
from app.views.preflight import lacks, mails_stay, unplugged, willing
from app.views.recipe_making import make
from app.views.recipes import offered
from app.views.reminders import SUBJECTS, emails_of, find
from graph.model import Graph
from graph.recipes import Recipe, all_recipes
from graph.story import sentences
from graph.words import Words

pages = Blueprint("reminders_wizard", __name__)
Page = str | Response | tuple[str, int]


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/reminders/new")
def choose() -> str:
    """Ask what to remind of: a cart or a checkout that was left."""
    return render_template("reminders/choose.html", recipes=kinds(), step=1)


@pages.get("/reminders/new/<recipe>")
def channel(recipe: str) -> str:
    """Ask by which way: e-mail."""
    return render_template("reminders/channel.html", recipe=kind(recipe), step=2)


@pages.route("/reminders/new/<recipe>/when", methods=["GET", "POST"])
def when(recipe: str) -> Page:
    """Ask when, and whether there is a second e-mail; then make it, still off (REMIND-10 to 12)."""
    chosen = kind(recipe)
    form = WhenForm(data={"name": tell(Words(chosen.title))})
    if not form.validate_on_submit():
        page = render_template("reminders/when.html", recipe=chosen, form=form, step=3)
        return page, 422 if form.is_submitted() else 200
    flow_id = unit(lambda: made(chosen, form))
    return redirect(url_for("reminders_wizard.compose", flow_id=flow_id))


@pages.get("/reminders/<int:flow_id>/compose")
def compose(flow_id: int) -> str:
    """Show the e-mails as they are, each with the way into its editor."""
    flow = find(flow_id)
    emails = emails_of(Graph.from_json(flow.draft))
    return render_template("reminders/compose.html", flow=flow, emails=emails, step=4)


@pages.route("/reminders/<int:flow_id>/review", methods=["GET", "POST"])
def review(flow_id: int) -> Page:
    """Tell it in plain words, name it, ask about the past, and turn it on (REMIND-13)."""
    flow = find(flow_id)
    form = NameForm(data={"name": flow.name})
    missing = lacks(flow, g.shop)
    if request.method == "POST" and form.validate() and not missing:
        return activated(flow_id, form.name.data or "")
    graph = Graph.from_json(flow.draft)
    page = render_template(
        "reminders/review.html", flow=flow, form=form, lacks=missing, step=5,
        unplugged=[*unplugged(g.shop), *willing(flow, g.shop)],
        told=sentences(graph, names_in(g.shop)), question=flow_backfill.Question(flow), stays=mails_stay(g.shop),
        audience=graph.settings["audience"],
    )  # fmt: skip
    return page, 422 if request.method == "POST" else 200


def activated(flow_id: int, name: str) -> Response:
    """Name it and turn it on with whom was chosen of the past."""
    wanted = flow_backfill.chosen(request.form)

    def work() -> flows.SwitchedOn | None:
        flow = find(flow_id)
        stamp = drafts.Stamp(flow.revision, token()[:40], clock.now(g.shop.id), g.user.id)
        return flows.switched_on(flow_id, wanted) if drafts.rename(flow, name, stamp) else None

    if done := unit(work):
        doorbell.ring("enrol", g.shop.id)
        flash(flows.said_on(done))
    return redirect(url_for("reminders.index"))


def kinds() -> list[Recipe]:
    """Return the templates that start with a left cart or checkout and write at most twice, the checkout first."""
    return [each for each in all_recipes() if subject(each) in SUBJECTS and len(each.emails) <= 2]


def kind(name: str) -> Recipe:
    """Return one of them, or answer 404."""
    return next((each for each in kinds() if each.name == name), None) or abort(404)


def subject(recipe: Recipe) -> str:
    """Return what a template waits for to go silent, or ""."""
    sweep = recipe.graph.sweep
    return sweep.subject if sweep else ""


def made(recipe: Recipe, form: WhenForm) -> int:
    """Make the automation from its template and these answers, inside the caller's unit; return its id."""
    typed = {"name": form.name.data, "audience": recipe.graph.settings["audience"], "coupon_how": "none"}
    durations = {f"{field.name}-{part}": str(field.default[part]) for field in recipe.fields
                 if field.type == "duration" for part in ("amount", "unit")}  # fmt: skip
    first = next(field.name for field in recipe.fields if field.type == "duration")
    durations |= {f"{first}-amount": str(form.delay.data), f"{first}-unit": form.delay_unit.data}
    twice = {field.name: "on" for field in recipe.fields if field.type == "yes_no" and form.second.data}
    wizard = Wizard(recipe, offered(), g.shop.currency, MultiDict(typed | durations | twice))
    if not wizard.valid():
        abort(422)
    flow_id = make(wizard, on=False).flow_id
    flow = db.session.get_one(Flow, flow_id)
    flow.draft = patient(Graph.from_json(flow.draft), form).to_json()
    return flow_id


def patient(graph: Graph, form: WhenForm) -> Graph:
    """Return the drawing waiting as long for the opening of the first e-mail as was asked."""
    span = {"amount": form.after.data, "unit": form.after_unit.data}
    nodes = [replace(node, settings={**node.settings, "at_most": span}) if "at_most" in node.settings else node
             for node in graph.nodes]  # fmt: skip
    return replace(
        graph, nodes=tuple(nodes), settings={**graph.settings, "backfill": {"days": 14, "again": False}}
    )
