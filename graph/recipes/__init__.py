"""Recipes: the gallery. A recipe is a flow, the few questions that make it one's own, and the e-mails it sends.

Knows how answers become a graph. Must not know a shop: the caller keeps the designs and passes their ids.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from graph.edits import Configure, DeleteNode
from graph.fields import Choice, CouponChoice, Duration, Field, Number, Percent, Products, YesNo
from graph.kind import TriggerKind
from graph.model import Graph, Node
from graph.words import Names

# In the order of the gallery.
NAMES = (
    "abandoned_checkout", "abandoned_cart", "browse_abandonment", "abandoned_checkout_series", "price_drop",
    "back_in_stock", "welcome", "vip_welcome", "birthday", "thank_you", "post_purchase_offer", "first_purchase_upsell",
    "cross_sell", "review_request", "replenishment", "win_back", "sunset", "order_follow_up", "unpaid_order",
    "low_stock_alert",
)  # fmt: skip
QUESTION_TYPES: Mapping[str, type[Field]] = {
    each.type: each for each in (Choice, CouponChoice, Duration, Number, Percent, Products, YesNo)
}


@dataclass(frozen=True)
class Question:
    """A field of the wizard. Its answer goes into `sets` (node, setting, then where in it); `also` goes along with one.

    Without an answer the steps `keeps` go.
    """

    field: Field
    sets: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    also: Mapping[tuple[str, ...], Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """One flow of the gallery. `title`, `sentence`, `purpose` and the titles of its e-mails are message ids.

    `emails` maps a name to a design in each language, in the order in which they are sent; the graph's own
    `send_email` steps hold these names until `build` puts ids in their place. `words` names the settings that are
    message ids until then. `one_click`: it works as it comes (AUTO-06). `to_all`: it may write to all who gave their
    address (AUTO-08).
    """

    name: str
    title: str
    sentence: str
    purpose: str
    icon: str
    questions: tuple[Question, ...]
    graph: Graph
    emails: Mapping[str, Mapping[str, Any]]
    email_titles: Mapping[str, str]
    words: tuple[tuple[str, ...], ...] = ()
    one_click: bool = False
    to_all: bool = False

    @property
    def for_customers(self) -> bool:
        """Whether customers go through it; else it is for the shop's own people."""
        kind = self.graph.trigger.described if self.graph.trigger else None
        return isinstance(kind, TriggerKind) and kind.person

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the questions, in order."""
        return tuple(question.field for question in self.questions)

    @property
    def names(self) -> Names:
        """Titles for the names that stand in the graph before it is built: message ids, to be translated."""
        return Names(emails=self.email_titles)

    def answered(self, answers: Mapping[str, Any]) -> Graph:
        """Return the graph that clean answers make, its e-mails by name; what is not answered is at its default."""
        graph = self.graph
        for question in self.questions:
            answer = answers.get(question.field.name, question.field.default)
            if question.keeps and not answer:
                graph = _without(graph, question.keeps)
            elif question.sets:
                graph = _put(graph, question.sets, answer)
            for place, value in question.also.items() if answer else ():
                graph = _put(graph, place, value)
        return graph

    def emails_for(self, answers: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        """Return name and designs of the e-mails that are still sent after these answers, in order."""
        sent = {node.settings.get("email") for node in self.answered(answers).nodes}
        return {name: design for name, design in self.emails.items() if name in sent}

    def build(
        self, answers: Mapping[str, Any], emails: Mapping[str, int], say: Callable[[str], str] = str
    ) -> Graph:
        """Return the graph of a new flow. `emails` maps the names of `emails_for` to ids; raise KeyError.

        `say` translates what the flow itself says, to the shop's people or in its pages.
        """
        graph = self.answered(answers)
        for place in self.words:
            if place[0] in graph.by_id:
                graph = _put(graph, place, say(str(graph.node(place[0]).settings[place[1]])))
        return replace(graph, nodes=tuple(_with_ids(node, emails) for node in graph.nodes))


def all_recipes() -> tuple[Recipe, ...]:
    """Return the gallery, in order."""
    return tuple(recipe(name) for name in NAMES)


@cache
def recipe(name: str) -> Recipe:
    """Return the recipe called `name`; raise KeyError."""
    if name not in NAMES:
        raise KeyError(name)
    data = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return Recipe(
        **{
            key: data[key]
            for key in ("name", "title", "sentence", "purpose", "icon", "emails", "email_titles")
        },
        questions=tuple(_question(each) for each in data["questions"]),
        graph=_sending(Graph.from_json(data["graph"]), data["sends"]),
        words=tuple(tuple(place.split(".")) for place in data.get("words", ())),
        one_click=bool(data.get("one_click")),
        to_all=bool(data.get("to_all")),
    )


def _sending(graph: Graph, sends: Mapping[str, str]) -> Graph:
    """Return the graph whose steps `sends` names hold the name of an e-mail where its id will be."""
    for id, name in sends.items():
        node = graph.node(id)
        graph = graph.with_node(replace(node, settings={**node.settings, "email": name}))
    return graph


def _question(data: Mapping[str, Any]) -> Question:
    said = {key: value for key, value in data.items() if key not in ("type", "sets", "keeps", "with")}
    if "units" in data:
        said["units"] = tuple(data["units"])
    if "options" in data:
        said["options"] = tuple((value, title) for value, title in data["options"])
    sets = tuple(data["sets"].split(".")) if "sets" in data else ()
    also = {tuple(place.split(".")): value for place, value in data.get("with", {}).items()}
    return Question(QUESTION_TYPES[data["type"]](**said), sets, tuple(data.get("keeps", ())), also)


def _put(graph: Graph, place: tuple[str, ...], value: Any) -> Graph:
    """Return the graph with a value in a step's setting, or deeper inside it; as it is when the step is gone."""
    node, setting, *inside = place
    if node not in graph.by_id:
        return graph
    settings = graph.node(node).settings
    return Configure(node, {setting: _within(settings.get(setting), inside, value)}).apply(graph)


def _within(held: Any, place: Sequence[str], value: Any) -> Any:
    if not place:
        return value
    first, *rest = place
    if isinstance(held, list):
        at = int(first)
        return [*held[:at], _within(held[at], rest, value), *held[at + 1 :]]
    return {**held, first: _within(held[first], rest, value)}


def _without(graph: Graph, ids: tuple[str, ...]) -> Graph:
    for id in ids:
        graph = DeleteNode(id).apply(graph) if id in graph.by_id else graph
    return graph


def _with_ids(node: Node, emails: Mapping[str, int]) -> Node:
    named = {
        field.name: emails[node.settings[field.name]]
        for field in node.described.fields
        if field.type == "email" and isinstance(node.settings.get(field.name), str)
    }
    return replace(node, settings={**node.settings, **named}) if named else node
