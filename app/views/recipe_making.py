"""Making: a template and its answers become e-mails, a coupon and an automation, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import g
from flask_babel import force_locale

from app import clock
from app.extensions import db
from app.forms.recipes import Wizard
from app.models import Email
from app.telling import tell
from app.views import coupons, flows
from graph.model import Graph
from graph.words import Words


@dataclass(frozen=True)
class Made:
    """The automation that was made, and what turning it on did, if it is on."""

    flow_id: int
    on: flows.SwitchedOn | None


def make(wizard: Wizard, on: bool) -> Made:
    """Make it inside the caller's unit; switch it on when asked to."""
    coupon_id = coupons.add(wizard.coupon).id if wizard.makes_coupon else 0
    answers = wizard.answers(coupon_id)
    emails = emails_of(wizard, answers)  # in the reader's words: as the review has just named them
    with force_locale(g.shop.locale):
        graph = wizard.recipe.build(answers, emails, lambda msgid: tell(Words(msgid)))
    flow = flows.add(
        wizard.base.name.data or "", wizard.recipe.icon, settled(graph, wizard), wizard.recipe.name
    )
    return Made(flow.id, flows.switched_on(flow.id) if on else None)


def emails_of(wizard: Wizard, answers: dict[str, Any]) -> dict[str, int]:
    """Add the e-mails that these answers send; return their ids by the names in the template."""
    designs = wizard.recipe.emails_for(answers)
    titles = wizard.recipe.email_titles
    now = clock.now(g.shop.id)
    rows = {
        name: Email(shop_id=g.shop.id, name=tell(Words(titles[name])), content=dict(design), updated_at=now)
        for name, design in designs.items()
    }
    db.session.add_all(rows.values())
    db.session.flush()
    return {name: row.id for name, row in rows.items()}


def settled(graph: Graph, wizard: Wizard) -> Graph:
    """Return the graph with the audience that was chosen, looking back only if that was ticked (C1, C11)."""
    settings = {**graph.settings, "audience": wizard.audience}
    if not wizard.base.backfill.data:
        settings["backfill"] = {"days": 0, "again": False}
    return replace(graph, settings=settings)
