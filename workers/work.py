"""Work: what follows a hint, until nothing of its kind is due, and the hint for what comes next.

The same whether the hint came from the broker or from this process's own look at the rows. Never raises: what failed is
in the database, and is found again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from app import doorbell
from app.extensions import db
from workers import confirmations, intake
from workers.advance import advance
from workers.calls import call
from workers.deliver import deliver
from workers.enrol import enrol

log = logging.getLogger(__name__)
ROUNDS = 100  # batches after which others get their turn; the next hint goes on


def off(kind: str, id: int) -> None:
    """Work off what is due of this kind, for this shop or version, inside an application context."""
    try:
        KINDS[kind](id)
    except SQLAlchemyError as error:
        log.warning("%s of %s has to wait: %s", kind, id, type(error).__name__)
    except Exception:
        log.exception("%s of %s failed", kind, id)
    finally:
        db.session.remove()


def pass_on(kind: str, id: int) -> None:
    """Hint at what is due next; where nobody can be told, do it here and now."""
    if not doorbell.ring(kind, id):
        off(kind, id)


def _enrol(shop_id: int) -> None:
    for _round in range(ROUNDS):
        if not intake.take_in(shop_id):
            break
    versions: set[int] = set()
    for _round in range(ROUNDS):
        batch = enrol(shop_id)
        versions |= batch.versions
        if not batch.events:
            break
    for version_id in sorted(versions):
        pass_on("advance", version_id)


def _advance(version_id: int) -> None:
    shops = set()
    for _round in range(ROUNDS):
        batch = advance(version_id)
        if not batch.runs:
            break
        shops.add(batch.shop_id)
    for shop_id in shops:
        pass_on("deliver", shop_id)
        pass_on("call", shop_id)


def _deliver(shop_id: int) -> None:
    confirmations.send(shop_id)
    for _round in range(ROUNDS):
        if not deliver(shop_id):
            break


def _call(shop_id: int) -> None:
    for _round in range(ROUNDS):
        if not call(shop_id):
            break


KINDS: dict[str, Callable[[int], None]] = {
    "enrol": _enrol, "advance": _advance, "deliver": _deliver, "call": _call,
}  # fmt: skip
