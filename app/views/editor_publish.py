"""Publishing: what it would change, for whom, and then the change itself."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock, doorbell
from app.extensions import db
from app.models import Audit, Flow, drafts, inflight
from app.models.inflight import POLICIES, Carried
from app.unit import unit
from app.views.editor_answers import answer, refused, stale
from app.views.editor_drawing import Drawing
from app.views.editor_mine import mine, stamp
from app.views.preflight import Lack, of_channel, of_shop
from graph.recipes import offers

pages = Blueprint("publishing", __name__)


def register(app: Flask) -> None:
    """Put publishing on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/publish")
def ask(flow_id: int) -> str:
    """Say what publishing will do, and to whom, or what must be mended first."""
    drawing = Drawing(mine(flow_id), g.shop)
    foreseen = inflight.foreseen(g.shop.id, flow_id, drawing.graph) if drawing.waiting else Carried()
    return render_template("editor/publish.html", drawing=drawing, foreseen=foreseen, lacks=_lacks(drawing))


@pages.post("/automations/<int:flow_id>/publish")
def publish(flow_id: int) -> Response:
    """Freeze the draft as the version that runs, switch the flow on, and do with those in it as was chosen (C7)."""
    flow, policy = mine(flow_id), request.form.get("waiting", "stay")
    if flow.revision != stamp(flow).base:
        return stale(flow)
    drawing = Drawing(flow, g.shop)
    if drawing.problems or _lacks(drawing):
        return refused(_("Some things are missing. Mend them first, then try again."))
    if policy not in POLICIES:
        return refused(_("Choose what happens to those who are on their way."))
    before = flow.status
    carried = unit(lambda: _published(flow, stamp(flow).base, policy))
    if carried is None:
        return stale(flow)
    doorbell.ring("advance", flow.version_id or 0)
    return answer(flow, remark=_said(before, carried), happened="published")


def _lacks(drawing: Drawing) -> list[Lack]:
    return of_shop(g.shop) + (of_channel(g.shop) if offers.step(drawing.graph) else [])


def _published(flow: Flow, base: int, policy: str) -> Carried | None:
    now = clock.now(flow.shop_id)
    version = Flow.publish(flow.shop_id, flow.id, now) if drafts.holds(flow, base) else None
    stays = flow.status in (
        "live",
        "paused",
    )  # what became overdue in a pause wants a choice of its own first
    if version is None or not (stays or Flow.switch_on(flow.shop_id, flow.id, now)):
        return None
    carried = inflight.carry(flow.id, version, policy, now)
    said = {"version": version.number, "waiting": policy, "moved": carried.moved, "ended": carried.ended}
    db.session.add(Audit(shop_id=flow.shop_id, user_id=g.user.id, act="published", subject=f"flow:{flow.id}",
                         data=said, at=now))  # fmt: skip
    return carried


def _said(before: str, carried: Carried) -> str:
    published = (
        _("Published. It stays paused until you let it go on.") if before == "paused" else _("Published.")
    )
    said = [_("It is on.") if before == "off" else published]
    if carried.moved:
        said.append(ngettext("%(num)s person goes on in the new drawing.",
                             "%(num)s people go on in the new drawing.", carried.moved))  # fmt: skip
    if carried.ended:
        said.append(ngettext("%(num)s person left it.", "%(num)s people left it.", carried.ended))
    return " ".join(said)
