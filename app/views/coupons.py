"""Coupons: which discounts there are, how often their codes were used, and what gives them away."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update
from werkzeug.wrappers import Response

from app import clock
from app.extensions import db
from app.forms.coupons import CouponForm, filled
from app.models import Code, Coupon, Redemption, Shop
from app.models.flows import MOMENT
from app.unit import unit
from app.views import coupon_warnings
from app.views.paging import page
from app.views.twins import Twin

pages = Blueprint("coupons", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application, and what other pages say about a coupon."""
    app.jinja_env.globals.update(
        coupon_warnings=coupon_warnings.of_step, coupon_warnings_of_template=coupon_warnings.of_template
    )
    app.register_blueprint(pages)


@pages.get("/coupons")
def index() -> str:
    """List the shop's coupons with how many codes were given and used."""
    mine = select(Coupon).where(Coupon.shop_id == g.shop.id, Coupon.status == "active")
    found = page(mine.order_by(Coupon.id.desc()))
    ids = [coupon.id for coupon in found.rows]
    return render_template("coupons/index.html", page=found, now=clock.now(g.shop.id), given=given(ids),
                           used=used(ids), flows=coupon_warnings.givers(g.shop.id))  # fmt: skip


@pages.route("/coupons/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Make a coupon."""
    form = CouponForm(meta={"currency": g.shop.currency})
    if not form.validate_on_submit() or taken(form, None):
        return render_template(
            "coupons/edit.html", form=form, coupon=None
        ), 422 if form.is_submitted() else 200
    unit(lambda: add_once(form))
    flash(_("The coupon is ready. Any automation can give it now."))
    return redirect(url_for("coupons.index"))


@pages.route("/coupons/<int:coupon_id>", methods=["GET", "POST"])
def edit(coupon_id: int) -> str | Response | tuple[str, int]:
    """Change a coupon's terms. Codes that were given keep the last day they were given with."""
    coupon = find(coupon_id)
    form = CouponForm(meta={"currency": g.shop.currency}, data=filled(coupon, g.shop.timezone))
    if not form.validate_on_submit() or taken(form, coupon_id):
        shown = {"given": given([coupon_id]).get(coupon_id, 0), "used": used([coupon_id]).get(coupon_id, 0),
                 "flows": coupon_warnings.givers(g.shop.id).get(coupon_id, [])}  # fmt: skip
        status = 422 if form.is_submitted() else 200
        return render_template("coupons/edit.html", form=form, coupon=coupon, **shown), status
    unit(lambda: changed(coupon_id, **form.terms(g.shop.timezone)))
    flash(_("Saved. Codes that were given already keep their last day."))
    return redirect(url_for("coupons.index"))


@pages.post("/coupons/<int:coupon_id>/withdraw")
def withdraw(coupon_id: int) -> Response:
    """Take a coupon back: none of its codes is taken at the checkout any more."""
    find(coupon_id)
    unit(lambda: changed(coupon_id, status="deleted"))
    flash(_("The coupon is withdrawn. Its codes are no longer taken."))
    return redirect(url_for("coupons.index"))


def find(id: int) -> Coupon:
    """Return this shop's coupon, or answer 404."""
    mine = select(Coupon).where(Coupon.id == id, Coupon.shop_id == g.shop.id, Coupon.status == "active")
    return db.session.scalar(mine) or abort(404)


def add(form: CouponForm) -> Coupon:
    """Add the coupon that a valid form describes, inside the caller's unit. Raises Twin: its shared code is taken."""
    shop = g.shop
    Shop.lock(shop.id)
    if taken(form, None):  # by a press that was faster: the form was right a moment ago
        raise Twin(url_for("coupons.index"))
    coupon = Coupon(shop_id=shop.id, created_at=clock.now(shop.id), **form.terms(shop.timezone))
    db.session.add(coupon)
    db.session.flush()
    return coupon


def add_once(form: CouponForm) -> Coupon:
    """Add a coupon as `add` does. Raises Twin when a press a moment ago has made it, personal codes or not."""
    Shop.lock(g.shop.id)
    now, terms = clock.now(g.shop.id), form.terms(g.shop.timezone)
    same = select(Coupon.id).where(Coupon.shop_id == g.shop.id, Coupon.status == "active")
    same = same.where(Coupon.name == terms["name"], Coupon.prefix == terms["prefix"])
    if db.session.scalar(same.where(Coupon.created_at > now - MOMENT, Coupon.created_at <= now).limit(1)):
        raise Twin(url_for("coupons.index"))
    return add(form)


def changed(id: int, **values: Any) -> bool:
    """Change one coupon that is still active; False when it was withdrawn meanwhile."""
    mine = update(Coupon).where(Coupon.id == id, Coupon.shop_id == g.shop.id, Coupon.status == "active")
    return bool(db.session.execute(mine.values(**values)).rowcount)


def taken(form: CouponForm, id: int | None) -> bool:
    """Whether another coupon has this shared code already; if so, the form says it."""
    if form.personal.data == "yes":
        return False
    same = select(Coupon.name).where(
        Coupon.shop_id == g.shop.id, Coupon.status == "active", Coupon.id != (id or 0)
    )
    other = db.session.scalar(same.where(~Coupon.personal, Coupon.prefix == form.prefix.data))
    if other:
        form.prefix.errors = [_("“%(name)s” has this code already. Choose another.", name=other)]
    elif once_given(form.prefix.data, id):
        form.prefix.errors = [
            _("A withdrawn coupon had this code, and customers may still try it. Choose another.")
        ]
    return bool(form.prefix.errors)


def free(prefix: str) -> str:
    """Return this beginning of codes, or with the first number behind it that no coupon of the shop has had yet."""
    begun = select(Coupon.prefix).where(Coupon.shop_id == g.shop.id, Coupon.prefix.startswith(prefix))
    known = set(db.session.scalars(begun))
    tries = chain([prefix], (f"{prefix}{number}" for number in count(2)))
    return next(each for each in tries if each not in known and not once_given(each, None))


def once_given(text: str, id: int | None) -> bool:
    """Whether this string is a code of another coupon, whatever became of that one: a string is one code for ever."""
    same = select(Code.id).where(Code.shop_id == g.shop.id, Code.code == text, Code.coupon_id != (id or 0))
    return db.session.scalar(same.limit(1)) is not None


def given(ids: list[int]) -> dict[int, int]:
    """Return how many customers were given a code, by coupon."""
    codes = select(Code.coupon_id, func.count()).where(
        Code.coupon_id.in_(ids), Code.shop_id == g.shop.id, or_(Code.run_id.isnot(None), Code.customer_id.isnot(None)),
        Code.state.in_(("issued", "used")),
    )  # fmt: skip
    return dict(db.session.execute(codes.group_by(Code.coupon_id)).all())


def used(ids: list[int]) -> dict[int, int]:
    """Return how many orders used a code, by coupon."""
    uses = select(Code.coupon_id, func.count()).join(Redemption, Redemption.code_id == Code.id)
    mine = uses.where(Code.coupon_id.in_(ids), Code.shop_id == g.shop.id).group_by(Code.coupon_id)
    return dict(db.session.execute(mine).all())
