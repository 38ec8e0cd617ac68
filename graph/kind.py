"""NodeKind: all that a kind of step says about itself, and the outcomes of running one.

Knows the questions that the palette, the form, the card, the checks and the interpreter ask. Must not know any kind by
name, nor the graph around a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

from graph.effects import Effect
from graph.facts import Event, Facts
from graph.fields import Field, FieldError, span
from graph.problem import Problem, References
from graph.words import Card, Names, Words

if TYPE_CHECKING:
    from graph.model import Node

Settings: TypeAlias = Mapping[str, Any]
NOTHING: Settings = {}


@dataclass(frozen=True)
class Port:
    """One way out of a step; `title` and `icon` are shown on a branch's pill, and empty where there is one way only."""

    name: str
    title: str = ""
    icon: str = ""


NEXT = Port("next")


class Visit(NamedTuple):  # made for each step of each run, at a third of what a frozen dataclass costs
    """One run standing at one node: what it may look at. `since` is when it came to rest here, None on arrival."""

    node: str
    settings: Settings
    facts: Facts
    now: datetime
    chance: Callable[[str], float]
    since: datetime | None = None
    wake: datetime | None = None


class Go(NamedTuple):
    """Leave by `port`, asking for `effects`; `saw` is kept with the step and answers why."""

    port: str
    effects: tuple[Effect, ...] = ()
    saw: Settings = NOTHING


class Wait(NamedTuple):
    """Rest until an instant; `rule` is what made it, kept so that the wait can be explained."""

    until: datetime
    rule: Settings = NOTHING


class WaitFor(NamedTuple):
    """Rest until one of these events, or until an instant if none comes."""

    events: tuple[str, ...]
    until: datetime


@dataclass(frozen=True)
class Stop:
    """The run ends here on purpose."""

    reason: str


Outcome: TypeAlias = Go | Wait | WaitFor | Stop


@dataclass(frozen=True)
class Sweep:
    """What the heartbeat looks for: a cart, checkout, view or order that has been quiet for `after`.

    Or, `after` being nothing, what moved, came round or became true: `asks` is what the flow wants of it.
    """

    subject: str
    after: timedelta = timedelta(0)
    asks: Settings = field(default_factory=dict)


class NodeKind:
    """A kind of step. Subclass it in one file, put an instance in the catalogue, and nothing else need know it.

    `title` heads its form, `short` stands in the palette under the group's title, `description` explains it there.
    """

    name: ClassVar[str]
    group: ClassVar[str]
    icon: ClassVar[str]
    title: ClassVar[str]
    short: ClassVar[str]
    description: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]] = ()
    for_customer: ClassVar[bool] = (
        False  # whether it does something to the customer, so that there must be one
    )

    def defaults(self) -> dict[str, Any]:
        """Return the settings of a new step, one value a field (None: not chosen yet)."""
        return {field.name: field.default for field in self.fields}

    def field(self, name: str) -> Field | None:
        """Return the field called `name`, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def readable(self, settings: Settings) -> dict[str, Any]:
        """Return the settings that this kind has, cleaned; one that cannot be read counts as not chosen yet."""
        return {
            each.name: each.readable(settings[each.name]) for each in self.fields if each.name in settings
        }

    def ports(self, settings: Settings) -> tuple[Port, ...]:
        """Return the ways out, in the order in which they are drawn from left to right."""
        return (NEXT,)

    def needs(self, settings: Settings) -> frozenset[str]:
        """Return which facts a run must bring: of "cart", "order", "messages"."""
        return frozenset()

    def watches(self, settings: Settings) -> frozenset[str]:
        """Return the names of events that matter here while a run is on its way."""
        return frozenset()

    def card(self, settings: Settings, names: Names) -> Card:
        """Return what the card says, with this step's own values."""
        return Card(Words(self.title), Words(self.description))

    def sentence(self, settings: Settings, names: Names) -> Words:
        """Return the step as one plain sentence."""
        raise NotImplementedError

    def problems(self, node: Node, references: References) -> Iterator[Problem]:
        """Yield what is missing, malformed or no longer exists in this step's settings."""
        for each in self.fields:
            if each.applies(node.settings):
                yield from _field_problems(each, node, references)

    def run(self, visit: Visit) -> Outcome:
        """Return what a run does here. Pure: the same visit gives the same outcome."""
        return Go("next")


def _field_problems(each: Field, node: Node, references: References) -> Iterator[Problem]:
    raw = node.settings.get(each.name)
    if each.blank(raw):
        if each.required:
            yield Problem(node.id, each.name, each.ask)
        return
    try:
        missing = each.missing(each.clean(raw), references)
    except FieldError as error:
        yield Problem(node.id, each.name, error.msgid, error.values)
        return
    if missing is not None:
        yield Problem(node.id, each.name, missing.msgid, missing.values)


class TriggerKind(NodeKind):
    """A kind that enrols: its node is where every run begins."""

    group = "trigger"
    event: ClassVar[str]
    person: ClassVar[bool] = True  # whether it begins with a customer; else with the shop itself

    def event_name(self, settings: Settings) -> str:
        """Return the name of the one event that can start this flow."""
        return self.event

    def matches(self, settings: Settings, event: Event) -> bool:
        """Return whether this event enrols its customer."""
        return event.name == self.event_name(settings)

    def sweep(self, settings: Settings) -> Sweep | None:
        """Return what the heartbeat must look for, or None where the shop itself tells."""
        return None

    def entry_key(self, event: Event) -> str:
        """Return what may enter only once under the rule `per_key`: a cart, an order, a moment."""
        return event.at.isoformat()

    def run(self, visit: Visit) -> Outcome:
        """Go on at once; the step remembers which event began the run."""
        event = visit.facts.event
        saw = {"event": event.name, "at": event.at.isoformat()} if event else {}
        return Go("next", saw=saw)


class SweptTrigger(TriggerKind):
    """A trigger that fires on silence: the heartbeat finds who has been quiet for its setting `after`."""

    subject: ClassVar[str]
    key: ClassVar[str]

    def sweep(self, settings: Settings) -> Sweep:
        """Return the subject and the silence that this flow asks for."""
        return Sweep(self.subject, span(settings["after"]))

    def matches(self, settings: Settings, event: Event) -> bool:
        """Return whether the event was swept for exactly this flow's silence."""
        after = span(settings["after"]).total_seconds()
        return event.name == self.event and event.data.get("after") == after

    def entry_key(self, event: Event) -> str:
        """Return the key of what was left, so that the same cart enters once."""
        return str(event.data.get(self.key) or event.at.isoformat())
