"""Standstill: what does not go on by itself and waits for a person, of one shop or (None) of every shop.

What stands still for the same reason stands together: a hundred people at one broken step are one thing to mend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, null, select, update

from app.extensions import db
from app.models import calls, inbox, leaving, messages, runs
from app.models.calls import Call
from app.models.decisions import Decision
from app.models.flows import Flow
from app.models.inbox import InboxRow
from app.models.messages import Message
from app.models.runs import Run
from app.models.servers import ChannelTrouble
from app.unit import changed

MOST = 50  # things on one page; whoever mends these sees the others
LATELY = timedelta(days=7)  # how long a failure is shown that nobody can take back
THEIRS = ("address", "")  # failures that are the customer's affair: an address that does not exist


@dataclass(frozen=True, slots=True)
class Standing:
    """Some that stand still together: `id` is one of them, by which all are meant. `since`: of the first of them."""

    id: int
    shop_id: int
    flow_id: int | None
    node: str
    why: str
    count: int
    since: datetime | None


def runs_parked(shop_id: int | None) -> list[Standing]:
    """Return the runs at a step that could not be carried out, together by flow, step and error."""
    alike = Run.shop_id, Run.flow_id, Run.node, Run.error
    return _standing(select(func.min(Run.id), *alike, func.count(), func.min(Run.wake_at)).where(runs.PARKED),
                     alike, Run.shop_id, shop_id)  # fmt: skip


def deliveries_parked(shop_id: int | None) -> list[Standing]:
    """Return what the shop told that could not be read, together by its error."""
    alike = InboxRow.shop_id, InboxRow.error
    found = select(func.min(InboxRow.id), InboxRow.shop_id, null(), literal(""), InboxRow.error, func.count(),
                   func.min(InboxRow.received_at)).where(inbox.PARKED)  # fmt: skip
    return _standing(found, alike, InboxRow.shop_id, shop_id)


def unknown(shop_id: int | None) -> list[Message]:
    """Return the messages of which nobody knows whether they arrived, and about which nobody has decided."""
    open_ = _of(
        select(Message).where(messages.TROUBLED, Message.state == "unknown"), Message.shop_id, shop_id
    )
    return list(db.session.scalars(open_.where(~_decided()).order_by(Message.id.desc()).limit(MOST)))


def count_unknown(shop_id: int) -> int:
    """Return how many they are."""
    open_ = select(func.count()).where(
        messages.TROUBLED, Message.state == "unknown", Message.shop_id == shop_id
    )
    return db.session.scalar(open_.where(~_decided())) or 0


def messages_failed(shop_id: int | None, now: datetime, flow_id: int | None = None) -> list[Standing]:
    """Return the messages that failed lately for a reason that somebody can mend, together by flow, step and reason.

    Of one flow, or of all. Lately is LATELY: what is older comes too late to be sent again.
    """
    alike = Message.shop_id, Message.flow_id, Message.node, Message.reason
    found = select(func.min(Message.id), *alike, func.count(), func.min(Message.prepared_at))
    found = found.where(messages.TROUBLED, Message.state == "failed", Message.reason.not_in(THEIRS))
    found = found.where(Message.flow_id == flow_id) if flow_id else found
    return _standing(
        found.where(Message.prepared_at > now - LATELY, ~_decided()), alike, Message.shop_id, shop_id
    )


def mendable(shop_id: int, flow_id: int, now: datetime) -> dict[tuple[str, str], int]:
    """Return how many messages of one flow failed lately and can be sent again, by (step, reason)."""
    return {(each.node, each.why): each.count for each in messages_failed(shop_id, now, flow_id)}


def calls_failed(shop_id: int | None, now: datetime) -> list[Standing]:
    """Return the calls that another system did not take lately, together by flow, step and reason."""
    alike = Call.shop_id, Call.flow_id, Call.node, Call.reason
    found = select(func.min(Call.id), *alike, func.count(), func.min(Call.ended_at)).where(calls.FAILED)
    return _standing(found.where(Call.ended_at > now - LATELY), alike, Call.shop_id, shop_id)


def flows_paused(shop_id: int | None) -> list[Flow]:
    """Return the flows that stand still, those of a restored backup first."""
    paused = _of(select(Flow).where(Flow.status == "paused"), Flow.shop_id, shop_id)
    return list(db.session.scalars(paused.order_by(Flow.paused_reason != "restored", Flow.id).limit(MOST)))


def channels_resting(shop_id: int | None) -> list[ChannelTrouble]:
    """Return the channels that are in trouble, the longest first."""
    resting = _of(select(ChannelTrouble), ChannelTrouble.shop_id, shop_id)
    return list(db.session.scalars(resting.order_by(ChannelTrouble.since).limit(MOST)))


def retry_runs(like: Run, now: datetime) -> int:
    """Let all parked runs like this one try their step again; return how many."""
    again = {"status": "ready", "reason": "", "error": "", "attempts": 0, "wake_at": now}
    return changed(update(Run).where(*_alike(like)).values(again))


def skip_runs(like: Run, now: datetime) -> int:
    """Take all parked runs like this one out, with what they would still have got; return how many."""
    ended = {
        "status": "cancelled",
        "reason": "skipped",
        "token": Run.token + 1,
        "ended_at": now,
        "lease_until": None,
    }
    gone = changed(update(Run).where(*_alike(like)).values(ended))
    leaving.call_back(like.flow_id, "skipped", now)
    return gone


def retry_deliveries(like: InboxRow) -> int:
    """Let all parked deliveries with this error be read again; return how many."""
    return changed(update(InboxRow).where(*_same_error(like)).values(state="waiting", attempts=0))


def skip_deliveries(like: InboxRow) -> int:
    """Put all parked deliveries with this error away, with what they said of people; return how many."""
    return changed(update(InboxRow).where(*_same_error(like)).values(state="read", body=b""))


def retry_calls(like: Call, now: datetime) -> int:
    """Let all calls that failed like this one be tried again; return how many."""
    same = Call.flow_id == like.flow_id, Call.node == like.node, Call.reason == like.reason
    return Call.revive(like.shop_id, now, *same)


def _alike(like: Run) -> tuple[ColumnElement[bool], ...]:
    same = Run.flow_id == like.flow_id, Run.node == like.node, Run.error == like.error
    return Run.shop_id == like.shop_id, runs.PARKED, *same


def _same_error(like: InboxRow) -> tuple[ColumnElement[bool], ...]:
    return InboxRow.shop_id == like.shop_id, inbox.PARKED, InboxRow.error == like.error


def _decided() -> ColumnElement[bool]:
    return select(Decision.message_id).where(Decision.message_id == Message.id).exists()


def _standing(found: Any, alike: Sequence[Any], shop: Any, shop_id: int | None) -> list[Standing]:
    grouped = _of(found, shop, shop_id).group_by(*alike).order_by(func.count().desc()).limit(MOST)
    return [Standing(*row) for row in db.session.execute(grouped)]


def _of(query: Any, shop: Any, shop_id: int | None) -> Any:
    return query if shop_id is None else query.where(shop == shop_id)
