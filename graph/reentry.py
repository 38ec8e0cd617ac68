"""Re-entry: whether a customer may begin a flow, and under which key. Pure.

The rules are those of C12 in the rule table. An entry is compared with a Record of earlier ones; the database holds a
unique key on (flow, customer, entry key) besides, so that even a fault here starts no run twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from graph.fields import UNITS


@dataclass
class Record:
    """What one customer has done in one flow so far."""

    last: datetime | None = None
    active: bool = False
    offer: bool = False
    keys: set[str] = field(default_factory=set)

    def note(self, key: str, at: datetime, active: bool = True) -> None:
        """Write down one entry, and whether they are still on their way."""
        self.keys.add(key)
        self.last, self.active = max(at, self.last or at), self.active or active


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody at the door: the key that the kind of trigger gives, the event's own, and when they came."""

    kind_key: str
    event_key: str
    at: datetime


def key(rule: str, entry: Entry) -> str:
    """Return the entry key: what may enter only once under this rule."""
    return {"once": "once", "per_key": entry.kind_key}.get(rule, entry.event_key)


def refusal(settings: Mapping[str, Any], entry: Entry, record: Record) -> str:
    """Return why this entry is refused, or an empty string."""
    rule = settings["rule"]
    if key(rule, entry) in record.keys:
        return "once" if rule == "once" else "same_key" if rule == "per_key" else "known"
    if rule == "once" and record.last is not None:
        return "once"
    if rule == "period" and record.last is not None and entry.at < record.last + _period(settings):
        return "too_soon"
    if rule == "not_while_active" and record.active:
        return "already_in"
    if rule == "not_while_offer" and record.offer:
        return "unused_offer"
    return ""


def _period(settings: Mapping[str, Any]) -> timedelta:
    return UNITS[settings["unit"]] * int(settings["every"])
