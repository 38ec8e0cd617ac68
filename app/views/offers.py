"""Offers after a purchase: which there are, what they brought in thirty days, and their switch.

An offer is an ordinary automation with a step that grants one; this is its other door. Its figures stand here and
nowhere else (OFFER-13 to OFFER-16).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.extensions import db
from app.models import Coupon, Flow, Offer, figures
from app.models.figures import Brought
from app.models.periods import Period
from app.unit import unit
from app.views import flows
from app.views.flow_page import running_in
from app.views.preflight import lacks
from graph.model import BadGraph, Graph
from graph.recipes import offers
from graph.recipes.offers import Promise

pages = Blueprint("offers", __name__)


@dataclass(frozen=True)
class Shown:
    """One offer as its pages show it. `graph` is what runs, or what is drawn while it is off."""

    flow: Flow
    graph: Graph
    coupon: Coupon | None
    brought: Brought

    @property
    def promise(self) -> Promise:
        """What it promises."""
        return offers.promised(self.graph)

    @property
    def state(self) -> str:
        """live, paused (suspended), off, or draft before it was ever published."""
        return "draft" if self.flow.status == "off" and not self.flow.activated_at else self.flow.status

    @property
    def step(self) -> str:
        """The id of the step that grants it."""
        node = offers.step(self.graph)
        return node.id if node else ""


def register(app: Flask) -> None:
    """Put these pages on the application, with the wizard and the channel."""
    from app.views import offers_channel, offers_wizard

    app.jinja_env.globals.update(offers_only=lambda flow: offers.only(flow.draft))
    app.register_blueprint(pages)
    offers_wizard.register(app)
    offers_channel.register(app)


@pages.get("/offers")
def index() -> str:
    """List the shop's offers with what they brought over thirty days, deleted ones that were not forgotten too."""
    brought = figures.offers(g.shop.id, lately())
    total = reduce(add, brought.values(), Brought())
    return render_template("offers/index.html", offers=shown(brought), total=total)


@pages.get("/offers/<int:flow_id>")
def show(flow_id: int) -> str:
    """Show one offer: its state, its figures, what customers see, and who holds it unused."""
    offer, now = find(flow_id), clock.now(g.shop.id)
    held = Offer.unused(g.shop.id, flow_id, now)
    missing = lacks(offer.flow, g.shop) if offer.flow.status != "live" else []
    return render_template(
        "offers/show.html", offer=offer, flow=offer.flow, held=held, lacks=missing, now=now
    )


@pages.post("/offers/<int:flow_id>/on")
def turn_on(flow_id: int) -> Response:
    """Publish it, when nothing is missing; else say what is."""
    if missing := lacks(find(flow_id).flow, g.shop):
        flash(ngettext("One thing is missing first.", "%(num)s things are missing first.", len(missing)))
    elif unit(lambda: flows.switched_on(flow_id)):
        doorbell.ring("enrol", g.shop.id)
        flash(_("It is on. Whoever buys from now on is given the offer."))
    return redirect(url_for("offers.show", flow_id=flow_id))


@pages.post("/offers/<int:flow_id>/off")
def turn_off(flow_id: int) -> Response:
    """Take it from everybody's sight; codes in customers' hands live on (OFFER-18, OFFER-27)."""
    find(flow_id)
    if unit(lambda: flows.switched_off(flow_id)):
        flash(_("It is off, and nobody sees it any more. Codes that were given still work."))
    return redirect(url_for("offers.show", flow_id=flow_id))


@pages.post("/offers/<int:flow_id>/delete")
def delete(flow_id: int) -> Response:
    """Take it away with its figures (OFFER-21), and its code too when that is asked for (OFFER-18)."""
    offer, now = find(flow_id), clock.now(g.shop.id)
    coupon_id = offer.promise.coupon if "withdraw" in request.form else None
    unit(lambda: _deleted(flow_id, coupon_id, now))
    flash(_("The offer is deleted, and its figures with it."))
    return redirect(url_for("offers.index"))


def _deleted(flow_id: int, coupon_id: int | None, now: Any) -> None:
    flows.noted("deleted", flow_id, Flow.delete(g.shop.id, flow_id, now, forget=True))
    if coupon_id:
        mine = update(Coupon).where(Coupon.shop_id == g.shop.id, Coupon.id == coupon_id)
        db.session.execute(mine.values(status="deleted"))


def shown(brought: dict[int, Brought]) -> list[Shown]:
    """Return the shop's offers: those that run first, then by name."""
    mine = select(Flow).where(Flow.shop_id == g.shop.id, Flow.status != "deleted")
    running, coupons = running_in(g.shop.id), _coupons()
    every = [
        _one(flow, running.get(flow.id, flow.draft), coupons, brought) for flow in db.session.scalars(mine)
    ]
    found = [each for each in every if each]
    return sorted(
        found, key=lambda each: (each.flow.status == "off", each.flow.name.casefold(), each.flow.id)
    )


def _one(flow: Flow, graph: Any, coupons: dict[int, Coupon], brought: dict[int, Brought]) -> Shown | None:
    """Return a flow as an offer, or None when it grants none."""
    read = drawn(graph)
    if read is None or not offers.step(read):
        return None
    coupon = coupons.get(offers.promised(read).coupon or 0)
    return Shown(flow, read, coupon, brought.get(flow.id, Brought()))


def find(flow_id: int) -> Shown:
    """Return this shop's offer, or answer 404 when there is none or the automation grants none."""
    mine = select(Flow).where(Flow.shop_id == g.shop.id, Flow.id == flow_id, Flow.status != "deleted")
    if (flow := db.session.scalar(mine)) is None:
        abort(404)
    known = {flow_id: figures.offer(g.shop.id, flow_id, lately())}
    return _one(flow, running_in(g.shop.id).get(flow_id, flow.draft), _coupons(), known) or abort(404)


def lately() -> Period:
    """Return the days over which an offer's figures are counted (OFFER-14)."""
    return Period.rolling(clock.now(g.shop.id), g.shop.timezone)


def drawn(graph: Any) -> Graph | None:
    """Return a stored graph, or None when it cannot be read."""
    try:
        return Graph.from_json(graph)
    except BadGraph:
        return None


def _coupons() -> dict[int, Coupon]:
    mine = select(Coupon).where(Coupon.shop_id == g.shop.id, Coupon.status == "active")
    return {coupon.id: coupon for coupon in db.session.scalars(mine)}
