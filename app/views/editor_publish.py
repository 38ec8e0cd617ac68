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
from app.views.preflight import of_shop

pages = Blueprint("publishing", __name__)


def register(app: Flask) -> None:
    """Put publishing on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/publish")
def ask(flow_id: int) -> str:
    """Say what publishing will do, and to whom, or what must be mended first."""
    drawing = Drawing(mine(flow_id), g.shop)
    foreseen = inflight.foreseen(g.shop.id, flow_id, drawing.graph) if drawing.waiting else Carried()
    return render_template("editor/publish.html", drawing=drawing, foreseen=foreseen, lacks=of_shop(g.shop))


@pages.post("/automations/<int:flow_id>/publish")
def publish(flow_id: int) -> Response:
    """Freeze the draft as the version that runs, switch the flow on, and do with those in it as was chosen (C7)."""
    flow, policy = mine(flow_id), request.form.get("waiting", "stay")
    if flow.revision != stamp(flow).base:
        return stale(flow)
    if Drawing(flow, g.shop).problems or of_shop(g.shop):
        return refused(_("Some things are missing. Mend them first, then try again."))
    if policy not in POLICIES:
        return refused(_("Choose what happens to those who are on their way."))
    was_on = flow.status == "live"
    carried = unit(lambda: _published(flow, stamp(flow).base, policy))
    if carried is None:
        return stale(flow)
    doorbell.ring("advance", flow.version_id or 0)
    return answer(flow, remark=_said(was_on, carried), happened="published")


def _published(flow: Flow, base: int, policy: str) -> Carried | None:
    now = clock.now(flow.shop_id)
    version = Flow.publish(flow.shop_id, flow.id, now) if drafts.holds(flow, base) else None
    if version is None or not (flow.status == "live" or Flow.switch_on(flow.shop_id, flow.id, now)):
        return None
    carried = inflight.carry(flow.id, version, policy, now)
    said = {"version": version.number, "waiting": policy, "moved": carried.moved, "ended": carried.ended}
    db.session.add(Audit(shop_id=flow.shop_id, user_id=g.user.id, act="published", subject=f"flow:{flow.id}",
                         data=said, at=now))  # fmt: skip
    return carried


def _said(was_on: bool, carried: Carried) -> str:
    said = [_("Published.") if was_on else _("It is on.")]
    if carried.moved:
        said.append(ngettext("%(num)s person goes on in the new drawing.",
                             "%(num)s people go on in the new drawing.", carried.moved))  # fmt: skip
    if carried.ended:
        said.append(ngettext("%(num)s person left it.", "%(num)s people left it.", carried.ended))
    return " ".join(said)
