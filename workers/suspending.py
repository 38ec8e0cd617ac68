"""Suspending: a flow whose coupon fails for everybody stops by itself, and its people hear where to mend it.

Two look: the gate, for a message that is just leaving, and the heartbeat, for all live flows of all shops at once, so
that a merchant hears of a broken offer before anybody should have been given it. The first to pause a flow tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import Code, Coupon, Flow, Shop, StaffNotice
from app.unit import unit
from graph.fields import CouponChoice
from graph.interpreter import Plan
from workers.plans import plans

NO_CHANNEL = "channel_gone"  # the shop's pages show no offers any more, or do not sell


@dataclass(frozen=True, slots=True)
class Gives:
    """One step of a live flow that gives a coupon, and by which channel it is promised."""

    flow: Any
    coupon_id: int
    channel: str


def look() -> int:
    """Pause each live flow whose coupon nobody can be given, or whose offers nobody would see; return how many."""
    steps = list(_giving())
    known = _coupons({step.coupon_id for step in steps})
    broken = {
        step.flow.id: (*found, step.flow) for step in reversed(steps) if (found := _broken(step, known))
    }
    db.session.rollback()
    for flow_id, (why, coupon_id, flow) in broken.items():
        unit(partial(_paused, flow_id, why, coupon_id, flow.shop_id))
    return len(broken)


def _paused(flow_id: int, why: str, coupon_id: int, shop_id: int) -> None:
    suspend(flow_id, db.session.get(Coupon, coupon_id), why, clock.now(shop_id))


def _giving() -> Iterator[Gives]:
    """Yield what the live flows of every shop give, those that go on without a coupon left out (C8)."""
    columns = Flow.id, Flow.shop_id, Flow.version_id, Shop.channel.label("channel")
    live = select(*columns).join(Shop, Shop.id == Flow.shop_id).where(Flow.status == "live")
    rows = db.session.execute(live.where(Flow.version_id.is_not(None))).all()
    compiled = plans({row.version_id for row in rows})
    for row in rows:
        plan = compiled.get(row.version_id)
        yield from (_steps(row, plan) if isinstance(plan, Plan) else ())


def _steps(row: Any, plan: Plan) -> Iterator[Gives]:
    for node, kind in plan.nodes.values():
        for field in kind.fields:
            chosen = node.settings.get(field.name) if isinstance(field, CouponChoice) else None
            channel = getattr(field, "channel", "")
            if chosen and (channel == "offer" or plan.settings["on_coupon_invalid"] == "suspend"):
                yield Gives(row, chosen, channel)


def _coupons(ids: set[int]) -> dict[int, tuple[Coupon, int]]:
    """Return these coupons by id, each with how often the code of a shared one was used."""
    if not ids:
        return {}
    limited = Code.coupon_id == Coupon.id, ~Coupon.personal, Coupon.usage_limit.is_not(None)
    uses = select(func.max(Code.uses)).where(*limited).correlate(Coupon).scalar_subquery()
    rows = db.session.execute(select(Coupon, func.coalesce(uses, 0).label("used")).where(Coupon.id.in_(ids)))
    return {coupon.id: (coupon, used) for coupon, used in rows}


def _broken(step: Gives, known: dict[int, tuple[Coupon, int]]) -> tuple[str, int] | None:
    """Return why a step's flow must stop, and the coupon it is about; None while all is well (OFFER-22 to OFFER-25)."""
    if step.channel == "offer" and step.flow.channel != "selling":
        return NO_CHANNEL, step.coupon_id
    coupon, uses = known.get(step.coupon_id, (None, 0))
    if coupon is None or coupon.shop_id != step.flow.shop_id:
        return "coupon_withdrawn", step.coupon_id
    why = coupon.trouble(step.channel, uses, clock.now(step.flow.shop_id))
    return (why, step.coupon_id) if why else None


def suspend(flow_id: int, coupon: Coupon | None, why: str, now: datetime) -> None:
    """Pause a flow; the first to do so tells the staff, by mail and in the product (OFFER-22 to OFFER-26)."""
    if not Flow.pause(flow_id, why, now):
        return
    flow = db.session.get_one(Flow, flow_id)
    shop = db.session.get_one(Shop, flow.shop_id)
    with force_locale(shop.locale):
        text = _told(flow, coupon, why)
    StaffNotice.tell([{
        "shop_id": shop.id, "key": f"flow:{flow_id}:paused:{int(now.timestamp())}", "sort": "channel", "text": text,
        "path": _where(flow, coupon, why), "customer_id": None, "at": now, "read_at": None, "mail": "prepared",
        "send_at": now,
    }])  # fmt: skip


def _told(flow: Flow, coupon: Coupon | None, why: str) -> str:
    if why == NO_CHANNEL:
        return str(_(
            "The offer “%(flow)s” is suspended, because your shop no longer sells. When it sells again, say so, "
            "then publish the offer anew.", flow=flow.name,
        ))  # fmt: skip
    return str(_(
        "“%(flow)s” has paused itself, because its coupon “%(coupon)s” can no longer be used. "
        "Create a new code, add it to the automation and switch it on again: nobody in it is lost.",
        flow=flow.name, coupon=coupon.name if coupon else "",
    ))  # fmt: skip


def _where(flow: Flow, coupon: Coupon | None, why: str) -> str:
    """Return the path of the page where it is mended: the channel's, the offer's, or the editor at the step."""
    if why == NO_CHANNEL:
        return "/offers/channel"
    step, channel = _step(flow, coupon)
    if channel == "offer":
        return f"/offers/{flow.id}/edit"
    return f"/automations/{flow.id}/edit" + (f"?step={step}" if step else "")


def _step(flow: Flow, coupon: Coupon | None) -> tuple[str, str]:
    """Return the id of the step of the live version that gives the coupon, and the step's channel."""
    plan = plans([flow.version_id])[flow.version_id] if flow.version_id else None
    found: Sequence[tuple[str, str]] = [
        (node.id, getattr(field, "channel", ""))
        for node, kind in (plan.nodes.values() if isinstance(plan, Plan) else ())
        for field in kind.fields
        if isinstance(field, CouponChoice) and coupon and node.settings.get(field.name) == coupon.id
    ]
    return found[0] if found else ("", "")
