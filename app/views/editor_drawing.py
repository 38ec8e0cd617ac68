"""A drawing: everything that the editor's templates say about one flow, worked out once for each answer.

Knows the flow's row, its graph and the figures beside it. Must not know a request, nor change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from app import clock
from app.extensions import db
from app.languages import LANGUAGES
from app.models import Flow, Shop, Version, drafts
from app.telling import names_in, references_in, tell
from app.views.editor_cards import StepCard
from app.views.editor_counts import Counts, digest
from app.views.editor_outline import Line, order, outline
from app.views.editor_rules import vocabulary
from graph import catalogue, changes, geometry, story, validation
from graph.kind import NodeKind, Port
from graph.model import Graph, Node
from graph.problem import Problem
from graph.words import Names, Sentence, Words

SORTS = {"trigger": "when", "wait": "wait", "decide": "if", "do": "do"}


class Drawing:
    """One flow as its editor shows it. `chosen` is the id of the selected step, or an empty string."""

    def __init__(self, flow: Flow, shop: Shop, chosen: str = "") -> None:
        self.flow, self.shop = flow, shop
        self.graph = Graph.from_json(flow.draft)
        self.chosen = ""
        self.choose(chosen)

    def choose(self, id: str) -> None:
        """Select a step; one that is not there selects none."""
        self.chosen = id if id in self.graph.by_id else ""

    @cached_property
    def names(self) -> Names:
        """The titles of what steps name."""
        return names_in(self.shop)

    @cached_property
    def layout(self) -> geometry.Layout:
        """Where everything stands."""
        return geometry.layout(self.graph, {id: card.height for id, card in self.cards.items()})

    @cached_property
    def problems(self) -> list[Problem]:
        """What stops publishing."""
        return validation.problems(self.graph, references_in(self.shop, clock.now(self.shop.id)))

    @cached_property
    def cards(self) -> dict[str, StepCard]:
        """The card of each step, in the order in which steps are told."""
        places = {id: place for place, id in enumerate(order(self.graph), 1)}
        return {id: self._card(self.graph.node(id), place) for id, place in places.items()}

    @cached_property
    def lines(self) -> list[Line]:
        """The outline."""
        return outline(self.graph)

    @property
    def starts(self) -> tuple[NodeKind, ...]:
        """The kinds of step with which a flow can start."""
        return catalogue.triggers()

    @cached_property
    def sentences(self) -> list[Sentence]:
        """The flow in plain words."""
        return story.sentences(self.graph, self.names)

    @cached_property
    def history(self) -> drafts.History:
        """What can be undone and redone."""
        return drafts.history(self.flow)

    @cached_property
    def author(self) -> str:
        """Who changed the draft last; nothing where nobody did."""
        return drafts.author(self.flow)

    @cached_property
    def live(self) -> Version | None:
        """The version that runs, if the flow was ever published."""
        return db.session.get(Version, self.flow.version_id) if self.flow.version_id else None

    @cached_property
    def changes(self) -> list[Words]:
        """What publishing would change; empty before the first time."""
        return changes.changes(Graph.from_json(self.live.graph), self.graph, self.names) if self.live else []

    @cached_property
    def counts(self) -> Counts:
        """The people and messages at each step."""
        return Counts(self.flow)

    @property
    def counted(self) -> str:
        """What tells the counts that this drawing shows from others."""
        return digest({id: (card.count, card.counted) for id, card in self.cards.items()})

    @cached_property
    def waiting(self) -> int:
        """How many people are on their way in this flow now."""
        return self.counts.waiting

    def here(self, id: str) -> int:
        """Return how many people stand at a step now."""
        return self.counts.of(id).standing.here

    def title(self, id: str) -> str:
        """Return what the card of a step is called."""
        return self.cards[id].title

    def way(self, id: str, port: str) -> str:
        """Return a way out in words: "Wait 2 hours", or "Yes of Is the cart over €50?" where there are several."""
        branch = self.port(id, port).title
        if not branch:
            return self.title(id)
        return _("%(branch)s of “%(step)s”", branch=tell(Words(branch)), step=self.title(id))

    def briefly(self, id: str, port: str) -> str:
        """Return a way out in few words, for where its step stands beside it: "Wait 2 hours", or "Yes"."""
        branch = self.port(id, port).title
        return tell(Words(branch)) if branch else self.title(id)

    def port(self, id: str, name: str) -> Port:
        """Return the way out called `name`."""
        return next(port for port in self.graph.node(id).ports if port.name == name)

    def complaints(self, id: str) -> list[str]:
        """Return what is wrong with a step as a whole (with the flow, for an empty id), not with one of its fields."""
        mine = (each for each in self.problems if (each.node or "") == id and each.field is None)
        return [tell(problem.words) for problem in mine]

    def missing(self, id: str) -> dict[str, str]:
        """Return what is wrong with the fields of a step, or of the flow, by the field's name."""
        mine = (each for each in self.problems if (each.node or "") == id and each.field)
        return {str(problem.field): tell(problem.words) for problem in mine}

    @cached_property
    def _complaints(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for problem in self.problems:
            found.setdefault(problem.node or "", []).append(tell(problem.words))
        return found

    def _card(self, node: Node, place: int) -> StepCard:
        kind = node.described
        words = kind.card(node.settings, self.names)
        problems = tuple(self._complaints.get(node.id, ()))
        return StepCard(node.id, kind.icon, SORTS[kind.group], tell(words.title), tell(words.line),
                        *self.counts.mark(node), problems, node.pin is not None, place, node.note)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """One heading of the palette, and what stands under it."""

    name: str
    title: str
    sort: str
    kinds: tuple[NodeKind, ...]


@cache
def found_by(kind: NodeKind) -> str:
    """Return all by which a kind of step is found: its names in every language, whatever the page speaks."""
    words = [kind.name.replace("_", " ")]
    for language in LANGUAGES:
        with force_locale(language):
            words += [tell(Words(kind.short)), tell(Words(kind.title))]
    return " ".join(dict.fromkeys(words))


def palette() -> list[Group]:
    """Return every kind of step under its heading."""
    return [Group(name, title, SORTS[name], catalogue.group(name)) for name, title in catalogue.GROUPS]


def prepare(app: Flask) -> None:
    """Let templates tell the graph's words: `tell` for Words, `told` for one msgid, `vocabulary` for lists of them."""
    app.jinja_env.globals.update(vocabulary=vocabulary())
    app.jinja_env.filters.update(
        tell=tell, told=lambda msgid: tell(Words(msgid)), capitalised=_capitalised, found_by=found_by
    )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
