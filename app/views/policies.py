"""Consent and pressure, as the merchant sets them, and the address where a mail provider reports bounces."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.extensions import db
from app.forms.policies import PolicyForm, filled
from app.models import Policy, Suppression
from app.returned import addresses
from app.unit import unit

pages = Blueprint("policies", __name__)
EXAMPLE = '{"type": "hard", "email": "ada@example.com", "id": "8f2c", "reason": "550 5.1.1 no such user"}'


def register(app: Flask) -> None:
    """Put these pages on the application, and the policy at hand of every page."""
    app.jinja_env.globals.update(policy=lambda: Policy.of(g.shop.id))
    app.register_blueprint(pages)


@pages.route("/settings/sending", methods=["GET", "POST"])
def show() -> str | Response | tuple[str, int]:
    """Show and change the shop's policy."""
    policy = Policy.of(g.shop.id)
    form = PolicyForm(data=filled(policy))
    if not form.validate_on_submit():
        return render_template(
            "policies/show.html", form=form, hook=hook(policy), example=EXAMPLE, given_up=given_up()
        ), 422 if form.is_submitted() else 200
    shop_id = g.shop.id
    unit(lambda: Policy.change(shop_id, **form.told()))
    flash(_("Saved. It counts for every e-mail that has not left yet."))
    return redirect(url_for("policies.show"))


@pages.post("/settings/sending/key")
def renew() -> Response:
    """Make a new address for the mail provider; the old one no longer opens anything."""
    shop_id = g.shop.id
    unit(lambda: Policy.change(shop_id, hook_turn=Policy.of(shop_id).hook_turn + 1))
    flash(_("The old address no longer works. Give your mail provider the new one."))
    return redirect(url_for("policies.show"))


def hook(policy: Policy) -> str:
    """Return the address to which a mail provider reports."""
    base = current_app.extensions["settings"].base_url
    return f"{base}/hooks/mail/{addresses.hook_key(policy.shop_id, policy.hook_turn)}"


def given_up() -> dict[str, int]:
    """Return how many addresses get nothing any more, by reason."""
    counted = select(Suppression.reason, func.count()).where(Suppression.shop_id == g.shop.id)
    return dict(db.session.execute(counted.group_by(Suppression.reason)).all())
