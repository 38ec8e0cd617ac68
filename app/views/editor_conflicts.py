"""Conflicts: somebody else changed the draft first. Their change stands, and ours is not lost.

The edit that came too late can be kept: it is applied to a copy of the automation as its author saw it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.models import Flow, drafts
from app.telling import tell
from app.unit import unit
from app.views import flows
from app.views.editor_mine import mine
from graph import edits, strict
from graph.model import Graph
from graph.words import Complaint

pages = Blueprint("conflicts", __name__)


def register(app: Flask) -> None:
    """Put the copy on the application."""
    app.register_blueprint(pages)


@pages.post("/automations/<int:flow_id>/copies")
def keep(flow_id: int) -> Response:
    """Keep an edit that came too late, in a copy of the automation, and open the copy."""
    flow = mine(flow_id)
    try:
        after = kept(flow, request.form.get("base", -1, int), strict.parse(request.form.get("edit", "")))
    except Complaint as complaint:
        flash(tell(complaint.words))
        return redirect(url_for("editor.show", flow_id=flow_id))
    copy_id = unit(lambda: _copied(flow, after))
    flash(_("Your change is kept in this copy. The automation itself is as the other person left it."))
    return redirect(url_for("editor.show", flow_id=copy_id))


def kept(flow: Flow, base: int, edit: Any) -> Graph:
    """Return the draft as its author saw it, with the edit; raises Complaint when it fits on nothing any more."""
    return edits.parse(edit).apply(Graph.from_json(drafts.at(flow, base)))


def packed(edit: Mapping[str, Any] | None) -> str:
    """Return an edit as the text that `keep` takes; an empty one when there is nothing to keep."""
    return json.dumps(edit) if isinstance(edit, Mapping) else ""


def _copied(flow: Flow, graph: Graph) -> int:
    copy = flows.add(_("%(name)s (my copy)", name=flow.name[:100]), flow.icon, graph, flow.recipe)
    copy.edited_by = g.user.id
    return copy.id
