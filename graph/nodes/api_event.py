"""API event: another system says that something of the merchant's own has happened to a customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.facts import Event
from graph.fields import Text
from graph.kind import Settings, TriggerKind
from graph.problem import Problem, References
from graph.words import Card, M, Names, Words

if TYPE_CHECKING:
    from graph.model import Node

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.-")


class ApiEvent(TriggerKind):
    """Fires for each delivery of an event of this name; what the call tells besides can stand in the e-mail."""

    name = "api_event"
    icon = "webhook"
    title = M("Another system says so")
    short = M("Another system")
    description = M("A program of yours calls the API: a course finished, points earned, a visit booked.")
    event = "custom"
    fields = (
        Text(name="event", label=M("Name of the event"), longest=60, ask=M("Write the name that your system sends."),
             help=M("Small letters, digits and - _ . only, such as points-earned. The connection page shows how.")),
    )  # fmt: skip

    def matches(self, settings: Settings, event: Event) -> bool:
        return event.name == self.event and event.data.get("name") == settings.get("event")

    def entry_key(self, event: Event) -> str:
        return f"{event.data.get('name')}:{event.at.isoformat()}"

    def problems(self, node: Node, references: References) -> Iterator[Problem]:
        yield from super().problems(node, references)
        name = str(node.settings.get("event") or "")
        if name and not (LETTERS.issuperset(name) and name[0] not in "_.-"):
            yield Problem(
                node.id,
                "event",
                M("Use small letters, digits and - _ . only, and begin with a letter or digit."),
            )

    def card(self, settings: Settings, names: Names) -> Card:
        name = settings.get("event")
        line = (
            Words(M("“%(event)s” by the API"), {"event": name}) if name else Words(M("No name written yet"))
        )
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(
            M("When another system says “%(event)s” of a customer"), {"event": settings.get("event") or "…"}
        )
