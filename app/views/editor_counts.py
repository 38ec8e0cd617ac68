"""Counts: what the cards say about people and messages, and how the page learns of new ones.

Knows which figure stands on which kind of card. A card never changes its size for it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app.models import Flow, counts
from app.models.counts import Funnel, Standing
from app.templating import number, percent
from app.views.editor_mine import mine
from graph.model import Graph, Node

pages = Blueprint("counts", __name__)


def register(app: Flask) -> None:
    """Put the counts on the application."""
    app.register_blueprint(pages)


@pages.get("/automations/<int:flow_id>/counts")
def show(flow_id: int) -> Response:
    """Answer with the counts of each step, or with 204 when they are those that the page `?known=` shows."""
    flow = mine(flow_id)
    counted = Counts(flow)
    marks = {node.id: counted.mark(node) for node in Graph.from_json(flow.draft).nodes}
    known = digest(marks)
    if request.args.get("known") == known:
        return Response(status=204)
    return jsonify(known=known, marks=marks)


def digest(marks: dict[str, tuple[str, str]]) -> str:
    """Return what tells these counts from others."""
    return hashlib.sha256(repr(sorted(marks.items())).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class StepCounts:
    """Everything that is counted at one step."""

    standing: Standing
    funnel: Funnel

    @property
    def told(self) -> list[str]:
        """Every figure in words, those that are nought left out."""
        passed, here, funnel = self.standing.passed, self.standing.here, self.funnel
        said = [passed and _passed(passed), here and _waiting(here), funnel.sent and _sent(funnel.sent)]
        said += [funnel.opened and _opened(funnel), funnel.clicked and _clicked(funnel)]
        said += [funnel.orders and _orders(funnel.orders)]
        return [words for words in said if words]


class Counts:
    """The people and messages of one flow over its whole life."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """People by step."""
        return counts.standings(g.shop.id, self.flow.id)

    @cached_property
    def funnels(self) -> dict[str, Funnel]:
        """What became of the messages, by step."""
        return counts.funnels(g.shop.id, self.flow.id)

    @property
    def waiting(self) -> int:
        """How many people are on their way."""
        return sum(each.here for each in self.standings.values())

    def of(self, id: str) -> StepCounts:
        """Return everything that is counted at one step."""
        return StepCounts(self.standings.get(id, Standing()), self.funnels.get(id, Funnel()))

    def mark(self, node: Node) -> tuple[str, str]:
        """Return what the card shows and what it tells when one points at it; empty where nothing happened yet."""
        here = self.of(node.id)
        return _shown(node, here), " · ".join(here.told)


def _shown(node: Node, here: StepCounts) -> str:
    if node.described.group == "trigger":
        return _entered(here.standing.passed) if here.standing.passed else ""
    if here.standing.here:
        return _waiting(here.standing.here)
    if here.funnel.sent:
        share = percent(here.funnel.opened / here.funnel.sent)
        return _("%(sent)s, %(share)s opened", sent=_sent(here.funnel.sent), share=share)
    return _passed(here.standing.passed) if here.standing.passed else ""


def _entered(many: int) -> str:
    return str(ngettext("%(count)s entered", "%(count)s entered", many, count=number(many)))


def _waiting(many: int) -> str:
    return str(ngettext("%(count)s waiting", "%(count)s waiting", many, count=number(many)))


def _sent(many: int) -> str:
    return str(ngettext("%(count)s sent", "%(count)s sent", many, count=number(many)))


def _passed(many: int) -> str:
    return str(ngettext("%(count)s passed", "%(count)s passed", many, count=number(many)))


def _opened(funnel: Funnel) -> str:
    return str(ngettext("%(count)s opened", "%(count)s opened", funnel.opened, count=number(funnel.opened)))


def _clicked(funnel: Funnel) -> str:
    return str(
        ngettext("%(count)s clicked", "%(count)s clicked", funnel.clicked, count=number(funnel.clicked))
    )


def _orders(many: int) -> str:
    return str(ngettext("%(count)s order", "%(count)s orders", many, count=number(many)))
