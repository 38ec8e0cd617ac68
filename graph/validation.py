"""Validation: what stops a flow from being switched on.

Knows CHECKS, small generators of Problem, in the order in which a merchant would mend things. Must not know how a
problem is shown. A draft with problems can always be kept and edited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeAlias

from graph import flow
from graph.kind import TriggerKind
from graph.model import Graph, Node
from graph.network import circle, reached
from graph.problem import Problem, References
from graph.words import M

__all__ = ["CHECKS", "Problem", "References", "problems"]

Check: TypeAlias = Callable[[Graph, References], Iterator[Problem]]


def problems(graph: Graph, references: References) -> list[Problem]:
    """Return every problem, in the order of CHECKS; an empty list means that the flow can be switched on."""
    return [problem for check in CHECKS for problem in check(graph, references)]


def one_trigger(graph: Graph, references: References) -> Iterator[Problem]:
    """A flow starts at exactly one place, and nothing leads back to it."""
    triggers = [node for node in graph.nodes if _is_trigger(node)]
    if not triggers:
        yield Problem(None, None, M("Choose how this automation starts."))
    for extra in triggers[1:]:
        yield Problem(
            extra.id, None, M("An automation starts in one way only. Remove this start or the other one.")
        )
    for trigger in triggers:
        if graph.into(trigger.id):
            yield Problem(
                trigger.id, None, M("Nothing can lead to the start. Remove the link that leads to it.")
            )


def does_something(graph: Graph, references: References) -> Iterator[Problem]:
    """At least one step does something for somebody."""
    if graph.trigger and not any(node.described.group == "do" and node.ports for node in graph.nodes):
        yield Problem(None, None, M("Add a step that does something, such as sending an e-mail."))


def edges_fit(graph: Graph, references: References) -> Iterator[Problem]:
    """Every edge leaves by a way out that its step has, and each way out leads to one step."""
    for (source, port), count in Counter((edge.source, edge.port) for edge in graph.edges).items():
        if port not in {each.name for each in graph.node(source).ports}:
            yield Problem(
                source, None, M("A link leaves this step by a way out that it does not have. Remove it.")
            )
        elif count > 1:
            yield Problem(source, None, M("One way out of this step leads to two steps. Keep one of them."))


def acyclic(graph: Graph, references: References) -> Iterator[Problem]:
    """Nobody can go round for ever."""
    for id in circle(graph)[:1]:
        yield Problem(
            id, None, M("The steps from here lead back here, round and round. Remove one of the links.")
        )


def all_reached(graph: Graph, references: References) -> Iterator[Problem]:
    """Every step can be reached from the start."""
    if graph.trigger is None:
        return
    connected = reached(graph, graph.trigger.id)
    for node in graph.nodes:
        if node.id not in connected and not _is_trigger(node):
            yield Problem(
                node.id, None, M("Nothing leads to this step. Link it to another one, or remove it.")
            )


def settings_fit(graph: Graph, references: References) -> Iterator[Problem]:
    """Every step has what it needs, and what it names exists."""
    for node in graph.nodes:
        yield from node.described.problems(node, references)


def somebody_there(graph: Graph, references: References) -> Iterator[Problem]:
    """Where nobody in particular begins it, no step does anything to a customer."""
    kind = graph.trigger.described if graph.trigger else None
    if isinstance(kind, TriggerKind) and not kind.person:
        for node in graph.nodes:
            if node.described.for_customer:
                yield Problem(node.id, None, M("No customer begins this automation, so there is nobody for this step. "
                                               "Use “Tell the team” instead."))  # fmt: skip


def flow_settings_fit(graph: Graph, references: References) -> Iterator[Problem]:
    """The settings of the flow itself are in order."""
    for name, words in flow.faults(graph.settings):
        yield Problem(None, name, words.msgid, words.values)


CHECKS: tuple[Check, ...] = (
    one_trigger, does_something, edges_fit, acyclic, all_reached, settings_fit, somebody_there, flow_settings_fit,
)  # fmt: skip


def _is_trigger(node: Node) -> bool:
    return node.described.group == "trigger"
