"""What every page of the editor begins with: whose flow it is, and what a change of it carries."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request

from app import clock
from app.models import Flow, drafts
from app.models.drafts import Stamp
from graph import strict


def mine(flow_id: int) -> Flow:
    """Return this shop's flow, or answer 404."""
    return drafts.find(flow_id, g.shop.id) or abort(404)


def stamp(flow: Flow) -> Stamp:
    """Return what this request's change carries; a base that is no revision is one that nobody has."""
    told = sent()
    try:
        base = int(told.get("base", -1))
    except (TypeError, ValueError):
        base = -1
    return Stamp(base, str(told.get("key", ""))[:40], clock.now(flow.shop_id), g.user.id)


def sent() -> dict[str, Any]:
    """Return base, key and the edit, from a form or from a JSON body; raises Unreadable with a sentence."""
    if request.is_json:
        body = strict.parse(request.get_data())
        return {"edit": None, **body} if isinstance(body, dict) else {"edit": None}
    form = request.form.to_dict()
    return {**form, "edit": strict.parse(form["edit"]) if "edit" in form else None}
