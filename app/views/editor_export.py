"""Export and import: an automation as a file, from one shop to another."""

from __future__ import annotations

import json
import re

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from app import clock, portable
from app.extensions import db
from app.models import Email
from app.portable import Parcel
from app.telling import tell
from app.unit import unit
from app.views import flows
from app.views.editor_mine import mine
from graph.portable import rebound
from graph.words import Complaint

pages = Blueprint("exports", __name__)


def register(app: Flask) -> None:
    """Put export and import on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/export")
def show(flow_id: int) -> Response:
    """Answer with the draft as a file."""
    flow = mine(flow_id)
    text = json.dumps(portable.packed(flow), ensure_ascii=False, indent=1)
    response = Response(text, mimetype="application/json")
    name = re.sub(r"[^a-z0-9]+", "-", flow.name.lower()).strip("-") or "automation"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@pages.route("/automations/import", methods=["GET", "POST"])
def take() -> str | Answer | tuple[str, int]:
    """Make an automation of a file or of pasted text; what it cannot be made of is said in a sentence."""
    if request.method == "GET":
        return render_template("editor/import.html", problem="", pasted="")
    file, pasted = request.files.get("file"), request.form.get("pasted", "").strip()
    try:
        parcel = portable.unpacked(file.read() if file and file.filename else pasted)
    except Complaint as complaint:
        return render_template(
            "editor/import.html", problem=tell(complaint.words), pasted=pasted[:20_000]
        ), 422
    flow_id = unit(lambda: _made(parcel))
    flash(_said(parcel))
    return redirect(url_for("editor.show", flow_id=flow_id))


def _made(parcel: Parcel) -> int:
    now, shop = clock.now(g.shop.id), g.shop
    rows = {id: Email(shop_id=shop.id, name=name, content=dict(content), updated_at=now)
            for id, (name, content) in parcel.emails.items()}  # fmt: skip
    db.session.add_all(rows.values())
    db.session.flush()
    own = {id: row.id for id, each in parcel.coupons.items() if (row := portable.twin(each, shop.id))}
    notes = {id: _("Gave the coupon “%(name)s” where it comes from.", name=str(each.get("name", ""))[:120])
             for id, each in parcel.coupons.items()}  # fmt: skip
    graph = rebound(parcel.graph, {id: row.id for id, row in rows.items()}, own, notes)
    flow = flows.add(parcel.name, parcel.icon, graph)
    flow.edited_by = g.user.id
    return flow.id


def _said(parcel: Parcel) -> str:
    said = [_("“%(name)s” is here, and off.", name=parcel.name)]
    if parcel.emails:
        said.append(ngettext("It brought %(num)s e-mail.", "It brought %(num)s e-mails.", len(parcel.emails)))
    if parcel.unusable:
        said.append(_("These e-mails could not be used: %(names)s.", names=", ".join(parcel.unusable)))
    return " ".join(said)
