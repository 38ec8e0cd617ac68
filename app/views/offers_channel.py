"""The shop channel: whether a shop's own pages show offers and sell. Without it there are none (OFFER-01, OFFER-25)."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import update
from werkzeug.wrappers import Response

from app.extensions import db
from app.forms.offers import ChannelForm
from app.models import Shop
from app.unit import unit

pages = Blueprint("offers_channel", __name__)


def register(app: Flask) -> None:
    """Put the page on the application."""
    app.register_blueprint(pages)


@pages.route("/offers/channel", methods=["GET", "POST"])
def show() -> str | Response | tuple[str, int]:
    """Show and change the state of the shop channel. Where it stops selling, offers suspend themselves."""
    form = ChannelForm(obj=g.shop)
    if not form.validate_on_submit():
        return render_template("offers/channel.html", form=form), 422 if form.is_submitted() else 200
    shop_id, channel = g.shop.id, form.channel.data
    unit(lambda: db.session.execute(update(Shop).where(Shop.id == shop_id).values(channel=channel)))
    flash(_("Saved."))
    return redirect(url_for("offers.index"))
