"""A flow and its frozen versions: what is drawn, what runs, and the switch between.

Knows the verbs publish, switch on, switch off, pause. Must not know what is drawn, nor whether it makes sense.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json, same_shop
from app.extensions import db
from app.models.calls import Call
from app.models.codes import Code
from app.models.messages import Message
from app.models.runs import Run
from app.models.shops import Shop
from app.unit import changed
from graph.model import Graph

MOMENT = timedelta(seconds=10)  # within which the same flow is not made again: nobody wants two that fast


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """What switching off did: runs ended, messages called back, and those that the mail server has in hand."""

    cancelled: int
    called_back: int
    handed_over: int


class Flow(db.Model):
    """A graph being drawn, and the version that is live. `epoch` rises each time it is switched off."""

    __tablename__ = "flow"
    __table_args__ = (UniqueConstraint("shop_id", "id"), Index("ix_flow_live", "shop_id", "status"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(120))
    icon: Mapped[str] = mapped_column(String(40), default="workflow")
    recipe: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(8), default="off")  # off, live, paused, deleted
    paused_reason: Mapped[str] = mapped_column(String(120), default="")
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    epoch: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)  # the place in the undo stack
    edit_key: Mapped[str] = mapped_column(
        String(40), default=""
    )  # of the last edit: the same one twice is harmless
    edited_by: Mapped[int | None] = mapped_column()  # the user who changed the draft last
    version_id: Mapped[int | None] = mapped_column()  # the live one; no constraint: versions point at flows
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    activated_at: Mapped[datetime | None] = mapped_column(Instant)  # the last time it was switched on
    first_activated_at: Mapped[datetime | None] = mapped_column(Instant)
    enrols_from: Mapped[datetime | None] = mapped_column(Instant)  # what happened before never starts a run
    forgotten_at: Mapped[datetime | None] = mapped_column(Instant)  # deleted, and its figures with it
    swept_at: Mapped[datetime | None] = mapped_column(Instant)  # silence was looked for up to here

    @classmethod
    def just_made(cls, shop_id: int, name: str, recipe: str, now: datetime) -> int | None:
        """Return the flow that was made like this a moment ago: of two presses at once, the second waits for the first.

        Two of them, both on, would write everything twice.
        """
        Shop.lock(shop_id)
        same = select(cls.id).where(cls.shop_id == shop_id, cls.name == name, cls.recipe == recipe)
        fresh = same.where(cls.status != "deleted", cls.created_at > now - MOMENT, cls.created_at <= now)
        return db.session.scalar(fresh.order_by(cls.id.desc()).limit(1))

    @classmethod
    def publish(cls, shop_id: int, id: int, now: datetime) -> Version | None:
        """Freeze the draft as the live version and return it; None when there is no such flow.

        Runs stay on the version that they began with. An unchanged draft is no new version.
        """
        flow = cls._locked(cls.shop_id == shop_id, cls.id == id)
        if flow is None or flow.status == "deleted":
            return None
        version = Version.freeze(flow, now)
        flow.version_id, flow.updated_at = version.id, now
        db.session.flush()
        return version

    @classmethod
    def switch_on(cls, shop_id: int, id: int, now: datetime) -> bool:
        """Let the live version enrol from now on; False when it is on already or nothing was published.

        Runs of earlier days stay ended. How far to look back comes from the version's settings (C1, C2).
        """
        theirs = (
            cls.shop_id == shop_id,
            cls.id == id,
            cls.status.in_(("off", "paused")),
            cls.version_id.is_not(None),
        )
        flow = cls._locked(*theirs)
        if flow is None:
            return False
        back = timedelta(days=flow.reaches_back())
        flow.status, flow.paused_reason = "live", ""
        flow.activated_at, flow.enrols_from, flow.swept_at = now, now - back, None
        flow.first_activated_at = flow.first_activated_at or now
        db.session.flush()
        return True

    def reaches_back(self) -> int:
        """Return how many days before its switching on this flow would look: none unless asked for, and said."""
        version = db.session.get(Version, self.version_id)
        asked = (version.graph.get("settings") or {}).get("backfill") or {} if version else {}
        again = self.first_activated_at is not None and not asked.get("again")
        return 0 if again or self.status == "paused" else int(asked.get("days") or 0)

    @classmethod
    def switch_off(cls, shop_id: int, id: int, now: datetime, status: str = "off") -> SwitchedOff | None:
        """End it all at once: no run goes on, no message that has not passed its gate leaves; None when it was off.

        When the live version's setting says so, those who are in it go on to the end instead; a second switching off
        ends them after all. Never reads the graph's steps, so that a broken one can be switched off too.
        """
        flow = cls._locked(cls.shop_id == shop_id, cls.id == id)
        if flow is None or flow.status == "deleted":
            return None
        again = flow.status == status
        if again and not Run.any_active(id):
            return None
        finish = status == "off" and not again and flow._lets_finish()
        flow.status, flow.updated_at = status, now
        if finish:
            db.session.flush()
            return SwitchedOff(0, 0, Message.at_the_dot(id))
        flow.epoch += 1
        db.session.flush()
        ended = Run.cancel(now, "switched_off", flow_id=id)
        back = Message.cancel("switched_off", Message.flow_id == id)
        done = SwitchedOff(ended, back, Message.at_the_dot(id))
        Code.release(flow_id=id)
        Call.cancel("switched_off", now, flow_id=id)
        return done

    @classmethod
    def delete(cls, shop_id: int, id: int, now: datetime, forget: bool = False) -> SwitchedOff | None:
        """Take a flow away, after switching it off; None when it is gone already.

        Its rows stay, and so do its figures in the shop's totals unless they are to be forgotten (C13, OFFER-21).
        """
        done = cls.switch_off(shop_id, id, now, "deleted")
        if done is not None and forget:
            db.session.execute(update(cls).where(cls.id == id).values(forgotten_at=now))
        return done

    @classmethod
    def pause(cls, id: int, reason: str, now: datetime) -> bool:
        """Stop a live flow: nobody is lost, nothing leaves. False when it was not live."""
        live = update(cls).where(cls.id == id, cls.status == "live")
        return bool(changed(live.values(status="paused", paused_reason=reason, paused_at=now)))

    @classmethod
    def _locked(cls, *which: Any) -> Flow | None:
        # Not the key: steps and messages that a worker is just writing refer to it, under locks that we wait for next.
        return db.session.scalar(select(cls).where(*which).with_for_update(key_share=True))

    def _lets_finish(self) -> bool:
        version = db.session.get(Version, self.version_id)
        return bool(version and (version.graph.get("settings") or {}).get("on_deactivate") == "finish")


class Version(db.Model):
    """A published graph. Never changes; `hash` (SHA-256 of its JSON) shows it."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("shop_id", "id"),
        UniqueConstraint("flow_id", "number"),
        same_shop("flow_id", "flow"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    flow_id: Mapped[int] = mapped_column()
    number: Mapped[int] = mapped_column()
    graph: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def freeze(cls, flow: Flow, now: datetime) -> Version:
        """Return a new version of a flow's draft, or the last one when it is the same graph; raises BadGraph."""
        graph = Graph.from_json(flow.draft)
        hash = cls.hash_of(graph)
        earlier = select(cls).where(cls.flow_id == flow.id).order_by(cls.number.desc())
        last: Version | None = db.session.scalar(earlier.limit(1))
        if last is not None and last.hash == hash:
            return last
        number = last.number + 1 if last else 1
        version = cls(
            shop_id=flow.shop_id,
            flow_id=flow.id,
            number=number,
            graph=graph.to_json(),
            hash=hash,
            created_at=now,
        )
        db.session.add(version)
        db.session.flush()
        return version

    @staticmethod
    def hash_of(graph: Graph) -> str:
        """Return the SHA-256 of a graph's canonical JSON, in hexadecimal."""
        return hashlib.sha256(graph.dumps().encode()).hexdigest()


class Gesture(db.Model):
    """One entry of a draft's undo stack: the whole graph before the gesture, and what it was called.

    `place` counts from 1; entries up to the flow's cursor can be undone, later ones redone. `base` is the revision that
    the gesture was made on, so that the draft of that revision can be found again.
    `label` is {"text": msgid, "values": {...}}.
    """

    __tablename__ = "gesture"
    __table_args__ = (same_shop("flow_id", "flow"),)
    shop_id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    base: Mapped[int] = mapped_column(default=0)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    label: Mapped[dict[str, Any]] = mapped_column(Json)
