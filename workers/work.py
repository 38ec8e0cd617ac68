"""Work: what follows a hint, for a few seconds, and the hint for what comes next.

The same whether the hint came from the broker or from this process's own look at the rows. Never raises: what failed is
in the database, and is found again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.extensions import db
from workers import alerts, arrival, confirmations, steadiness
from workers.advance import BATCH, advance, lead
from workers.calls import call
from workers.deliver import deliver
from workers.enrol import enrol
from workers.folding import fold
from workers.retention import retire
from workers.turns import Turns

log = logging.getLogger(__name__)
ENOUGH = 3.0  # seconds after which no further batch is begun, so that others get their turn
Tell = Callable[[str, int], object]  # hears of what is due next: a kind, and a shop or version
turns = Turns()


def off(kind: str, id: int, tell: Tell) -> None:
    """Work off what is due of this kind, for this shop or version, inside an application context.

    Where another thread of this process is at it, that one looks once more instead. What remains after a few seconds
    is told. While this machine's clock is in doubt, nothing is done.
    """
    if not steadiness.steady() or not turns.take((kind, id)):
        return
    more = False
    try:
        more = KINDS[kind](id, tell)
    except SQLAlchemyError as error:
        log.warning("%s of %s has to wait: %s", kind, id, type(error).__name__)
    except Exception:
        log.exception("%s of %s failed", kind, id)
    finally:
        db.session.remove()
        if turns.done((kind, id)) or more:
            tell(kind, id)


def _batches(one: Callable[[], int | bool]) -> bool:
    """Do one batch after another until there is no more, or for a few seconds; return whether there may be."""
    began = clock.monotonic()
    while steadiness.steady() and one():
        if clock.monotonic() - began > ENOUGH:
            return True
    return False


def _enrol(shop_id: int, tell: Tell) -> bool:
    versions: set[int] = set()

    def arrived() -> bool:
        batch = arrival.arrive(shop_id)
        versions.update(batch.versions)
        for version_id, first in batch.first.items():
            if _go_on(shop_id, version_id, first, tell):
                versions.add(version_id)
        return batch.deliveries > arrival.FEW  # behind a few there is mostly nothing

    def one() -> int:
        batch = enrol(shop_id)
        versions.update(batch.versions)
        return batch.events

    unread, unheard = _batches(arrived), _batches(one)
    for version_id in sorted(versions):
        tell("advance", version_id)
    return unread or unheard


def _go_on(shop_id: int, version_id: int, first: Mapping[int, int], tell: Tell) -> bool:
    """Move runs that have just begun, the first of which is claimed; return whether more may be due."""
    moved = lead(shop_id, version_id, first)
    _tell_outside(shop_id, tell)
    return moved >= BATCH


def _advance(version_id: int, tell: Tell) -> bool:
    shops: set[int] = set()

    def one() -> int:
        batch = advance(version_id)
        shops.update({batch.shop_id} if batch.runs else ())
        return batch.runs

    more = _batches(one)
    for shop_id in shops:
        _tell_outside(shop_id, tell)
    return more


def _tell_outside(shop_id: int, tell: Tell) -> None:
    tell("deliver", shop_id)
    tell("call", shop_id)


def _deliver(shop_id: int, _tell: Tell) -> bool:
    confirmations.send(shop_id)
    alerts.send(shop_id)
    return _batches(lambda: deliver(shop_id))


def _call(shop_id: int, _tell: Tell) -> bool:
    return _batches(lambda: call(shop_id))


KINDS: dict[str, Callable[[int, Tell], bool]] = {
    "enrol": _enrol, "advance": _advance, "deliver": _deliver, "call": _call,
    "retire": lambda shop_id, _tell: _batches(lambda: retire(shop_id)),
    "fold": lambda shop_id, _tell: _batches(lambda: fold(shop_id)),
}  # fmt: skip
