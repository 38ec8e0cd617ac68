"""Suspending: a flow whose coupon fails for everybody stops by itself, and its people hear where to mend it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import db
from app.models import Coupon, Flow, Message, Run, Shop, StaffNotice
from graph.interpreter import Plan
from workers import marks
from workers.plans import plans


def suspend(message: Any, coupon: Coupon | None, why: str, now: datetime) -> None:
    """Pause a message's flow; the first to do so tells the staff, by mail and in the product (OFFER-22, 23, 24, 26)."""
    if not Flow.pause(message.flow_id, why):
        return
    key = f"{message.key}:paused:{int(now.timestamp())}"
    text, path = _told(message, coupon), _where(message, coupon)
    notice = {"shop_id": message.shop_id, "key": key, "sort": "channel", "text": text, "path": path,
              "customer_id": None, "at": now, "read_at": None}  # fmt: skip
    StaffNotice.tell([notice])
    columns = Message.__table__.columns
    row = {column.name: getattr(message, column.name) for column in columns if column.name != "id"}
    Message.prepare([row | {
        "key": key, "mail_id": marks.mail_id(key, message.shop_id), "audience": "staff", "email_id": None, "text": text,
        "state": "prepared", "send_at": now, "latest_at": None, "lease_until": None, "token": 0, "attempts": 0,
        "prepared_at": now, "reason": "", "reply": "", "channel": "email", "data": {"path": path},
    }])  # fmt: skip


def _told(message: Any, coupon: Coupon | None) -> str:
    flow, shop = db.session.get_one(Flow, message.flow_id), db.session.get_one(Shop, message.shop_id)
    with force_locale(shop.locale):
        return str(_(
            "“%(flow)s” has paused itself, because its coupon “%(coupon)s” can no longer be used. "
            "Give it another coupon and switch it on again: nobody in it is lost.",
            flow=flow.name, coupon=coupon.name if coupon else "",
        ))  # fmt: skip


def _where(message: Any, coupon: Coupon | None) -> str:
    """Return the path of the editor, at the step that gives the coupon."""
    version = db.session.scalar(select(Run.version_id).where(Run.id == message.run_id))
    plan = plans([version])[version] if version else None
    nodes = plan.nodes.values() if isinstance(plan, Plan) and coupon else ()
    step = next((node.id for node, _kind in nodes if coupon and node.settings.get("coupon") == coupon.id), "")
    return f"/automations/{message.flow_id}/edit" + (f"?step={step}" if step else "")
