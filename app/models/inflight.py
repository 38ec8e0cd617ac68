"""In flight: what becomes of those who are on their way when a flow is published again (C7).

They stay on the version they began with, go on in the new one from where they stand, or are taken out. Knows the
conditional UPDATEs; graph/migration.py knows at which steps somebody can go on. A run that is being moved by a worker
at this very moment stays: the worker holds it under the old version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from app.extensions import db
from app.models import leaving
from app.models.flows import Version
from app.models.runs import ACTIVE, Migration, Run
from graph.migration import standing
from graph.model import Graph

POLICIES = ("stay", "migrate", "exit")
MOVABLE = ("ready", "waiting", "parked")


@dataclass(frozen=True, slots=True)
class Carried:
    """How many went over to the new version, were taken out, and stay on the version they began with."""

    moved: int = 0
    ended: int = 0
    stay: int = 0


def foreseen(shop_id: int, flow_id: int, graph: Graph) -> Carried:
    """Return what `migrate` would do now if this graph were published: `moved` would go over, `stay` would not."""
    moved = sum(
        _count(version.id, standing(Graph.from_json(version.graph), graph)) for version in _flown(flow_id)
    )
    return Carried(moved=moved, stay=_active(shop_id, flow_id) - moved)


def carry(flow_id: int, version: Version, policy: str, now: datetime) -> Carried:
    """Do to those on their way what the policy says, once `version` is published, inside the caller's unit."""
    if policy == "exit":
        return Carried(ended=_take_out(flow_id, version, now))
    moved = _migrate(flow_id, version, now) if policy == "migrate" else 0
    return Carried(moved=moved, stay=_active(version.shop_id, flow_id, version.id))


def migrations(run_id: int) -> list[Migration]:
    """Return the changes of version of one run, the first one first."""
    mine = select(Migration).where(Migration.run_id == run_id)
    return list(db.session.scalars(mine.order_by(Migration.at, Migration.to_id)))


def _migrate(flow_id: int, version: Version, now: datetime) -> int:
    graph = Graph.from_json(version.graph)
    return sum(_over(old, version, standing(Graph.from_json(old.graph), graph), now)
               for old in _flown(flow_id) if old.id != version.id)  # fmt: skip


def _over(old: Version, new: Version, places: frozenset[str], now: datetime) -> int:
    """Take the runs of one version that stand at these steps over to another; return how many."""
    theirs = update(Run).where(Run.version_id == old.id, Run.status.in_(MOVABLE), Run.node.in_(places))
    moved = db.session.execute(theirs.values(version_id=new.id).returning(Run.id, Run.visit)).all()
    rows = [{"shop_id": new.shop_id, "run_id": id, "to_id": new.id, "from_id": old.id, "visit": visit, "at": now}
            for id, visit in moved]  # fmt: skip
    if rows:
        db.session.connection().execute(insert(Migration), rows)
    return len(rows)


def _take_out(flow_id: int, version: Version, now: datetime) -> int:
    ended = sum(Run.cancel(now, "republished", flow_id=flow_id, version_id=old.id)
                for old in _flown(flow_id) if old.id != version.id)  # fmt: skip
    leaving.call_back(flow_id, "republished", now)
    return ended


def _flown(flow_id: int) -> Iterator[Version]:
    """Yield the versions that somebody is on the way in."""
    flown = select(Run.version_id).where(Run.flow_id == flow_id, Run.status.in_(ACTIVE)).distinct()
    yield from list(db.session.scalars(select(Version).where(Version.id.in_(flown)).order_by(Version.number)))


def _count(version_id: int, places: frozenset[str]) -> int:
    theirs = select(func.count()).select_from(Run).where(
        Run.version_id == version_id, Run.status.in_(MOVABLE), Run.node.in_(places)
    )  # fmt: skip
    return db.session.scalar(theirs) or 0


def _active(shop_id: int, flow_id: int, but_version: int = 0) -> int:
    active = select(func.count()).select_from(Run).where(
        Run.shop_id == shop_id, Run.flow_id == flow_id, Run.status.in_(ACTIVE), Run.version_id != but_version
    )  # fmt: skip
    return db.session.scalar(active) or 0
