"""Recipes: the gallery. A recipe is a flow, the few questions that make it one's own, and the e-mails it sends.

Knows how answers become a graph. Must not know a shop: the caller keeps the designs and passes their ids.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from graph.edits import Configure, DeleteNode
from graph.fields import Choice, CouponChoice, Duration, Field, YesNo
from graph.model import Graph, Node
from graph.words import Names

# In the order of the gallery.
NAMES = ("abandoned_checkout", "abandoned_cart", "browse_abandonment", "welcome", "thank_you", "win_back")
QUESTION_TYPES: Mapping[str, type[Field]] = {
    each.type: each for each in (Choice, CouponChoice, Duration, YesNo)
}


@dataclass(frozen=True)
class Question:
    """A field of the wizard. Its answer goes into `sets` (node, setting); without one, the steps `keeps` go."""

    field: Field
    sets: tuple[str, str] | None = None
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """One flow of the gallery. `title`, `sentence`, `purpose` and the titles of its e-mails are message ids.

    `emails` maps a name to a design in each language, in the order in which they are sent; the graph's own
    `send_email` steps hold these names until `build` puts ids in their place.
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
                node, setting = question.sets
                graph = Configure(node, {setting: answer}).apply(graph) if node in graph.by_id else graph
        return graph

    def emails_for(self, answers: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        """Return name and designs of the e-mails that are still sent after these answers, in order."""
        sent = {node.settings.get("email") for node in self.answered(answers).nodes}
        return {name: design for name, design in self.emails.items() if name in sent}

    def build(self, answers: Mapping[str, Any], emails: Mapping[str, int]) -> Graph:
        """Return the graph of a new flow. `emails` maps the names of `emails_for` to ids; raise KeyError."""
        graph = self.answered(answers)
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
    )


def _sending(graph: Graph, sends: Mapping[str, str]) -> Graph:
    """Return the graph whose steps `sends` names hold the name of an e-mail where its id will be."""
    for id, name in sends.items():
        node = graph.node(id)
        graph = graph.with_node(replace(node, settings={**node.settings, "email": name}))
    return graph


def _question(data: Mapping[str, Any]) -> Question:
    said = {key: value for key, value in data.items() if key not in ("type", "sets", "keeps")}
    if "units" in data:
        said["units"] = tuple(data["units"])
    if "options" in data:
        said["options"] = tuple((value, title) for value, title in data["options"])
    node, _dot, setting = data.get("sets", "").partition(".")
    asked = QUESTION_TYPES[data["type"]](**said)
    return Question(asked, (node, setting) if setting else None, tuple(data.get("keeps", ())))


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
