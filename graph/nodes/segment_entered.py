"""Segment entered: rules about a customer become true that were not true before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph import conditions
from graph.facts import Event
from graph.fields import Conditions
from graph.kind import Settings, Sweep, TriggerKind
from graph.problem import Problem, References
from graph.words import MN, Card, M, Names, Words, counted

if TYPE_CHECKING:
    from graph.model import Node


class SegmentEntered(TriggerKind):
    """Fires when a customer comes in, by what they did or as days go by. Whoever leaves may come in again."""

    name = "segment_entered"
    icon = "users"
    title = M("Comes into a segment")
    short = M("Segment")
    description = M("Rules about a customer become true, such as a third order or 500 spent.")
    event = "segment.entered"
    fields = (
        Conditions(name="rules", label=M("Who is in it?"), ask=M("Add at least one rule about the customer."),
                   help=M("Whoever is in it already when you turn this on gets nothing, only who comes in later.")),
    )  # fmt: skip

    def sweep(self, settings: Settings) -> Sweep:
        return Sweep("segment", asks={"rules": settings["rules"]})

    def matches(self, settings: Settings, event: Event) -> bool:
        return event.name == self.event and event.data.get("segment") == conditions.digest(settings["rules"])

    def problems(self, node: Node, references: References) -> Iterator[Problem]:
        yield from super().problems(node, references)
        for subject in conditions.subjects_in(node.settings.get("rules")):
            if not subject.name.startswith("customer."):
                yield Problem(node.id, "rules", M("A segment asks about the customer only, not about “%(subject)s”."),
                              {"subject": Words(subject.title)})  # fmt: skip

    def card(self, settings: Settings, names: Names) -> Card:
        rules = settings.get("rules")
        if not rules:
            return Card(Words(self.title), Words(M("No rule yet")))
        title = Words("%(rules)s", {"rules": conditions.told(rules, names)}, capital=True)
        count = len(list(conditions.rules_in(rules)))
        return Card(
            title, counted(MN("As soon as this becomes true", "As soon as all of it becomes true"), count)
        )

    def sentence(self, settings: Settings, names: Names) -> Words:
        rules = settings.get("rules")
        told = conditions.told(rules, names) if rules else Words("…")
        return Words(M("When this becomes true of a customer: %(rules)s"), {"rules": told})
