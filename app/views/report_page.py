"""What a report says about one automation over a range of days, table by table; pictures and files read the same.

Knows which figures belong together, and their words. Must not know a request, nor change anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from app import charts, clock
from app.extensions import db
from app.models import Flow, Policy, Shop, Version, counts, figures, standstill
from app.models.counts import Funnel
from app.models.figures import Figures
from app.telling import tell
from app.views.editor_cards import StepCard
from app.views.editor_drawing import SORTS, Drawing
from app.views.ranges import Range
from graph.model import Graph, Node
from graph.words import Words

BY_WEEK, BY_MONTH = 92, 400  # days from which on a drawing shows weeks, and months
LEFT = ("cart", "checkout")  # whose silence begins what can be won back (C5)


@dataclass(frozen=True)
class Stage:
    """One step over the period: `came` so many people, `passed` so many went on, by the ways out in `ways`."""

    card: StepCard
    depth: int
    came: int
    passed: int
    ways: tuple[tuple[str, int], ...]
    of_all: float

    @property
    def of_came(self) -> float:
        """The share of those who came that went on."""
        return charts.share(self.passed, self.came)


@dataclass(frozen=True)
class Bucket:
    """Some days that stand together in a drawing, with one number of this period and one of the days before."""

    first: date
    last: date
    now: int
    before: int


class Plain(Drawing):
    """A drawing of which only the words of the steps are wanted: nothing is counted or looked for."""

    def _card(self, node: Node, place: int) -> StepCard:
        kind = node.described
        words = kind.card(node.settings, self.names)
        return StepCard(
            node.id,
            kind.icon,
            SORTS[kind.group],
            tell(words.title),
            tell(words.line),
            "",
            "",
            (),
            False,
            place,
        )


class Report:
    """One automation over a range, beside the range before."""

    def __init__(self, flow: Flow, shop: Shop, range: Range) -> None:
        self.flow, self.shop, self.range, self.period = flow, shop, range, range.period
        self.drawing = Plain(flow, shop)
        version = db.session.get(Version, flow.version_id) if flow.version_id else None
        if flow.status != "off" and version is not None:
            self.drawing.graph = Graph.from_json(version.graph)

    @cached_property
    def brought(self) -> Figures:
        """The four figures, day by day."""
        return self._figures(False)

    @cached_property
    def before(self) -> Figures:
        """The four figures of the period before."""
        return self._figures(True)

    def _figures(self, earlier: bool) -> Figures:
        period = self.period.before if earlier else self.period
        found = figures.by_flow(self.shop.id, period, self.flow.id)
        return found.get(self.flow.id, figures.nothing(period.days))

    def buckets(self, measure: str) -> list[Bucket]:
        """Return one measure day by day; of longer periods by seven days, or by thirty."""
        size = 1 if self.period.days <= BY_WEEK else 7 if self.period.days <= BY_MONTH else 30
        now, before, found = getattr(self.brought, measure), getattr(self.before, measure), []
        # From the end, so that the last one is whole: a drawing should not fall where the calendar cuts it.
        for end in range(self.period.days, 0, -size):
            start = max(end - size, 0)
            first = self.period.first + timedelta(days=start)
            last = self.period.first + timedelta(days=end - 1)
            found.append(Bucket(first, last, sum(now[start:end]), sum(before[start:end])))
        return found[::-1]

    def curves(self, measure: str) -> list[charts.Curve]:
        """Return the drawing of a measure for a desk and for a phone."""
        told = self.buckets(measure)
        now, before = [each.now for each in told], [each.before for each in told]
        return [charts.curve(now, before), charts.curve(now, before, 344, 212)]

    @cached_property
    def entered(self) -> int:
        """How many people came in."""
        return counts.entered(self.shop.id, self.flow.id, self.period)

    @cached_property
    def stages(self) -> list[Stage]:
        """The steps in order, with who came and who went on: the conversion, step by step (AUTO-24)."""
        left = counts.passages(self.shop.id, self.flow.id, self.period)
        graph, cards = self.drawing.graph, self.drawing.cards
        came = {graph.trigger.id: self.entered} if graph.trigger else {}
        for edge in graph.edges:
            came[edge.target] = came.get(edge.target, 0) + left.get(edge.source, {}).get(edge.port, 0)
        return [
            Stage(cards[line.node], line.depth, max(came.get(line.node, 0), 0), sum(left.get(line.node, {}).values()),
                  self._ways(line.node, left.get(line.node, {})), charts.share(came.get(line.node, 0), self.entered))
            for line in self.drawing.lines if line.what == "step"
        ]  # fmt: skip

    def _ways(self, node: str, ports: Any) -> tuple[tuple[str, int], ...]:
        named = [(port.title, ports.get(port.name, 0)) for port in self.drawing.graph.node(node).ports]
        return tuple((tell(Words(title)), number) for title, number in named if title)

    @cached_property
    def funnels(self) -> list[tuple[StepCard, Funnel]]:
        """What became of each message, in the order of the flow."""
        found = counts.funnels(self.shop.id, self.flow.id, self.period)
        told = {id: found.get(id, Funnel()) for id in (*found, *self.failed)}
        return [(card, told[id]) for id, card in self.drawing.cards.items() if id in told]

    @cached_property
    def failed(self) -> dict[str, int]:
        """How many messages failed, by the step that sent them."""
        return counts.failed(self.shop.id, self.flow.id, self.period)

    @cached_property
    def mendable(self) -> Counter[str]:
        """How many that failed lately can still be sent again in Status, by the step that sent them."""
        found = Counter[str]()
        for (node, _why), number in standstill.mendable(
            self.shop.id, self.flow.id, clock.now(self.shop.id)
        ).items():
            found[node] += number
        return found

    @cached_property
    def sales(self) -> list[figures.Sales]:
        """What the sales are made of, by currency, the shop's own first."""
        return figures.sales(self.shop.id, self.period, self.flow.id)

    @cached_property
    def best(self) -> Sequence[Any]:
        """The orders that brought most."""
        return figures.best_orders(self.shop.id, self.flow.id, self.period)

    @cached_property
    def endings(self) -> dict[tuple[str, str], int]:
        """How people's ways through it ended."""
        return counts.endings(self.shop.id, self.flow.id, self.period)

    @property
    def wins_back(self) -> bool:
        """Whether it is about carts, so that there is something to recover."""
        swept = self.drawing.graph.sweep
        return swept is not None and swept.subject in LEFT

    @cached_property
    def recovered(self) -> tuple[figures.Credit, figures.Credit]:
        """What was won back: the shop's headline first, the other way to count second (C5)."""
        strict, credited = figures.recovered(self.shop.id, self.period, self.flow.id)
        return (strict, credited) if self.strict else (credited, strict)

    @property
    def strict(self) -> bool:
        """Whether the headline counts only what was paid after the link was pressed."""
        return Policy.of(self.shop.id).headline == "strict"

    @cached_property
    def rates(self) -> list[tuple[str, float, str]]:
        """The conversion rates of the whole: (what, share of one, of what)."""
        sent = sum(each.sent for _card, each in self.funnels)
        opened, clicked = (
            sum(getattr(each, name) for _card, each in self.funnels) for name in ("opened", "clicked")
        )
        orders = self.brought.total("orders")
        return [
            (_("Opened"), charts.share(opened, sent), _("of the messages sent")),
            (_("Clicked"), charts.share(clicked, sent), _("of the messages sent")),
            (_("Ordered"), charts.share(orders, self.brought.total("visits")), _("of the visits")),
            (_("Converted"), charts.share(orders, self.entered), _("of the people who came in")),
        ]
