"""A path: what one run did, step by step, in words that answer why.

Knows the steps and the graph they were taken in. It reads what each step saw by its shape, never by the kind of step.
Must not know a request or a query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.models import Code, Message, Run, Step
from app.reasons import why
from app.telling import tell
from app.templating import percent, when
from app.views.editor_drawing import SORTS
from graph import conditions, events
from graph.model import Graph, Node
from graph.words import Names, Words


@dataclass(frozen=True)
class Rule:
    """One rule of a condition: the rule in words, what was seen, and its answer."""

    said: str
    saw: str
    answer: bool


@dataclass(frozen=True)
class Stop:
    """One place on the path. `way` is the name and icon of the way taken, where there were several."""

    node: str
    icon: str
    sort: str
    title: str
    line: str
    at: datetime | None
    way: tuple[str, str] | None = None
    rules: tuple[Rule, ...] = ()
    messages: list[Message] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    port: str = ""


@dataclass(frozen=True)
class Traveller:
    """Whose path it is: the run with what it wrote, the graph of its version, and those it was on before."""

    run: Run
    graph: Graph
    names: Names
    messages: list[Message]
    codes: list[Code]
    before: tuple[Graph, ...] = ()

    def node(self, id: str) -> Node | None:
        """Return a step of its version, or as it was in the last version that had it."""
        graphs = (self.graph, *reversed(self.before))
        return next((graph.by_id[id] for graph in graphs if id in graph.by_id), None)


def path(who: Traveller, steps: list[Step]) -> list[Stop]:
    """Return the places in order; the last one is where the run rests, when it is still on its way."""
    stops = [_passed(who, step) for step in steps]
    if who.run.ended_at is None and not any(step.visit == who.run.visit for step in steps):
        stops.append(_here(who))
    return stops


def _passed(who: Traveller, step: Step) -> Stop:
    node = who.node(step.node)
    if node is None:
        return Stop(step.node, "circle", "plain", _("A step that is gone"), "", step.at)
    stop = stop_at(node, who.names, step.at, step.port, _saw(step), tuple(rules_seen(step.saw, who.names)))
    messages = [each for each in who.messages if each.visit == step.visit]
    return replace(stop, messages=messages, codes=[each for each in who.codes if each.visit == step.visit])


def stop_at(
    node: Node, names: Names, at: datetime | None, port: str | None, line: str, rules: tuple[Rule, ...]
) -> Stop:
    """Return a place that was passed by `port`, in the words of its card."""
    title = tell(node.described.card(node.settings, names).title)
    sort = SORTS[node.described.group]
    return Stop(node.id, node.described.icon, sort, title, line, at, _way(node, port), rules, port=port or "")


def _here(who: Traveller) -> Stop:
    node = who.node(who.run.node)
    if node is None:
        return Stop(who.run.node, "circle", "plain", _("A step that is gone"), "", who.run.since)
    line = ""
    if who.run.status == "waiting" and (until := who.run.wait_until or who.run.wake_at):
        line = _("Waits here until %(moment)s", moment=when(until))
    return Stop(
        node.id, node.described.icon, SORTS[node.described.group], _title(who, node), line, who.run.since
    )


def _title(who: Traveller, node: Node) -> str:
    return tell(node.described.card(node.settings, who.names).title)


def _way(node: Node, name: str | None) -> tuple[str, str] | None:
    if len(node.ports) < 2:
        return None
    port = next((port for port in node.ports if port.name == name), None)
    return (tell(Words(port.title)), port.icon) if port else None


def _saw(step: Step) -> str:
    saw = step.saw or {}
    if "by_hand" in saw:
        return _("Passed: somebody of the shop wrote by hand")
    if "drawn" in saw:
        return _("Chance decided: one side gets %(share)s", share=percent(saw["share"] / 100))
    if "event" in saw and step.visit:
        event = _capital(tell(events.told(saw["event"])))
        return _("%(event)s, %(moment)s", event=event, moment=when(_instant(saw["at"])))
    if "since" in saw and "until" in saw:
        return _("Waited from %(since)s", since=when(_instant(saw["since"])))
    return ""


def rules_seen(saw: Mapping[str, Any] | None, names: Names) -> Iterator[Rule]:
    """Yield each rule of a condition with what it saw and its answer."""
    for rule in conditions.rules_in(saw or {}):
        subject = conditions.SUBJECTS.get(str(rule.get("subject")))
        if subject is not None:
            seen = tell(conditions.value_told(subject, rule.get("saw"), names))
            yield Rule(_capital(tell(conditions.rule_told(rule, names))), seen, bool(rule.get("answer")))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def ending(run: Run) -> str:
    """Return how a run ended, as one sentence; empty while it is on its way."""
    if run.ended_at is None:
        return ""
    return why(run.reason) or why("end")
