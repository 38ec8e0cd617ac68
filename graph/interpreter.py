"""Interpreter: compile a graph once, then move runs forward. The one crux.

Knows how a run walks: goal first, then step by step until it must rest or has ended. Must not know any kind by name, a
clock, chance or a database: `now` and `chance` are arguments, and what a run wants done comes back as effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from graph import network
from graph.effects import Effect, GrantOffer, SendChat, SendMessage, TagCustomer
from graph.events import concerns
from graph.facts import Event, Facts
from graph.kind import Go, NodeKind, Outcome, Stop, TriggerKind, Visit, Wait, WaitFor
from graph.model import BadGraph, Graph, Node
from graph.topics import serves_orders
from graph.words import M

Chance: TypeAlias = Callable[[str], float]
RESTS = (Wait, WaitFor)


@dataclass(frozen=True, eq=False)
class Plan:
    """A graph made ready to run. Compared and hashed by identity: there is one a version.

    `watches` names the events whose history `facts.since` must hold; `needs` names the facts to be read.
    """

    trigger: Node
    nodes: Mapping[str, tuple[Node, NodeKind]]
    targets: Mapping[tuple[str, str], str]
    settings: Mapping[str, Any]
    watches: frozenset[str]
    needs: frozenset[str]
    goal: frozenset[str]
    exit: frozenset[str]
    serves_orders: bool

    @property
    def enrols(self) -> TriggerKind:
        """The kind of the trigger, to be asked `matches`, `sweep` and `entry_key` with `trigger.settings`."""
        kind = self.nodes[self.trigger.id][1]
        assert isinstance(kind, TriggerKind)
        return kind


class Position(NamedTuple):
    """Where a run stands: its `visit`-th node, counted from 0 without a gap.

    `since` None: it has only just arrived. Otherwise it rests there since then, until `wake` or one of `waits_for`.
    """

    node: str
    visit: int
    since: datetime | None = None
    wake: datetime | None = None
    waits_for: tuple[str, ...] = ()


class Step(NamedTuple):
    """One node visited and left: by which port (None: the run ended in it), what it saw, and when."""

    node: str
    visit: int
    port: str | None
    saw: Mapping[str, Any]
    at: datetime


class Resting(NamedTuple):
    """The run waits at a position."""

    position: Position


class Finished(NamedTuple):
    """The run is over. `status` is "done" or "exited"; `reason` is "end", "goal:<event>" or "exit:<event>"."""

    status: str
    reason: str


class Advance(NamedTuple):
    """What one advance did: steps and (visit, effect) pairs in order, and where the run is now."""

    steps: tuple[Step, ...]
    effects: tuple[tuple[int, Effect], ...]
    rest: Resting | Finished


def compile(graph: Graph) -> Plan:
    """Return the plan of a graph that passed validation; raise BadGraph without a trigger or with a circle."""
    if graph.trigger is None:
        raise BadGraph(M("This automation has no start."))
    if network.circle(graph):
        raise BadGraph(M("This automation goes round in a circle."))
    goal, leaves = frozenset(graph.settings["goal"]), frozenset(graph.settings["exit"])
    kinds = [(node, node.described) for node in graph.nodes]
    watches = goal.union(leaves, *(kind.watches(node.settings) for node, kind in kinds))
    return Plan(
        trigger=graph.trigger,
        nodes={node.id: (node, kind) for node, kind in kinds},
        targets=dict(graph.targets),
        settings=graph.settings,
        watches=watches,
        needs=frozenset().union(*(kind.needs(node.settings) for node, kind in kinds)),
        goal=goal,
        exit=leaves,
        serves_orders=serves_orders(graph.nodes),
    )


def start(plan: Plan) -> Position:
    """Return where every run begins: at the trigger, visit 0. The first advance records that step and goes on."""
    return Position(plan.trigger.id, 0)


def advance(plan: Plan, position: Position, facts: Facts, now: datetime, chance: Chance) -> Advance:
    """Move a run as far as it can go now.

    The same arguments give the same answer. A wait never ends early, each visit is recorded exactly once, and a goal or
    exit event since the run began ends it before anything else happens. `chance` maps a node's id to [0, 1).
    """
    if facts.since and (ended := _ended_by(plan, facts)):
        return Advance((), (), Finished("exited", ended))
    steps: list[Step] = []
    effects: list[tuple[int, Effect]] = []
    while True:
        node, visit = position.node, position.visit
        outcome = _outcome(plan, position, facts, now, chance)
        if isinstance(outcome, RESTS):
            return Advance(tuple(steps), tuple(effects), Resting(_rest(position, outcome, now)))
        port, asked, saw = outcome if isinstance(outcome, Go) else (None, (), {})
        steps.append(Step(node, visit, port, saw, now))
        effects += [(visit, effect) for effect in asked]
        following = plan.targets.get((node, port or ""))
        if following is None:
            reason = outcome.reason if isinstance(outcome, Stop) else "end"
            return Advance(tuple(steps), tuple(effects), Finished("done", reason))
        facts = _foreseen(plan, facts, asked)
        position = Position(following, visit + 1)


def _foreseen(plan: Plan, facts: Facts, asked: Iterable[Effect]) -> Facts:
    """Return what is known once these effects are carried out: the walk that asks for them is over by then."""
    for effect in asked:
        match effect:
            case TagCustomer(_, tag, add) if "customer" in plan.needs:
                facts = facts.tagged(tag, add)
            case SendMessage() | SendChat() | GrantOffer() if "messages" in plan.needs:
                facts = facts.sent(effect.node)
    return facts


def _ended_by(plan: Plan, facts: Facts) -> str | None:
    """Return "goal:…" or "exit:…" for the first event that ends the run, the one that began it not counted."""
    for event in sorted(_later(facts), key=lambda event: event.at):
        if event.name in plan.goal:
            return f"goal:{event.name}"
        if event.name in plan.exit:
            return f"exit:{event.name}"
    return None


def _later(facts: Facts) -> list[Event]:
    if not facts.since:
        return []
    began = (facts.event.name, facts.event.at) if facts.event else None
    return [
        event for event in facts.since if (event.name, event.at) != began and concerns(event, facts.event)
    ]


def _outcome(plan: Plan, position: Position, facts: Facts, now: datetime, chance: Chance) -> Outcome:
    node, kind = plan.nodes[position.node]
    visit = Visit(node.id, node.settings, facts, now, chance, position.since, position.wake)
    if position.since is not None:
        return _resume(kind, position, visit)
    outcome = kind.run(visit)
    if isinstance(outcome, Wait) and outcome.until <= now:
        return Go("next", saw=outcome.rule)
    return outcome


def _resume(kind: NodeKind, position: Position, visit: Visit) -> Outcome:
    """Return how a rest goes on: an awaited event beats a time-out due in the same instant, however late we look."""
    assert position.since is not None and position.wake is not None
    if position.waits_for:
        return _heard(kind, position, visit)
    if visit.now < position.wake:
        return Wait(position.wake)
    return Go("next", saw={"since": position.since.isoformat(), "until": position.wake.isoformat()})


def _heard(kind: NodeKind, position: Position, visit: Visit) -> Outcome:
    assert position.since is not None and position.wake is not None
    for event in sorted(_later(visit.facts), key=lambda event: event.at):
        if event.name in position.waits_for and position.since <= event.at <= position.wake:
            return Go("happened", saw={"event": event.name, "at": event.at.isoformat()})
    outcome = kind.run(visit)
    if isinstance(outcome, Go):
        return outcome
    if visit.now < position.wake:
        return WaitFor(position.waits_for, position.wake)
    return Go("timed_out", saw={"since": position.since.isoformat(), "until": position.wake.isoformat()})


def _rest(position: Position, outcome: Wait | WaitFor, now: datetime) -> Position:
    """Return the position at rest; one that already rests keeps its beginning."""
    awaited = outcome.events if isinstance(outcome, WaitFor) else ()
    return Position(position.node, position.visit, position.since or now, outcome.until, awaited)
