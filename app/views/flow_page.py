"""What the pages of automations show: a row of the list, and everything about one automation.

Knows which figures stand beside which words, one grouped query each. Must not know a request, nor change anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import Attribution, Code, Customer, Flow, Run, Shop, Version, counts, figures, standstill
from app.models.figures import Figures
from app.models.periods import Period
from app.telling import names_in, tell
from app.views.editor_drawing import Drawing, StepCard
from app.views.editor_outline import order
from app.views.preflight import Lack, lacks, reached_back, unplugged, willing
from graph.changes import changes
from graph.model import BadGraph, Graph
from graph.words import Names, Words

STATES = ("live", "off", "paused")
LONGEST_STORY = 5  # steps
PEOPLE = 8
SORTS = {"thank_you": "do", "welcome": "do", "win_back": "wait", "browse_abandonment": "if"}


@dataclass(frozen=True)
class Row:
    """One automation in the list. `unpublished`: its draft differs from what runs."""

    flow: Flow
    story: str
    unpublished: bool
    sort: str
    here: int
    stuck: int
    brought: Figures


def rows(shop: Shop, brought: Mapping[int, Figures]) -> list[Row]:
    """Return the shop's automations: those that run first, then by name."""
    mine = select(Flow).where(Flow.shop_id == shop.id, Flow.status.not_in(("deleted", "hand")))
    flows = sorted(
        db.session.scalars(mine), key=lambda flow: (flow.status == "off", flow.name.casefold(), flow.id)
    )
    here, stuck, names, running = (
        counts.in_it_now(shop.id), stuck_in(shop.id), names_in(shop), running_in(shop.id)
    )  # fmt: skip
    found = []
    for flow in flows:
        graph = running.get(flow.id, flow.draft)
        unpublished = bool(changed(graph, flow.draft, names))
        found.append(
            Row(flow, story(graph, names), unpublished, SORTS.get(flow.recipe, "when"), here.get(flow.id, 0),
                stuck.get(flow.id, 0), brought[flow.id])
        )  # fmt: skip
    return found


def running_in(shop_id: int) -> dict[int, dict[str, Any]]:
    """Return the graph that runs, by the id of each flow that is not off."""
    live = select(Flow.id, Version.graph).join(Version, Version.id == Flow.version_id)
    on = live.where(Flow.shop_id == shop_id, Flow.status.in_(("live", "paused")))
    return {flow_id: graph for flow_id, graph in db.session.execute(on)}


def changed(running: dict[str, Any], drawn: dict[str, Any], names: Names) -> list[Words]:
    """Return what publishing the draft would change; where a card stands and its notes change nothing."""
    try:
        return changes(Graph.from_json(running), Graph.from_json(drawn), names)
    except BadGraph as error:
        return [error.words]


def stuck_in(shop_id: int) -> dict[int, int]:
    """Return how many runs are stuck in each flow that has any."""
    parked = select(Run.flow_id, func.count()).where(Run.shop_id == shop_id, Run.status == "parked")
    return dict(db.session.execute(parked.group_by(Run.flow_id)).all())


def story(drawn: dict[str, Any], names: Names) -> str:
    """Return a graph in one line: the titles of its first steps, in order."""
    try:
        graph = Graph.from_json(drawn)
    except BadGraph:
        return ""
    ids = order(graph)
    nodes = [graph.node(id) for id in ids[:LONGEST_STORY]]
    told = [tell(node.described.card(node.settings, names).title) for node in nodes]
    return " → ".join([*told, "…"] if len(ids) > LONGEST_STORY else told)


