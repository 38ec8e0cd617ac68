"""Resuming: what became overdue while an automation was paused, and the merchant's choice of what becomes of it."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import clock, doorbell
from app.models import Flow, inflight, pauses
from app.models.pauses import Resumed, choices
from app.unit import unit
from app.views.flow_page import FlowPage
from app.views.flows import find, note

pages = Blueprint("resume", __name__)


def register(app: Flask) -> None:
    """Put these pages on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/resume")
def show(flow_id: int) -> str | Response:
    """Show who is overdue and since when, and let the merchant choose; only a paused automation has this page."""
    flow = find(flow_id)
    if flow.status != "paused":
        return redirect(url_for("flows.show", flow_id=flow_id))
    now = clock.now(g.shop.id)
    return render_template("flows/resume.html", shown=FlowPage(flow, g.shop), flow=flow, now=now,
                           overdue=pauses.overdue(flow, now), choices=choices(flow.paused_reason))  # fmt: skip


@pages.post("/automations/<int:flow_id>/resume")
def resume(flow_id: int) -> Response:
    """Let it go on as was chosen, with what was changed in the drawing meanwhile: that is how it was mended."""
    flow, choice = find(flow_id), request.form.get("choice", "")
    if flow.status == "paused" and choice not in choices(flow.paused_reason):
        abort(422)
    shown = FlowPage(flow, g.shop)
    if shown.lacks:
        flash(ngettext("One thing is missing first.", "%(num)s things are missing first.", len(shown.lacks)))
        return redirect(url_for("resume.show", flow_id=flow_id))
    done = unit(lambda: resumed(flow_id, choice))
    if done is not None:
        doorbell.ring("enrol", g.shop.id)
        doorbell.ring("deliver", g.shop.id)
        flash(said(done))
    return redirect(url_for("flows.show", flow_id=flow_id))


@pages.post("/automations/<int:flow_id>/pause")
def pause(flow_id: int) -> Response:
    """Let it stand still: nobody is lost, nothing leaves, until it goes on."""
    find(flow_id)
    if unit(lambda: paused(flow_id)):
        flash(_("It is paused. Nothing leaves until you let it go on."))
    return redirect(url_for("flows.show", flow_id=flow_id))


def resumed(flow_id: int, choice: str) -> Resumed | None:
    """Go on, in one unit, with what was mended, and with those in it on that; None when it was not paused."""
    shop_id, now = g.shop.id, clock.now(g.shop.id)
    before = find(flow_id).version_id
    done = pauses.resume(shop_id, flow_id, choice, now)
    if done is None:
        return None
    version = Flow.publish(shop_id, flow_id, now)
    moved = inflight.carry(flow_id, version, "migrate", now).moved if version and version.id != before else 0
    note(
        "resumed", flow_id, shifted=done.shifted, ended=done.ended, called_back=done.called_back, moved=moved
    )
    return done


def paused(flow_id: int) -> bool:
    """Pause by hand, inside the caller's unit; False when it was not on."""
    if not Flow.pause(flow_id, "by_hand", clock.now(g.shop.id)):
        return False
    note("paused", flow_id)
    return True


def said(done: Resumed) -> str:
    """Return what going on did, in a sentence or two."""
    told = [_("It goes on.")]
    if done.shifted:
        told.append(ngettext("%(num)s person waits longer by the time of the pause.",
                             "%(num)s people wait longer by the time of the pause.", done.shifted))  # fmt: skip
    if done.ended:
        told.append(ngettext("%(num)s person left it.", "%(num)s people left it.", done.ended))
    if done.called_back:
        told.append(ngettext("%(num)s message was called back.", "%(num)s messages were called back.",
                             done.called_back))  # fmt: skip
    return " ".join(told)
