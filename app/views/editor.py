"""The editor: one page, one door for edits, and the questions a page asks on the way.

Each change goes the same way: read it, apply it to the graph, save it under the revision it was made on, and answer
with the regions of the page that can differ. Refused: 422 with a sentence. Somebody was faster: 409 with the fresh
drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, abort, g, render_template, request
from flask_babel import gettext as _

from app import clock
from app.forms.settings import SettingsForm
from app.models import Flow, drafts
from app.models.drafts import Stamp
from app.telling import tell
from app.unit import unit
from app.views.editor_answers import answer, page, refused, settings_form, stale
from app.views.editor_drawing import Drawing, prepare
from graph import edits, strict
from graph.edits import Edit
from graph.edits.refusals import node_of
from graph.model import Graph
from graph.words import Complaint

pages = Blueprint("editor", __name__)
Change = Callable[[Flow, Stamp], bool]


def register(app: Flask) -> None:
    """Put the editor on the application."""
    prepare(app)
    app.register_blueprint(pages)


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
    return page(Drawing(_mine(flow_id), g.shop, request.args.get("step", "")))


@pages.get("/automations/<int:flow_id>/steps/", defaults={"node": ""})
@pages.get("/automations/<int:flow_id>/steps/<node>")
def inspect(flow_id: int, node: str) -> str:
    """Show the settings of one step, or of the whole flow."""
    drawing = Drawing(_mine(flow_id), g.shop, node)
    return render_template("editor/inspector.html", drawing=drawing, form=settings_form(drawing))


@pages.post("/automations/<int:flow_id>/edits")
def edit(flow_id: int) -> Response:
    """Take one edit: the field `edit` holds its JSON, or the whole body is JSON with an `edit`."""
    mine = _mine(flow_id)
    known = set(Graph.from_json(mine.draft).by_id)
    return _change(mine, _applied(mine, edits.parse(_sent()["edit"])), new_since=known)


@pages.post("/automations/<int:flow_id>/steps/<node>")
def configure(flow_id: int, node: str) -> Response:
    """Save the settings of one step; a wrong one comes back in its form, with what is wrong."""
    mine = _mine(flow_id)
    drawing = Drawing(mine, g.shop, node)
    node_of(drawing.graph, node)
    return _set(mine, drawing, lambda values: edits.Configure(node, values))


@pages.post("/automations/<int:flow_id>/settings")
def configure_flow(flow_id: int) -> Response:
    """Save the settings of the whole flow."""
    mine = _mine(flow_id)
    return _set(mine, Drawing(mine, g.shop), edits.ConfigureFlow)


@pages.post("/automations/<int:flow_id>/undo")
def undo(flow_id: int) -> Response:
    """Go back by one gesture."""
    mine = _mine(flow_id)
    if mine.revision == _stamp(mine).base and drafts.history(mine).undo is None:
        return refused(_("There is nothing to undo."))
    return _change(mine, drafts.undo)


@pages.post("/automations/<int:flow_id>/redo")
def redo(flow_id: int) -> Response:
    """Do the last undone gesture again."""
    mine = _mine(flow_id)
    if mine.revision == _stamp(mine).base and drafts.history(mine).redo is None:
        return refused(_("There is nothing to redo."))
    return _change(mine, drafts.redo)


@pages.post("/automations/<int:flow_id>/edit/name")
def rename(flow_id: int) -> Response:
    """Give the flow another name."""
    flow, name = _mine(flow_id), " ".join(request.form.get("name", "").split())
    if not 0 < len(name) <= 120:
        return refused(_("Give the automation a name of 1 to 120 characters."))
    return _change(flow, lambda mine, stamp: drafts.rename(mine, name, stamp))


@pages.get("/automations/<int:flow_id>/publish")
def ask_publish(flow_id: int) -> str:
    """Say what publishing will do, or what must be mended first."""
    return render_template("editor/publish.html", drawing=Drawing(_mine(flow_id), g.shop))


@pages.post("/automations/<int:flow_id>/publish")
def publish(flow_id: int) -> Response:
    """Freeze the draft as the version that runs, and switch the flow on."""
    mine = _mine(flow_id)
    if mine.revision != _stamp(mine).base:
        return stale(mine)
    if Drawing(mine, g.shop).problems:
        return refused(_("Some things are missing. Mend them first, then try again."))
    was_on = mine.status == "live"
    if not unit(lambda: _published(mine, _stamp(mine).base)):
        return stale(mine)
    return answer(mine, remark=_("Published.") if was_on else _("It is on."), happened="published")


def _published(mine: Flow, base: int) -> bool:
    now = clock.now(mine.shop_id)
    if not drafts.holds(mine, base) or Flow.publish(mine.shop_id, mine.id, now) is None:
        return False
    return mine.status == "live" or Flow.switch_on(mine.shop_id, mine.id, now)


def _set(mine: Flow, drawing: Drawing, made: Callable[[dict[str, Any]], Edit]) -> Response:
    form = settings_form(drawing)
    if not form.take(request.form):
        return answer(mine, form=form, status=422, only="inspector")
    return _change(mine, _applied(mine, made(_asked(form))))


def _asked(form: SettingsForm) -> dict[str, Any]:
    return {name: form[name].data for name in form.names}


def _applied(mine: Flow, made: Edit) -> Change:
    """Return the change that this edit is to the draft. The refusals come now, before anything is written."""
    before = Graph.from_json(mine.draft)
    after, label = made.apply(before), made.label(before)
    if after == before:
        return drafts.same  # nothing to undo later, and no revision for others to stumble over
    return lambda flow, stamp: drafts.save(flow, after.to_json(), label, stamp)


def _change(mine: Flow, change: Change, new_since: set[str] | None = None) -> Response:
    stamp = _stamp(mine)
    if stamp.key and stamp.key == mine.edit_key:
        return answer(mine)
    if mine.revision != stamp.base or not unit(lambda: change(mine, stamp)):
        return stale(mine)
    return answer(mine, new_since=new_since)


def _stamp(mine: Flow) -> Stamp:
    sent = _sent()
    try:
        base = int(sent.get("base", -1))
    except (TypeError, ValueError):
        base = -1
    return Stamp(base, str(sent.get("key", ""))[:40], clock.now(mine.shop_id))


def _sent() -> dict[str, Any]:
    """Return base, key and the edit, from a form or from a JSON body; raises Unreadable with a sentence."""
    if request.is_json:
        body = strict.parse(request.get_data())
        return {"edit": None, **body} if isinstance(body, dict) else {"edit": None}
    form = request.form.to_dict()
    return {**form, "edit": strict.parse(form["edit"]) if "edit" in form else None}


def _mine(flow_id: int) -> Flow:
    return drafts.find(flow_id, g.shop.id) or abort(404)
