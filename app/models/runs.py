"""A run: one customer's way through one version of a flow, and the steps it has taken.

A timer is the column `wake_at`, found by a partial index; a claim is a lease with a token that only rises.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, case, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.lists import among
from app.questions import asks, changes, each, told
from app.unit import changed

# What an advance must know of a run: who it is, and where it stands.
WALKING = (
    "id", "shop_id", "flow_id", "epoch", "customer_id", "event_id", "token",
    "node", "visit", "since", "wait_until", "waits_for", "code_id", "attempts",
)  # fmt: skip
# Word for word what the partial indexes say: SQLite takes an index only for a condition that it can recognise, and a
# list of bound values it cannot.
DUE = db.text("status IN ('ready', 'waiting')")
LEASED = db.text("status = 'leased'")
PARKED = db.text("status = 'parked'")
OVER = db.text("ended_at IS NOT NULL")
MOVING = "run.status IN ('ready', 'waiting', 'leased')"
ACTIVE = ("ready", "waiting", "leased", "parked")
ENDED = ("done", "exited", "cancelled")


class Run(db.Model):
    """Where a customer stands. `since` and `waits_for` are the interpreter's Position beside node and visit."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("flow_id", "customer_id", "entry_key"),
        UniqueConstraint("shop_id", "id"),
        same_shop("flow_id", "flow"),
        same_shop("version_id", "version"),
        same_shop("customer_id", "customer"),
        same_shop("event_id", "event"),
        Index(
            "ix_run_due",
            "version_id",
            "wake_at",
            "id",  # of those that are due at once, the same one goes first every time
            sqlite_where=DUE,
            postgresql_where=DUE,
        ),
        Index(
            "ix_run_lease",
            "lease_until",
            sqlite_where=LEASED,
            postgresql_where=LEASED,
        ),
        Index("ix_run_parked", "shop_id", "flow_id", sqlite_where=PARKED, postgresql_where=PARKED),
        Index("ix_run_customer", "shop_id", "customer_id"),
        Index("ix_run_flow", "flow_id", "status"),
        Index("ix_run_started", "flow_id", "started_at"),
        Index("ix_run_ended", "flow_id", "ended_at", sqlite_where=OVER, postgresql_where=OVER),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    flow_id: Mapped[int] = mapped_column()
    version_id: Mapped[int] = mapped_column()
    epoch: Mapped[int] = mapped_column()
    customer_id: Mapped[int] = mapped_column()
    event_id: Mapped[int] = mapped_column()
    entry_key: Mapped[str] = mapped_column(String(160))
    status: Mapped[str] = mapped_column(String(9), default="ready")
    reason: Mapped[str] = mapped_column(String(80), default="")
    node: Mapped[str] = mapped_column(String(40))
    visit: Mapped[int] = mapped_column(default=1)
    since: Mapped[datetime | None] = mapped_column(Instant)
    wake_at: Mapped[datetime | None] = mapped_column(Instant)
    wait_until: Mapped[datetime | None] = mapped_column(
        Instant
    )  # the wait's own end; an event may wake earlier
    waits_for: Mapped[str] = mapped_column(String(200), default="")  # event names, space separated
    code_id: Mapped[int | None] = (
        mapped_column()
    )  # the last code given; no constraint, for codes point at runs
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    token: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(2000), default="")
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def claim(cls, version_id: int, now: datetime, until: datetime, most: int) -> list[Any]:
        """Lease the runs of a version that are due, the longest due first; return (id, token, attempts) of each."""
        return cls._claimed(version_id=version_id, now=now, until=until, most=most)

    @classmethod
    @asks
    def _claimed(cls) -> Any:
        due = cls._due().with_only_columns(cls.id).with_for_update(skip_locked=True).cte("due")
        leased = update(cls).where(cls.id.in_(select(due.c.id))).values(
            status="leased", token=cls.token + 1, attempts=cls.attempts + 1, lease_until=told("until")
        )  # fmt: skip
        return leased.returning(cls.id, cls.token, cls.attempts)

    @classmethod
    def held(cls, tokens: Mapping[int, int]) -> list[Any]:
        """Return, locked, the WALKING columns of the claimed runs that are still ours: whose token nobody raised."""
        return [row for row in cls._leased(ids=tokens) if row.token == tokens[row.id]]

    @classmethod
    @asks
    def _leased(cls) -> Any:
        mine = select(*cls._walking()).where(among(cls.id, told("ids")), LEASED)
        return mine.order_by(cls.id).with_for_update(key_share=True)

    @classmethod
    def taken(cls, version_id: int, now: datetime, most: int) -> list[Any]:
        """Return, locked, the WALKING columns of runs of a version that are due, the longest due first.

        They are the transaction's own until it ends, and nothing of that is kept: no lease, no token, no attempt.
        """
        return cls._free(version_id=version_id, now=now, most=most)

    @classmethod
    @asks
    def _free(cls) -> Any:
        return cls._due().with_for_update(skip_locked=True, key_share=True)

    @classmethod
    def _due(cls) -> Any:
        due = cls.version_id == told("version_id"), DUE, cls.wake_at <= told("now")
        return select(*cls._walking()).where(*due).order_by(cls.wake_at, cls.id).limit(told("most"))

    @classmethod
    def settle(cls, alike: Sequence[tuple[Mapping[str, Any], Sequence[int]]]) -> None:
        """Write where the runs that `held` and `taken` returned are now; a claim's own columns are put back.

        Each time the columns, and the ids of the runs that get them.
        """
        freed, runs = {"attempts": 0, "lease_until": None}, sum(len(ids) for _values, ids in alike)
        settled = bulk.update(cls, [({**values, **freed}, ids) for values, ids in alike], MOVING)
        if settled != runs:  # they are locked, so this is a fault of ours: nothing of the batch may stay
            raise RuntimeError(f"{runs - settled} runs were not theirs who moved them")

    @classmethod
    def _walking(cls) -> list[Any]:
        return [getattr(cls, name) for name in WALKING]

    @classmethod
    def park(cls, id: int, token: int, error: str) -> bool:
        """Put one run aside with what went wrong, until a person has looked."""
        mine = update(cls).where(cls.id == id, cls.token == token, cls.status == "leased")
        parked = mine.values(status="parked", reason="error", error=error[:2000], lease_until=None)
        return bool(changed(parked))

    @classmethod
    def give_back(cls, tokens: Mapping[int, int]) -> None:
        """Let go of claimed runs with which nothing was wrong: the try does not count."""
        cls._let_go(rows=[{"_id": id, "_token": token} for id, token in tokens.items()])

    @classmethod
    @each
    def _let_go(cls) -> Any:
        mine = update(cls).where(cls.id == told("_id"), cls.token == told("_token"), LEASED)
        return mine.values(status=cls._rested(), attempts=cls.attempts - 1, lease_until=None)

    @classmethod
    def unpark(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Let a parked run try again at once; False when it is not parked."""
        parked = update(cls).where(cls.shop_id == shop_id, cls.id == id, cls.status == "parked")
        again = parked.values(status="ready", reason="", error="", attempts=0, wake_at=now)
        return bool(changed(again))

    @classmethod
    def wake(cls, ids: Collection[int], now: datetime) -> int:
        """Make these runs due now.

        Those that are just being advanced are touched too: it is their lock that makes an advance either see the
        event that woke them, or finish first and be woken.
        """
        return cls._wake(ids=ids, now=now) if ids else 0

    @classmethod
    @changes
    def _wake(cls) -> Any:
        return update(cls).where(among(cls.id, told("ids")), db.text(MOVING)).values(wake_at=told("now"))

    @classmethod
    def cancel(cls, now: datetime, reason: str, **whose: int) -> int:
        """End the active runs of a flow or a customer (`flow_id=` or `customer_id=`); return how many."""
        theirs = [getattr(cls, name) == id for name, id in whose.items()]
        ended = {
            "status": "cancelled",
            "reason": reason,
            "token": cls.token + 1,
            "ended_at": now,
            "lease_until": None,
        }
        return changed(update(cls).where(*theirs, cls.status.in_(ACTIVE)).values(ended))

    @classmethod
    def any_active(cls, flow_id: int) -> bool:
        """Return whether anybody is on their way in a flow."""
        theirs = select(cls.id).where(cls.flow_id == flow_id, cls.status.in_(ACTIVE))
        return db.session.scalar(theirs.limit(1)) is not None

    @classmethod
    def release_stale(cls, real: datetime) -> int:
        """Give back the runs whose worker was not heard of before its lease ran out (`real`: the machine's time)."""
        stale = select(cls.id).where(LEASED, cls.lease_until < real).with_for_update(skip_locked=True)
        # Whoever holds the lock of one is either at work on it or stopped: the others need not wait for that.
        given_back = update(cls).where(cls.id.in_(stale.scalar_subquery()), LEASED)
        return changed(given_back.values(status=cls._rested(), lease_until=None))

    @classmethod
    def _rested(cls) -> Any:
        return case((cls.since.is_(None), "ready"), else_="waiting")


class Step(db.Model):
    """The record of one node visited by one run: the way out it took and what it saw."""

    __tablename__ = "step"
    __table_args__ = (same_shop("run_id", "run"), Index("ix_step_flow_at", "flow_id", "at"))
    shop_id: Mapped[int] = mapped_column()
    flow_id: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    node: Mapped[str] = mapped_column(String(40))
    port: Mapped[str] = mapped_column(String(20))
    saw: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant)


class Migration(db.Model):
    """That a run went over to another version: its steps from `visit` on are a path of that one."""

    __tablename__ = "migration"
    __table_args__ = (same_shop("run_id", "run"),)
    shop_id: Mapped[int] = mapped_column()
    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_id: Mapped[int] = mapped_column()
    visit: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
