"""Rehearsal: a whole run played at once, for somebody real or invented, without waiting and without doing anything.

Knows the interpreter, and what each of its effects would let later steps see. Must not know a clock, a shop or a page:
what may happen at a fork is chosen by whoever rehearses. The same arguments give the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.effects import Effect, GrantOffer, SendChat, SendMessage, TagCustomer
from graph.facts import Event, Facts, MessageFact
from graph.interpreter import Chance, Finished, Plan, Resting, Step, advance, start
from graph.kind import Go, Visit

SOON = timedelta(
    minutes=30
)  # an awaited event happens this long after the wait began, or half-way if that is sooner
DRAWS = tuple((2 * place + 1) / 200 for place in range(100))


@dataclass(frozen=True)
class Rested:
    """A rest that was skipped: from when until when, and what was awaited, if anything was."""

    node: str
    visit: int
    since: datetime
    until: datetime
    awaited: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """What a run would do: its steps, the rests between them, (visit, effect, when) in order, and how it ends."""

    steps: tuple[Step, ...]
    rests: tuple[Rested, ...]
    effects: tuple[tuple[int, Effect, datetime], ...]
    end: Finished

    @property
    def last(self) -> datetime:
        """When the run would be over."""
        return max([step.at for step in self.steps] + [rest.until for rest in self.rests])


def rehearse(plan: Plan, facts: Facts, now: datetime, ways: Mapping[str, str], chance: Chance) -> Rehearsal:
    """Return the whole run of these facts, begun now.

    `ways` maps a step's id to the way out to take where that is open: an awaited event happens when its way is chosen
    (by default it does not), and chance draws what leads there. Whatever facts decide, facts decide.
    """
    played, position = _Played(plan, ways, chance), start(plan)
    while True:
        moved = advance(plan, position, facts, now, played.chance(facts, now))
        played.steps += moved.steps
        played.effects += [(visit, effect, now) for visit, effect in moved.effects]
        if isinstance(moved.rest, Finished):
            return Rehearsal(tuple(played.steps), tuple(played.rests), tuple(played.effects), moved.rest)
        facts = seen_later(facts, [effect for _visit, effect in moved.effects], now)
        position = moved.rest.position
        now, facts = played.rest(moved.rest, facts)


class _Played:
    """What has been played so far, and the choices by which it goes on."""

    def __init__(self, plan: Plan, ways: Mapping[str, str], luck: Chance) -> None:
        self.plan, self.ways, self.luck = plan, ways, luck
        self.steps: list[Step] = []
        self.rests: list[Rested] = []
        self.effects: list[tuple[int, Effect, datetime]] = []

    def chance(self, facts: Facts, now: datetime) -> Chance:
        """Return what draws numbers that lead where it was chosen to lead, or what chance says where none does."""

        def drawn(id: str) -> float:
            leading = (value for value in DRAWS if self._leads(id, facts, now, value))
            return next(leading, self.luck(id)) if id in self.ways else self.luck(id)

        return drawn

    def _leads(self, id: str, facts: Facts, now: datetime, value: float) -> bool:
        node, kind = self.plan.nodes[id]
        found = kind.run(Visit(id, node.settings, facts, now, lambda _id: value))
        return isinstance(found, Go) and found.port == self.ways[id]

    def rest(self, rest: Resting, facts: Facts) -> tuple[datetime, Facts]:
        """Skip a rest: return when it is over, and the facts of then."""
        place = rest.position
        assert place.since is not None and place.wake is not None
        until = place.wake
        if place.waits_for and self.ways.get(place.node) == "happened":
            until = place.since + min(SOON, (place.wake - place.since) / 2)
            facts = happened(facts, place.waits_for[0], until)
        self.rests.append(Rested(place.node, place.visit, place.since, until, place.waits_for))
        return until, facts


def happened(facts: Facts, name: str, at: datetime) -> Facts:
    """Return the facts after one more event; what readers do with a message is seen on the last one."""
    facts = facts._replace(since=(*facts.since, Event(name, at)))
    if not facts.messages or not name.startswith("message."):
        return facts
    *earlier, last = facts.messages
    read = last._replace(opened_at=at, clicked_at=at if name == "message.clicked" else last.clicked_at)
    return facts._replace(messages=(*earlier, read))


def seen_later(facts: Facts, effects: Iterable[Effect], now: datetime) -> Facts:
    """Return the facts as later steps see them, once these effects were carried out."""
    for effect in effects:
        if isinstance(effect, SendMessage | SendChat | GrantOffer):
            facts = facts._replace(messages=(*facts.messages, MessageFact(effect.node, sent_at=now)))
        elif isinstance(effect, TagCustomer):
            held = facts.customer.tags
            tags = held | {effect.tag} if effect.add else held - {effect.tag}
            facts = facts._replace(customer=facts.customer._replace(tags=tags))
    return facts
