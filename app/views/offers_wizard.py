"""The wizard of an offer: a code made here or chosen, a banner, *Publish* or *Finish later*. The same page edits it."""

from __future__ import annotations

from functools import cached_property

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.extensions import db
from app.forms.coupons import OfferCouponForm
from app.forms.offers import OfferForm, filled
from app.models import Coupon, Flow, drafts
from app.models.drafts import Stamp
from app.passwords import token
from app.unit import unit
from app.views import coupon_warnings, coupons, flows, offers
from app.views.preflight import Lack, of_channel
from app.views.recipes import offered
from graph.model import Graph
from graph.recipes.offers import Promise, build, promising
from graph.words import M, Words

pages = Blueprint("offers_wizard", __name__)
INLINE = "new-"  # begins the names of the inline coupon's fields
ICON = "gift"


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


class Wizard:
    """The forms of one offer: a new one, or the one that is edited."""

    def __init__(self, shown: offers.Shown | None) -> None:
        self.shown = shown
        values = (
            filled(shown.flow.name, shown.promise) if shown else {"name": _("Thank you for your purchase")}
        )
        self.form = OfferForm(offered(), unfit(), data=values)
        named = {"name": _("Thank you for your purchase"), "prefix": coupons.free(_("THANKS"))}
        self.coupon = OfferCouponForm(
            formdata=request.form or None, prefix=INLINE, meta={"currency": g.shop.currency, "csrf": False}, data=named,
        )  # fmt: skip
        self.form.asks_all = request.form.get("step") != "later"

    @property
    def lacks(self) -> list[Lack]:
        """What keeps an offer from being made at all (OFFER-01)."""
        return of_channel(g.shop)

    @cached_property
    def warnings(self) -> list[str]:
        """What a merchant should know before it is published (OFFER-07, OFFER-11)."""
        flow_id = self.shown.flow.id if self.shown else 0
        if self.form.makes_coupon:
            shared = "" if self.coupon.personal.data == "yes" else self.coupon.prefix.data or ""
            return coupon_warnings.of_words(shared, self.form.title.data, self.form.text.data)
        graph = build(self.form.promise(self.form.coupon_id.data))
        return coupon_warnings.of_template(g.shop.id, graph, flow_id)

    def valid(self) -> bool:
        """Whether all that was typed is right; each form says what is not."""
        right = [self.form.validate()]
        if self.form.makes_coupon:
            right += [self.coupon.validate() and not coupons.taken(self.coupon, None)]
        return all(right)


@pages.route("/offers/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Make an offer, unless the shop channel is missing or does not sell (OFFER-01)."""
    wizard = Wizard(None)
    if request.method == "GET" or wizard.lacks:
        return screen(wizard), 200 if request.method == "GET" else 422
    return taken(wizard)


@pages.route("/offers/<int:flow_id>/edit", methods=["GET", "POST"])
def edit(flow_id: int) -> str | Response | tuple[str, int]:
    """Change an offer, while it is on too: what customers hold already stays as it is (OFFER-08, OFFER-19)."""
    wizard = Wizard(offers.find(flow_id))
    return screen(wizard) if request.method == "GET" else taken(wizard)


def taken(wizard: Wizard) -> str | Response | tuple[str, int]:
    """Do what the pressed button says, once everything is right and what there is to know was shown."""
    step = "later" if request.form.get("step") == "later" else "publish"
    if not wizard.valid():
        return screen(wizard), 422
    if step == "publish" and wizard.warnings and "warned" not in request.form:
        return screen(wizard, warned=True)
    flow_id = unit(lambda: kept(wizard, on=step == "publish"))
    doorbell.ring("enrol", g.shop.id)
    flash(_("It is on. Whoever buys from now on is given the offer.") if step == "publish" else _("Kept."))
    return redirect(url_for("offers.show", flow_id=flow_id))


def screen(wizard: Wizard, warned: bool = False) -> str:
    """Return the wizard's page."""
    return render_template(
        "offers/wizard.html", wizard=wizard, form=wizard.form, shown=wizard.shown, warned=warned
    )


def kept(wizard: Wizard, on: bool) -> int:
    """Keep the offer inside the caller's unit, and publish it when asked to; return its id."""
    form = wizard.form
    chosen = coupons.add(wizard.coupon).id if form.makes_coupon else form.coupon_id.data
    flow = _changed(wizard, form.promise(chosen)) if wizard.shown else _added(form, form.promise(chosen))
    if on and flow.status == "live":
        Flow.publish(g.shop.id, flow.id, clock.now(g.shop.id))
        flows.note("published", flow.id)
    elif on:
        flows.switched_on(flow.id)
    return flow.id


def _added(form: OfferForm, promise: Promise) -> Flow:
    return flows.add(form.name.data or "", ICON, build(promise))


def _changed(wizard: Wizard, promise: Promise) -> Flow:
    """Change the draft as one gesture, which the editor can undo: one object, two doors."""
    assert wizard.shown
    flow = db.session.scalars(
        select(Flow).where(Flow.shop_id == g.shop.id, Flow.id == wizard.shown.flow.id)
    ).one()
    after = promising(Graph.from_json(flow.draft), promise)
    now = clock.now(g.shop.id)
    drafts.save(
        flow,
        after.to_json(),
        Words(M("change the offer")),
        Stamp(flow.revision, token()[:40], now, g.user.id),
    )
    db.session.refresh(flow)
    flow.name = wizard.form.name.data or flow.name
    return flow


def unfit() -> frozenset[int]:
    """Return the coupons of the shop that no offer may promise."""
    mine = select(Coupon).where(Coupon.shop_id == g.shop.id, Coupon.status == "active")
    return frozenset(each.id for each in db.session.scalars(mine) if not each.goes_by("offer"))
