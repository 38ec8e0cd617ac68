"""Templates: the gallery, and the wizard that makes one of them the shop's own automation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select, update
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.emails.preview import preview as rendered
from app.extensions import db
from app.forms.recipes import Wizard
from app.forms.sender import SenderForm
from app.languages import LANGUAGES
from app.models import Coupon, Flow, Shop
from app.models.attention import missing
from app.telling import names_in, tell
from app.unit import unit
from app.views import coupons
from app.views.editor_drawing import SORTS
from app.views.flows import said_on
from app.views.framed import framed
from app.views.preflight import mails_stay, of_shop, unplugged
from app.views.recipe_making import Made, make
from app.views.recipe_review import UNMADE, Review
from graph import geometry, recipes
from graph.recipes import Recipe
from graph.words import Words

pages = Blueprint("recipes", __name__)
PURPOSES = {
    "recover": (_l("Bring back"), _l("For people who were about to buy, and for things that they wanted.")),
    "welcome": (_l("Welcome"), _l("For the first days, and for the days that matter.")),
    "thank": (_l("After a purchase"), _l("For those who have just bought, so that they buy again.")),
    "win_back": (_l("Win back"), _l("For customers and readers who have become silent.")),
    "orders": (_l("Orders and stock"), _l("For what must not be forgotten.")),
}
STEPS = ("choices", "emails", "review")


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/templates")
def index() -> str:
    """Show the gallery by purpose, or the part of it that serves one, or that a search finds (AUTO-05)."""
    purpose, text = request.args.get("purpose", ""), request.args.get("q", "").strip()[:60]
    shown = [recipe for recipe in recipes.all_recipes() if serves(recipe, purpose, text)]
    drawn = {recipe.name: geometry.layout(recipe.graph) for recipe in shown}
    return render_template("recipes/index.html", groups=grouped(shown), purposes=PURPOSES, purpose=purpose, text=text,
                           used=in_use(), drawn=drawn, sorts=sorts, ready=ready)  # fmt: skip


def ready(recipe: Recipe) -> int:
    """Return how many e-mails a recipe sends as it comes, before anything is added to it."""
    wizard = Wizard(recipe, {}, g.shop.currency, MultiDict()).as_it_comes()
    return len(recipe.emails_for(wizard.answers(UNMADE)))


def serves(recipe: Recipe, purpose: str, text: str) -> bool:
    """Whether a recipe is shown: of the purpose chosen, and with each word that was typed in its title or sentence."""
    said = f"{tell(Words(recipe.title))} {tell(Words(recipe.sentence))}".casefold()
    fits = purpose not in PURPOSES or recipe.purpose == purpose
    return fits and all(word in said for word in text.casefold().split())


def grouped(shown: list[Recipe]) -> list[tuple[object, object, list[Recipe]]]:
    """Return (title, sentence, recipes) of each group that has any: what works as it comes, then each purpose."""
    ready = (_l("Ready in one click"), _l("They work as they come. Look them over and turn them on."))
    groups = [(*ready, [recipe for recipe in shown if recipe.one_click])]
    groups += [
        (title, sentence, [recipe for recipe in shown if recipe.purpose == name and not recipe.one_click])
        for name, (title, sentence) in PURPOSES.items()
    ]
    return [group for group in groups if group[2]]


@pages.route("/templates/<name>", methods=["GET", "POST"])
def show(name: str) -> str | Response | tuple[str, int]:
    """Ask the template's few questions, show its e-mails, tell it in plain words, and make it (AUTO-09, REMIND-09)."""
    wizard = Wizard(
        find(name), offered(), g.shop.currency, request.form if request.method == "POST" else MultiDict()
    )
    step = request.form.get("step", "choices")
    if request.method == "GET" and request.args.get("step") == "review" and wizard.recipe.one_click:
        wizard, step = wizard.as_it_comes(), "review"
    if request.method == "POST" and (not wizard.valid() or clashes(wizard)):
        return screen(wizard, "choices"), 422
    if step == "on" and not introduced():
        return screen(wizard, "review"), 422
    if step in ("on", "later"):
        return finished(unit(lambda: make(wizard, on=step == "on" and not of_shop(g.shop))))
    known = step in STEPS and (step != "emails" or wizard.recipe.emails)
    return screen(wizard, step if known else "choices")