class FlowPage:
    """One automation with its figures over a period; without one, over the last thirty days."""

    def __init__(self, flow: Flow, shop: Shop, period: Period | None = None) -> None:
        self.flow, self.shop, self.now = flow, shop, clock.now(shop.id)
        self.period = period or Period.rolling(self.now, shop.timezone)
        self.drawing = Drawing(flow, shop)
        if flow.status != "off" and self.version is not None:
            self.drawing.graph = Graph.from_json(self.version.graph)

    @cached_property
    def version(self) -> Version | None:
        """The version that runs, if the flow was ever published."""
        return db.session.get(Version, self.flow.version_id) if self.flow.version_id else None

    @property
    def unpublished(self) -> bool:
        """Whether publishing the draft would change what runs."""
        return bool(self.changes)

    @cached_property
    def changes(self) -> list[Words]:
        """What publishing the draft would change, a sentence each."""
        running = self.version.graph if self.version and self.flow.status != "off" else self.flow.draft
        return changed(running, self.flow.draft, self.drawing.names)

    @cached_property
    def unplugged(self) -> list[Lack]:
        """What keeps it from working while it is on: nothing comes in, or nothing goes out."""
        return [*unplugged(self.shop), *willing(self.flow, self.shop)]

    @cached_property
    def brought(self) -> Figures:
        """The four figures of the period."""
        return self._figures(self.period)

    @cached_property
    def before(self) -> Figures:
        """The four figures of the period before."""
        return self._figures(self.period.before)

    @cached_property
    def story(self) -> str:
        """What runs, in one line; of a flow that is off, what is drawn."""
        return story(self.drawing.graph.to_json(), self.drawing.names)

    @cached_property
    def drawn(self) -> str:
        """What is drawn, in one line: turning it on publishes it."""
        return story(self.flow.draft, self.drawing.names)

    @cached_property
    def lacks(self) -> list[Lack]:
        """What keeps it from being turned on."""
        return lacks(self.flow, self.shop)

    @cached_property
    def backfill(self) -> int:
        """How many happenings of the days before turning it on would take in."""
        return reached_back(self.drawing.graph, self.shop, self.flow.first_activated_at is None)

    @property
    def backfill_days(self) -> int:
        """How many days turning it on looks back."""
        return int((self.drawing.graph.settings.get("backfill") or {}).get("days") or 0)

    @property
    def held_codes(self) -> int:
        """How many of its codes customers hold and have not used."""
        return Code.revocable(self.flow.id)

    @cached_property
    def here(self) -> int:
        """How many people are on their way in it."""
        return counts.in_it_now(self.shop.id, self.flow.id).get(self.flow.id, 0)

    @cached_property
    def funnels(self) -> list[tuple[StepCard, counts.Funnel]]:
        """What became of each message's mails in the period, in the order of the flow."""
        found = counts.funnels(self.shop.id, self.flow.id, self.period)
        return [(card, found[id]) for id, card in self.drawing.cards.items() if id in found]

    @cached_property
    def refusals(self) -> dict[str, int]:
        """Why people were not let in during the period."""
        return counts.refusals(self.shop.id, self.flow.id, self.period)

    @cached_property
    def held_back(self) -> dict[tuple[str, str], int]:
        """Why messages were not sent during the period."""
        return counts.held_back(self.shop.id, self.flow.id, self.period)

    @cached_property
    def mendable(self) -> Counter[str]:
        """How many that failed lately can still be sent again in Status, by the reason."""
        found = Counter[str]()
        for (_node, why), number in standstill.mendable(self.shop.id, self.flow.id, self.now).items():
            found[why] += number
        return found

    @cached_property
    def people(self) -> list[tuple[Run, Customer]]:
        """The latest people in it."""
        latest = select(Run, Customer).join(Customer, Customer.id == Run.customer_id)
        latest = latest.where(Run.shop_id == self.shop.id, Run.flow_id == self.flow.id)
        found: Any = db.session.execute(latest.order_by(Run.started_at.desc(), Run.id.desc()).limit(PEOPLE))
        return [(run, customer) for run, customer in found]

    @cached_property
    def ordered(self) -> set[int]:
        """The latest people's runs that an order is credited to."""
        ids = [run.id for run, _customer in self.people]
        return set(db.session.scalars(select(Attribution.run_id).where(Attribution.run_id.in_(ids))))

    @property
    def finishes(self) -> bool:
        """Whether those in it go on to the end when it is turned off."""
        return (
            self.version is not None
            and (self.version.graph.get("settings") or {}).get("on_deactivate") == "finish"
        )

    def _figures(self, period: Period) -> Figures:
        found = figures.by_flow(self.shop.id, period, self.flow.id)
        return found.get(self.flow.id, figures.nothing(period.days))
