"""The gate: the last look before the point of no return, in one transaction.

`decide` is pure and holds the rules; the rest reads what it must know, under locks that make a switch-off or an
unsubscription either seen here or later than the dot. Whatever says no is written with the reason.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import clock, tally
from app.extensions import db
from app.models import (
    Code,
    Coupon,
    Customer,
    Event,
    Flow,
    Message,
    Policy,
    Run,
    Shop,
    Suppression,
    TopicRefusal,
)  # fmt: skip
from app.models.suppressions import HARD
from graph.events import concerns
from graph.interpreter import Plan
from graph.topics import ORDER
from workers import facts, marks, quiet, suspending
from workers.letters import Letter
from workers.plans import plans
from workers.smtp import LAST_PATIENCE

log = logging.getLogger(__name__)
PAUSED = timedelta(minutes=15)  # how long a message of a paused flow waits before it asks again


@dataclass(frozen=True, slots=True)
class Passed:
    """The point of no return is recorded: send the dot."""


@dataclass(frozen=True, slots=True)
class Held:
    """Not now: it waits until `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Never: it ends as `state`."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Without:
    """Write it again without a code."""


@dataclass(frozen=True, slots=True)
class Lost:
    """It is no longer ours: cancelled, or claimed by another."""


Verdict = Passed | Held | Closed | Without | Lost


@dataclass(frozen=True, slots=True)
class Known:
    """All that the gate looks at. `trouble` is what is wrong with a code shown: "own", or why to pause."""

    staff: bool
    flow_status: str
    same_epoch: bool
    run_status: str
    happened: frozenset[str]  # events since the run began
    email: str
    consent: str
    suppressed: str  # why the address must not be written to, or ""
    zone: str
    latest_at: datetime | None
    settings: Mapping[str, Any]
    topic: str = "news"
    refused: frozenset[str] = frozenset()  # topics that they turned down
    capped_until: datetime | None = None  # they have had as much as the shop allows
    trouble: str = ""


def decide(known: Known, now: datetime) -> Verdict:
    """Return whether a message may leave now. The most final reason goes first."""
    if known.flow_status == "deleted" or not known.same_epoch or known.run_status == "cancelled":
        return Closed("cancelled", "switched_off" if not known.same_epoch else "run_ended")
    if known.staff:
        return Passed()
    return _ended(known, now) or _unwelcome(known) or _later(known, now) or _coupon(known, now) or Passed()


def _ended(known: Known, now: datetime) -> Verdict | None:
    if known.happened.intersection(known.settings["goal"]):
        return Closed("skipped", "goal")
    # Whoever wants no news may still have to hear about an order.
    unheard = {"customer.unsubscribed"} if known.topic == ORDER else set()
    if known.happened.intersection(known.settings["exit"]) - unheard:
        return Closed("skipped", "run_ended")
    return Closed("skipped", "latest") if known.latest_at and now > known.latest_at else None


def _unwelcome(known: Known) -> Verdict | None:
    if not known.email:
        return Closed("skipped", "erased")
    if known.suppressed in HARD:
        return Closed("skipped", known.suppressed)
    return None if known.topic == ORDER else _unwanted(known)


def _unwanted(known: Known) -> Verdict | None:
    if known.suppressed or known.consent == "unsubscribed":
        return Closed("skipped", "unsubscribed")
    if known.topic in known.refused:
        return Closed("skipped", "topic")
    for_subscribers = known.settings["audience"] == "subscribers"
    return Closed("skipped", "audience") if for_subscribers and known.consent != "subscribed" else None


def _later(known: Known, now: datetime) -> Verdict | None:
    if known.flow_status == "paused":
        return Held(now + PAUSED, "paused")
    if known.capped_until:
        return Held(known.capped_until, "cap")
    until = quiet.ends(known.settings.get("quiet"), now, known.zone)
    return Held(until, "quiet") if until else None


def _coupon(known: Known, now: datetime) -> Verdict | None:
    """A customer's own code that is used or over is left out; a coupon that fails for all follows the setting (C8)."""
    if known.trouble in ("", "own"):
        return Without() if known.trouble else None
    match known.settings["on_coupon_invalid"]:
        case "without":
            return Without()
        case "skip":
            return Closed("skipped", "coupon")
    return Held(now + PAUSED, "coupon")


def ask(message: Any, letter: Letter, *, dry: bool = False) -> Verdict:
    """Decide about a claimed message (a row) and write the decision, inside a unit. `dry`: a yes is not written yet."""
    now = clock.now(message.shop_id)
    known, offered = _known(message, letter, now)
    if not _ours(message):
        return Lost()
    verdict = decide(known, now)
    if isinstance(verdict, Held | Closed):
        log.info("the gate refuses a message", extra=marks.of(message) | {"reason": verdict.reason})
        tally.count("gate_refusals", verdict.reason)
    match verdict:
        case Passed() if not dry:
            return _passed(message, letter, now)
        case Held(until, reason):
            if reason == "coupon":
                suspending.suspend(message.flow_id, offered, known.trouble, now)
            Message.put_back(message.id, message.token, until, reason, burnt=False)
        case Closed(state, reason):
            Message.close(message.id, message.token, state, reason)
    return verdict


def _ours(message: Any) -> bool:
    mine = select(Message.id).where(Message.id == message.id, Message.token == message.token)
    return db.session.scalar(mine.where(Message.state == "handing")) is not None


def _passed(message: Any, letter: Letter, now: datetime) -> Verdict:
    until = clock.real() + timedelta(seconds=LAST_PATIENCE + 10)
    if not Message.pass_gate(message.id, message.token, now, until, letter.subject, letter.revision):
        return Lost()
    Code.issue(letter.codes)
    return Passed()


def _known(message: Any, letter: Letter, now: datetime) -> tuple[Known, Coupon | None]:
    # In the order in which a switch-off takes them: flow, run. Shared locks: mails do not wait for each other.
    flow = _locked(Flow, message.flow_id)
    run = _locked(Run, message.run_id)
    compiled = plans([run.version_id])[run.version_id]
    plan = compiled if isinstance(compiled, Plan) else None
    trouble, coupon = _trouble(letter.codes, message.channel, now)
    known = Known(
        staff=message.audience == "staff",
        flow_status=flow.status,
        same_epoch=flow.epoch == message.epoch,
        run_status=run.status,
        happened=_happened(run, plan) if plan else frozenset(),
        latest_at=message.latest_at,
        settings=plan.settings if plan else {},
        topic=message.topic,
        trouble=trouble,
        **_reader(message, now),
    )
    return known, coupon


def _reader(message: Any, now: datetime) -> dict[str, Any]:
    """Return what Known holds of the one who is written to, their row locked."""
    policy = Policy.of(message.shop_id)
    capped = bool(policy.most_messages) and message.audience == "customer" and message.topic != ORDER
    customer = _locked(Customer, message.customer_id, alone=capped)
    return {
        "email": customer.email or "",
        "consent": customer.consent,
        "suppressed": _suppressed(message, customer.email),
        "refused": TopicRefusal.of(message.shop_id, message.customer_id),
        "capped_until": _capped_until(message, policy, now) if capped else None,
        "zone": customer.timezone or db.session.get_one(Shop, message.shop_id).timezone,
    }


def _suppressed(message: Any, email: str | None) -> str:
    why = Suppression.reasons(message.shop_id, [email]).get(email, "") if email else ""
    return "" if why == "bounced" and message.channel != "email" else why  # only mail needs a mailbox


def _capped_until(message: Any, policy: Policy, now: datetime) -> datetime | None:
    """Return when this customer may get another message: as soon as the oldest that counts leaves the window."""
    recent = Message.gates(message.shop_id, message.customer_id, now - policy.cap_window)
    full = len(recent) >= policy.most_messages
    return recent[policy.most_messages - 1] + policy.cap_window if full else None


def _locked(model: Any, id: int, alone: bool = False) -> Any:
    """Return a row that nobody changes before the commit; `alone`: and that no other gate looks at meanwhile.

    Two gates that count the same customer's messages at once would each miss the other's.
    """
    row = select(*model.__table__.columns).where(model.id == id)
    return db.session.execute(row.with_for_update(read=not alone, key_share=alone)).one()


def _happened(run: Any, plan: Plan) -> frozenset[str]:
    """Return which goal and exit events came since the run began, whether or not it has been woken for them."""
    columns = Event.name, Event.at, Event.id, Event.data
    began = db.session.execute(select(*columns).where(Event.id == run.event_id)).one()
    names = select(*columns).where(
        Event.shop_id == run.shop_id, Event.customer_id == run.customer_id, Event.at >= facts.began_at(began),
        Event.name.in_(plan.goal | plan.exit),
    )  # fmt: skip
    since = facts.began_at(began), began.id
    return frozenset(
        row.name
        for row in db.session.execute(names)
        if (row.at, row.id) > since and row.id != began.id and concerns(row, began)
    )


def _trouble(codes: Sequence[int], channel: str, now: datetime) -> tuple[str, Coupon | None]:
    """Return what is wrong with the codes shown: "own" for this customer only, or why nobody can be given one."""
    shown = select(Code, Coupon).join(Coupon, Coupon.id == Code.coupon_id).where(Code.id.in_(codes))
    for code, coupon in db.session.execute(shown) if codes else ():
        if trouble := coupon.trouble(channel, code.uses, now):
            return trouble, coupon
        if code.state not in ("reserved", "issued") or (code.ends_at and code.ends_at <= now):
            return "own", coupon
    return "", None
