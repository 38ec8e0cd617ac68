"""Concerns: everything that can stand still, the worst first. Reading KINDS is reading what may go wrong at night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from app.views import concerns_flows as flows
from app.views import concerns_house as house
from app.views.concern import Concern, Scope

KINDS: Mapping[str, Callable[[Scope], Iterator[Concern]]] = {
    "engine": house.engine,
    "clock": house.clock,
    "restored": flows.restored,
    "channel": house.channel,
    "unreadable": flows.unreadable,
    "parked": flows.parked,
    "delivery": house.delivery,
    "late": house.late,
    "paused": flows.paused,
    "sender": house.sender,
    "unknown": flows.unknown,
    "failed": flows.failed,
    "call": flows.call,
    "returned": house.returned,
}


def concerns(scope: Scope) -> list[Concern]:
    """Return everything that needs a person, the worst first; nothing when all is well."""
    return [concern for kind in KINDS.values() for concern in kind(scope)]
