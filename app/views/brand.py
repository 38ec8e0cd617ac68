"""The brand: what every e-mail of a shop looks like. A logo is kept the moment it is chosen (CART-24)."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import update
from werkzeug.wrappers import Response as Answer

from app.emails import starters
from app.emails.frame import contrast
from app.extensions import db, limiter
from app.forms.brand import BrandForm, filled
from app.images.drawing import Refused
from app.models import Shop
from app.unit import unit
from app.views import emails, images

pages = Blueprint("brand", __name__)
PALE = 3.0  # to 1 on white: below it a darker shade of the colour carries the words


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.route("/settings/brand", methods=["GET", "POST"])
def show() -> str | Answer | tuple[str, int]:
    """Show and change how the shop's e-mails look."""
    form = BrandForm(data=filled(g.shop))
    if form.validate_on_submit():
        keep(**form.values())
        flash(_("Saved. Every e-mail that leaves from now on looks like this."))
        return redirect(url_for("brand.show"))
    pale = contrast(g.shop.color, "#FFFFFF") < PALE
    status = 422 if form.is_submitted() else 200
    return render_template("settings/brand.html", form=form, pale=pale), status


@pages.get("/settings/brand/preview")
def preview() -> Response:
    """Answer with an e-mail in the shop's looks, for the frame."""
    design = next(iter(starters.all_starters()[1:]))
    return emails.drawn(design.content, emails.language(design.content))


@pages.post("/settings/brand/logo")
@limiter.limit("30/hour", key_func=lambda: f"logo of {g.user.id if g.user else 0}")
def logo() -> Answer | tuple[str, int]:
    """Take a logo, or take it away, and keep that at once."""
    if "remove" in request.form:
        keep(logo="")
        flash(_("The logo is gone: your e-mails show your shop’s name again."))
        return redirect(url_for("brand.show"))
    try:
        keep(logo=images.address(images.taken("logo")))
    except Refused as error:
        problem = images.refusal(error.why)
        form = BrandForm(formdata=None, data=filled(g.shop))
        return render_template("settings/brand.html", form=form, pale=False, problem=problem), 422
    flash(_("Your logo is kept, and already in every e-mail."))
    return redirect(url_for("brand.show"))


def keep(**values: object) -> None:
    """Change the shop's own row."""
    shop_id = g.shop.id
    unit(lambda: db.session.execute(update(Shop).where(Shop.id == shop_id).values(**values)))
