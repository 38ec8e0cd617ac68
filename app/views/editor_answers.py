"""Answers of the editor: the page, the regions that an edit can have changed, and refusals.

Knows which template stands for which region. Must not know what an edit does.
"""

from __future__ import annotations

from flask import Response, g, make_response, render_template, request, url_for

from app import clock
from app.forms.settings import SettingsForm
from app.models import Flow
from app.views.editor_drawing import Drawing, palette
from graph import flow as rules_of_flow


def page(drawing: Drawing) -> str:
    """Return the whole editor."""
    return render_template("editor/page.html", groups=palette(), **_said(drawing, settings_form(drawing)))


def answer(
    flow: Flow, remark: str = "", new_since: set[str] | None = None, form: SettingsForm | None = None,
    status: int = 200, only: str = "", happened: str = "", icon: str = "circle-check", more: str = "",
) -> Response:  # fmt: skip
    """Return the regions as they are now. A step that is not in `new_since` is chosen; `only` names one region."""
    drawing = Drawing(flow, g.shop, request.form.get("chosen", ""))
    if new_since is not None:
        drawing.choose(next((id for id in drawing.graph.by_id if id not in new_since), drawing.chosen))
    regions = (only,) if only else ("bar", "canvas", "outline", "words", "problems", "inspector")
    said = _said(drawing, form or settings_form(drawing))
    html = render_template("editor/drawn.html", regions=regions, remark=remark, remark_icon=icon, **said)
    response = make_response(html + more, status)
    if happened:
        response.headers["HX-Trigger"] = happened
    return response


def stale(flow: Flow, edit: str = "") -> Response:
    """Return the drawing as somebody else left it, and what they may do with the `edit` (JSON) that came too late."""
    base = request.form.get("base", -1, int)
    return answer(
        flow, status=409, more=render_template("editor/conflict.html", flow=flow, edit=edit, base=base)
    )


def refused(sentence: str, status: int = 422) -> Response:
    """Return why a change was not made. Nothing else differs."""
    return make_response(render_template("editor/refused.html", remark=sentence), status)


def settings_form(drawing: Drawing) -> SettingsForm:
    """Return the form of the chosen step, or of the whole flow."""
    if drawing.chosen:
        node = drawing.graph.node(drawing.chosen)
        return SettingsForm(node.described.fields, node.settings, drawing.shop.currency)
    return SettingsForm(
        rules_of_flow.FIELDS, rules_of_flow.flat(drawing.graph.settings), drawing.shop.currency
    )


def _said(drawing: Drawing, form: SettingsForm) -> dict[str, object]:
    saved_at = drawing.flow.updated_at
    back = url_for("flows.show", flow_id=drawing.flow.id)
    now = clock.now(drawing.shop.id)
    return {"drawing": drawing, "form": form, "saved_at": saved_at, "now": now, "back": back}
