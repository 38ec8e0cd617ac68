"""The trail of a rehearsal: its steps as stops, in the words of a real path, with the forks where one may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_timedelta
from flask_babel import gettext as _

from app.reasons import why
from app.telling import tell
from app.templating import percent
from app.views.editor_drawing import Drawing
from app.views.editor_sent import NOTHING, Sent, Tried, sent
from app.views.run_path import Rule, Stop, rules_seen, stop_at
from graph import events
from graph.interpreter import Step
from graph.model import Node
from graph.rehearsal import Rested
from graph.words import Words


@dataclass(frozen=True)
class Fork:
    """A way that could be taken here, and the address of the rehearsal that takes it."""

    words: str
    icon: str
    href: str
    taken: bool


@dataclass(frozen=True)
class TrailStop:
    """A place on the trail: the stop as on a real path, the time that was skipped, and what would be done."""

    stop: Stop
    port: str
    skipped: str = ""
    forks: tuple[Fork, ...] = ()
    sent: Sent = NOTHING


@dataclass(frozen=True)
class Trail:
    """All stops, how it ends, and after how long."""

    stops: tuple[TrailStop, ...]
    ending: str
    lasts: str


def trail(drawing: Drawing, tried: Tried, asked: Mapping[str, str]) -> Trail:
    """Return a rehearsal in words. `asked` is what its address holds."""
    played = tried.played
    rests = {rest.visit: rest for rest in played.rests}
    stops = [_stop(drawing, tried, step, rests.get(step.visit), asked) for step in played.steps]
    ended = rests.get(len(played.steps))
    if ended is not None:
        stops.append(_left(drawing, ended, asked))
    began = played.steps[0].at if played.steps else played.last
    lasts = format_timedelta(played.last - began) if played.last > began else ""
    return Trail(tuple(stops), why(played.end.reason) or why("end"), lasts)


def _stop(
    drawing: Drawing, tried: Tried, step: Step, rest: Rested | None, asked: Mapping[str, str]
) -> TrailStop:
    node = drawing.graph.node(step.node)
    stop = stop_at(node, drawing.names, step.at, step.port, _line(step, rest), _rules(step, drawing))
    forks = _forks(drawing, node, step.port, asked) if "drawn" in step.saw or (rest and rest.awaited) else ()
    return TrailStop(stop, step.port or "", _skipped(rest), forks, sent(drawing, tried, step.visit, asked))


def _left(drawing: Drawing, rest: Rested, asked: Mapping[str, str]) -> TrailStop:
    """Return the place at which what was awaited ended the run."""
    node = drawing.graph.node(rest.node)
    stop = stop_at(
        node, drawing.names, rest.until, None, _happened(rest.awaited[0]) if rest.awaited else "", ()
    )
    return TrailStop(
        stop, "", _skipped(rest), _forks(drawing, node, "happened", asked) if rest.awaited else ()
    )


def _rules(step: Step, drawing: Drawing) -> tuple[Rule, ...]:
    return tuple(rules_seen(step.saw, drawing.names))


def _line(step: Step, rest: Rested | None) -> str:
    if "drawn" in step.saw:
        return _("Chance decided: one side gets %(share)s", share=percent(step.saw["share"] / 100))
    if rest is not None and "event" in step.saw:
        return _happened(step.saw["event"])
    return ""


def _happened(event: str) -> str:
    said = tell(events.told(event))
    return said[:1].upper() + said[1:]


def _skipped(rest: Rested | None) -> str:
    return _("%(time)s later", time=format_timedelta(rest.until - rest.since)) if rest else ""


def _forks(drawing: Drawing, node: Node, taken: str | None, asked: Mapping[str, str]) -> tuple[Fork, ...]:
    def href(port: str) -> str:
        return url_for("trying.show", flow_id=drawing.flow.id, **{**asked, f"way-{node.id}": port})

    return tuple(
        Fork(tell(Words(port.title)), port.icon, href(port.name), port.name == taken) for port in node.ports
    )
