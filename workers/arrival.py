"""Arrival: what a shop told is taken in and enrolled in one transaction, as it nearly always can be.

Where something stands in the way of that, nothing has happened, and it is done in two: there `intake` finds the
delivery that cannot be saved, and `enrol` the event that cannot be enrolled. Of a few deliveries that come alone the
first run that they begin is claimed too, so that whoever took them in goes straight on with it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from app import clock
from app.models import Event, InboxRow
from app.unit import is_trouble, unit
from workers import intake, locks
from workers.advance import claim
from workers.enrol import BATCH, live, look_at

log = logging.getLogger(__name__)
FEW = 8  # deliveries that are no crowd


@dataclass(frozen=True, slots=True)
class Arrived:
    """What one batch did: deliveries read, versions that now have due runs, and the tokens of claimed runs by id.

    `first` holds these by version; of the versions that it names nothing is in `versions`.
    """

    deliveries: int = 0
    versions: frozenset[int] = frozenset()
    first: Mapping[int, Mapping[int, int]] = field(default_factory=dict)


def arrive(shop_id: int) -> Arrived:
    """Take in and enrol the next batch of a shop's deliveries. Raises only the database's own troubles."""
    try:
        return unit(lambda: _at_once(shop_id))
    except Exception as error:  # whatever it is, it is found where each step stands alone
        if is_trouble(error):
            raise
        log.warning("deliveries are read one step at a time: %s", type(error).__name__)
    return Arrived(intake.take_in(shop_id))


def _at_once(shop_id: int) -> Arrived:
    if not locks.alone(shop_id):
        return Arrived()
    ids = InboxRow.waiting(shop_id, intake.BATCH)
    if not ids:
        return Arrived()
    flows = live(shop_id)
    read = intake.save(shop_id, ids)
    enrolled = look_at(shop_id, flows, Event.waiting(shop_id, BATCH), clock.now(shop_id))
    alone = enrolled.begun if len(ids) <= FEW else frozenset()
    first = {version_id: claim(version_id, clock.now(shop_id), 1) for version_id in alone}
    return Arrived(read, enrolled.versions - alone, first)
