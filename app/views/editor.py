"""The editor: one page, one door for edits, and the questions a page asks on the way.

Each change goes the same way: read it, apply it to the graph, save it under the revision it was made on, and answer
with the regions of the page that can differ. Refused: 422 with a sentence. Somebody was faster: 409 with the fresh
drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, g, render_template, request
from flask_babel import gettext as _

from app.models import Flow, drafts
from app.models.drafts import Stamp
from app.telling import tell
from app.unit import unit
from app.views import (
    editor_clip,
    editor_conflicts,
    editor_counts,
    editor_export,
    editor_publish,
    editor_replay,
    editor_try,
)
from app.views.editor_answers import answer, page, refused, settings_form, stale
from app.views.editor_conflicts import packed
from app.views.editor_drawing import Drawing, prepare
from app.views.editor_mine import mine, sent, stamp
from graph import edits
from graph.edits import Edit
from graph.edits.refusals import node_of
from graph.model import Graph
from graph.words import Complaint

pages = Blueprint("editor", __name__)
Change = Callable[[Flow, Stamp], bool]
PARTS = (
    editor_clip, editor_conflicts, editor_counts, editor_export, editor_publish, editor_replay, editor_try,
)  # fmt: skip


def register(app: Flask) -> None:
    """Put the editor on the application, with all that is done from it."""
    prepare(app)
    app.register_blueprint(pages)
    for part in PARTS:
        part.register(app)


@pages.errorhandler(Complaint)
def refuse(complaint: Complaint) -> Response:
    """Answer with the graph's own sentence: why this cannot be done, and what to do."""
    return refused(tell(complaint.words))


@pages.errorhandler(413)
def refuse_size(_error: Exception) -> Response:
    """Answer a body that no honest editor sends."""
    return refused(_("This is too large to be one change."), 413)


@pages.get("/automations/<int:flow_id>/edit")
def show(flow_id: int) -> str:
    """Show the editor, with the step `?step=` chosen."""
    return page(Drawing(mine(flow_id), g.shop, request.args.get("step", "")))


@pages.get("/automations/<int:flow_id>/steps/", defaults={"node": ""})
@pages.get("/automations/<int:flow_id>/steps/<node>")
def inspect(flow_id: int, node: str) -> str:
    """Show the settings of one step, or of the whole flow."""
    drawing = Drawing(mine(flow_id), g.shop, node)
    return render_template("editor/inspector.html", drawing=drawing, form=settings_form(drawing))


@pages.post("/automations/<int:flow_id>/edits")
def edit(flow_id: int) -> Response:
    """Take one edit: the field `edit` holds its JSON, or the whole body is JSON with an `edit`."""
    return _edited(mine(flow_id), sent()["edit"])


@pages.post("/automations/<int:flow_id>/steps/<node>")
def configure(flow_id: int, node: str) -> Response:
    """Save the settings of one step; a wrong one comes back in its form, with what is wrong."""
    flow = mine(flow_id)
    drawing = _as_seen(flow, node)
    node_of(drawing.graph, node)
    return _set(flow, drawing, {"edit": "configure", "id": node})


@pages.post("/automations/<int:flow_id>/settings")
def configure_flow(flow_id: int) -> Response:
    """Save the settings of the whole flow."""
    flow = mine(flow_id)
    return _set(flow, _as_seen(flow), {"edit": "configure_flow"})


@pages.post("/automations/<int:flow_id>/undo")
def undo(flow_id: int) -> Response:
    """Go back by one gesture."""
    flow = mine(flow_id)
    if flow.revision == stamp(flow).base and drafts.history(flow).undo is None:
        return refused(_("There is nothing to undo."))
    return _change(flow, drafts.undo)


@pages.post("/automations/<int:flow_id>/redo")
def redo(flow_id: int) -> Response:
    """Do the last undone gesture again."""
    flow = mine(flow_id)
    if flow.revision == stamp(flow).base and drafts.history(flow).redo is None:
        return refused(_("There is nothing to redo."))
    return _change(flow, drafts.redo)


@pages.post("/automations/<int:flow_id>/edit/name")
def rename(flow_id: int) -> Response:
    """Give the flow another name."""
    flow, name = mine(flow_id), " ".join(request.form.get("name", "").split())
    if not 0 < len(name) <= 120:
        return refused(_("Give the automation a name of 1 to 120 characters."))
    return _change(flow, lambda flow, stamped: drafts.rename(flow, name, stamped))


def _as_seen(flow: Flow, node: str = "") -> Drawing:
    """Return the drawing on which this request's change was made, which is not always the one of now."""
    drawing, base = Drawing(flow, g.shop), stamp(flow).base
    if base != flow.revision:
        drawing.graph = Graph.from_json(drafts.at(flow, base))
    drawing.choose(node)
    return drawing


def _set(flow: Flow, drawing: Drawing, edit: dict[str, Any]) -> Response:
    form = settings_form(drawing)
    if form.take(request.form):
        return _edited(flow, {**edit, "settings": {name: form[name].data for name in form.names}})
    if flow.revision != stamp(flow).base:
        return stale(flow)
    return answer(flow, form=form, status=422, only="inspector")


def _edited(flow: Flow, asked: Any) -> Response:
    """Apply an edit, given as JSON values, to the draft that its author saw; any other draft is stale."""
    made, known = edits.parse(asked), set(Graph.from_json(flow.draft).by_id)
    return _change(flow, lambda flow, stamped: _applied(flow, made, stamped), asked, known)


def _applied(flow: Flow, made: Edit, stamped: Stamp) -> bool:
    if flow.revision != stamped.base:
        return False
    before = Graph.from_json(flow.draft)
    after, label = made.apply(before), made.label(before)
    if after == before:
        return True  # nothing to undo later, and no revision for others to stumble over
    return drafts.save(flow, after.to_json(), label, stamped)


def _change(flow: Flow, change: Change, asked: Any = None, new_since: set[str] | None = None) -> Response:
    stamped = stamp(flow)
    if stamped.key and stamped.key == flow.edit_key:
        return answer(flow)
    if flow.revision != stamped.base or not unit(lambda: change(flow, stamped)):
        return stale(flow, packed(asked))
    return answer(flow, new_since=new_since)