@pages.get("/templates/<name>/preview/<email>")
def preview(name: str, email: str) -> Response:
    """Show one of the template's e-mails as an invented customer would get it, in a frame of its own."""
    designs = find(name).emails.get(email) or abort(404)
    locale = request.args.get("locale", "")
    if locale not in LANGUAGES:
        abort(404)
    design = designs if "coupon" in request.args else without_coupon(designs)
    return framed(rendered(design, locale, g.shop).html)


def find(name: str) -> Recipe:
    """Return the recipe, or answer 404."""
    return recipes.recipe(name) if name in recipes.NAMES else abort(404)


def screen(wizard: Wizard, step: str) -> str:
    """Return one screen of the wizard."""
    steps = [each for each in STEPS if each != "emails" or wizard.recipe.emails]
    return render_template(
        f"recipes/{step}.html", wizard=wizard, recipe=wizard.recipe, steps_asked=steps, step=steps.index(step) + 1,
        names=names_in(g.shop),
        review=Review(wizard, g.shop) if step != "choices" else None, who=who_writes(),
        layout=geometry.layout(wizard.recipe.graph), sorts=sorts(wizard.recipe), unplugged=unplugged(g.shop),
        stays=mails_stay(g.shop), mine=in_use().get(wizard.recipe.name),
    )  # fmt: skip


def who_writes() -> SenderForm:
    """Return the form for what a lawful e-mail of this shop lacks; without a field when nothing does."""
    form = SenderForm.asking(missing(g.shop), request.form)
    if request.form.get("step") == "on" and form._fields:
        form.validate()
    return form


def introduced() -> bool:
    """Keep who writes, where that was still missing; False when something is not right yet."""
    form = who_writes()
    if form._fields and not form.errors:
        shop_id = g.shop.id
        unit(lambda: db.session.execute(update(Shop).where(Shop.id == shop_id).values(**form.told())))
        db.session.refresh(g.shop)
    return not form.errors


def finished(made: Made) -> Response:
    """Lead to the page of the automation that was made."""
    if made.on:
        doorbell.ring("enrol", g.shop.id)
        flash(said_on(made.on))
    else:
        flash(_("Kept. Turn it on whenever you like."))
    return redirect(url_for("flows.show", flow_id=made.flow_id))


def clashes(wizard: Wizard) -> bool:
    """Whether the new coupon's shared code is taken; its form then says so."""
    return wizard.makes_coupon and coupons.taken(wizard.coupon, None)


def offered() -> dict[int, str]:
    """Return the coupons that can still be given, by id, the latest first."""
    now = clock.now(g.shop.id)
    usable = select(Coupon.id, Coupon.name).where(Coupon.shop_id == g.shop.id, Coupon.status == "active")
    usable = usable.where(or_(Coupon.ends_at.is_(None), Coupon.ends_at > now))
    return dict(db.session.execute(usable.order_by(Coupon.id.desc())).all())


def in_use() -> dict[str, Flow]:
    """Return the automations that this shop has made of recipes, one of each: one that is on before any other."""
    made = select(Flow).where(Flow.shop_id == g.shop.id, Flow.recipe != "")
    made = made.where(Flow.status.not_in(("deleted", "hand"))).order_by(Flow.status == "live", Flow.id)
    return {flow.recipe: flow for flow in db.session.scalars(made)}


def sorts(recipe: Recipe) -> dict[str, str]:
    """Return the colour of each step of a recipe, by its id."""
    return {node.id: SORTS[node.described.group] for node in recipe.graph.nodes}


def without_coupon(designs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the designs as they look when no coupon was given."""
    return {
        locale: {**design, "blocks": [block for block in design["blocks"] if block.get("kind") != "coupon"]}
        for locale, design in designs.items()
    }
