"""Intake: a shop's deliveries are let in by its key and put into the inbox, those of one instant in one transaction.

Whoever knocks without a key that is known never gets as far as the line of writers. Whether a key still opens is read
in the very transaction that stores, so that one which was revoked a moment ago opens nothing.
Must not know what a delivery says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app.driver import Wire
from app.extensions import db
from app.models import ApiKey, InboxRow
from app.together import Together
from app.unit import bare_unit, is_trouble

SOURCE = "api"
MOST_KNOWN = 10_000  # keys that are told apart; what is forgotten is looked up again


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came: the digest of the key it came with, its own id, and the body."""

    key: str
    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a delivery was put, and whether it was not there before."""

    shop_id: int
    new: bool


class Door:
    """The door of one process: the line of those who store, and the keys that it has seen."""

    def __init__(self) -> None:
        self.line: Together[Delivery, Taken | None] = Together(_stored, is_trouble)
        self.seen: set[str] = set()


def opens(key: str) -> bool:
    """Whether a shop's live key has this digest, as far as this process has heard: `take` has the last word."""
    return has_seen(key) or confirmed(key)


def has_seen(key: str) -> bool:
    """Whether this process has let this key in before."""
    return key in _door().seen


def confirmed(key: str) -> bool:
    """Whether a shop's live key has this digest now."""
    with db.engine.connect() as connection:
        live = key in ApiKey.behind([key], connection)
    seen = _door().seen
    if len(seen) >= MOST_KNOWN:
        seen.clear()
    (seen.add if live else seen.discard)(key)
    return live


def take(delivery: Delivery) -> Taken | None:
    """Store a delivery once, committed when this returns; None when its key opens nothing any more."""
    return _door().line.put(delivery)


def _stored(deliveries: Sequence[Delivery]) -> list[Taken | None]:
    return bare_unit(lambda wire: _store(deliveries, wire))


def _store(deliveries: Sequence[Delivery], wire: Wire) -> list[Taken | None]:
    shops = ApiKey.behind([each.key for each in deliveries], wire)
    let_in = [(*shops[each.key], each) for each in deliveries if each.key in shops]
    told = [(shop_id, SOURCE, each.id, each.body, now) for shop_id, now, each in let_in]
    new = iter(InboxRow.take_all(told, wire))
    return [Taken(shops[each.key][0], next(new)) if each.key in shops else None for each in deliveries]


def _door() -> Door:
    extensions = current_app.extensions
    found: Door = extensions.get("intake") or extensions.setdefault("intake", Door())
    return found
