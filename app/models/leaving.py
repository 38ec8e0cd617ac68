"""Leaving: what those taken out of a flow would still have got is called back, and what was kept for them is freed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from app.models.calls import Call
from app.models.codes import Code
from app.models.messages import Message
from app.models.runs import Run
from app.unit import changed


def call_back(flow_id: int, reason: str, now: datetime) -> int:
    """Do so for the runs of a flow that were cancelled for this reason; return how many messages were called back."""
    gone = select(Run.id).where(Run.flow_id == flow_id, Run.status == "cancelled", Run.reason == reason)
    called = Message.cancel(reason, Message.flow_id == flow_id, Message.run_id.in_(gone))
    calls = update(Call).where(Call.flow_id == flow_id, Call.state == "waiting", Call.run_id.in_(gone))
    ended = {"state": "cancelled", "reason": reason, "token": Call.token + 1, "lease_until": None}
    changed(calls.values(ended | {"ended_at": now}))
    changed(update(Code).where(Code.state == "reserved", Code.run_id.in_(gone)).values(state="released"))
    return called
