"""Enrol: events wake the runs that wait for them, and start runs of the live flows whose trigger they match.

Each pair of an event and a flow that it matches ends in a run or in a recorded refusal: that answers "why did this
customer get nothing?". Knows the order of the reasons; the rule of re-entry itself is `reentry`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Row, select

from app import bulk, clock
from app.extensions import db
from app.lists import in_shop
from app.models import Customer, Event, Flow, Handwritten, Refusal, Run, Suppression
from app.models.suppressions import HARD
from app.questions import asks, told
from app.unit import is_trouble, unit
from graph import facts, reentry
from graph.interpreter import Plan, start
from workers import locks, wake
from workers.ledger import Ledger
from workers.plans import Compiled, plans

log = logging.getLogger(__name__)
BATCH = 1000
LEFT = ("cart.abandoned", "checkout.abandoned")
Live = Sequence[tuple[Any, Compiled]]  # flows (rows) with their plans


@dataclass(frozen=True, slots=True)
class Candidate:
    """One event at the door of one flow: what the rule of re-entry looks at, and the key of the run it would start."""

    event: Row[Any]
    flow: Row[Any]
    plan: Plan
    entry: reentry.Entry
    key: str

    @staticmethod
    def of(event: Row[Any], flow: Row[Any], plan: Plan, told: facts.Event) -> Candidate:
        """Return the candidate that an event is for a flow whose trigger it matches."""
        entry = reentry.Entry(plan.enrols.entry_key(told)[:160], event.key, event.at)
        return Candidate(event, flow, plan, entry, reentry.key(plan.settings["reentry"]["rule"], entry))


@dataclass(frozen=True)
class Enrolled:
    """What one batch did: events looked at, the versions that now have due runs, and those in which any began."""

    events: int = 0
    versions: frozenset[int] = frozenset()
    begun: frozenset[int] = frozenset()


def enrol(shop_id: int) -> Enrolled:
    """Look at the next batch of a shop's events. Raises only the database's own troubles."""
    ids = Event.waiting(shop_id, BATCH)
    db.session.rollback()
    return _some(shop_id, ids) if ids else Enrolled()


def _some(shop_id: int, ids: Sequence[int]) -> Enrolled:
    """Look at these in one transaction; halve them when that fails, down to the one that is to blame."""
    try:
        return unit(lambda: _batch(shop_id, ids, clock.now(shop_id)))
    except Exception as error:  # whatever it is, the event is refused with it and its neighbours go on
        if is_trouble(error):
            raise
        if len(ids) == 1:
            return _blame(shop_id, ids[0], error)
    first, second = (_some(shop_id, part) for part in (ids[: len(ids) // 2], ids[len(ids) // 2 :]))
    return Enrolled(
        first.events + second.events, first.versions | second.versions, first.begun | second.begun
    )


def _blame(shop_id: int, id: int, error: Exception) -> Enrolled:
    log.warning(
        "an event starts nothing", extra={"event_id": id, "shop_id": shop_id, "error": type(error).__name__}
    )
    unit(lambda: _turn_away(shop_id, id, clock.now(shop_id)))
    return Enrolled(1)


def _turn_away(shop_id: int, id: int, now: datetime) -> None:
    """Refuse an event that cannot be enrolled to each live flow that it would have started."""
    events = Event.unseen([id])
    candidates, broken = _candidates(events, live(shop_id), now)
    Refusal.save([*broken, *(_refused(each.event, each.flow.id, "unreadable", now) for each in candidates)])
    Event.enrolled([id], now)


def _batch(shop_id: int, ids: Sequence[int], now: datetime) -> Enrolled:
    if not locks.alone(shop_id):
        return Enrolled()
    return look_at(shop_id, live(shop_id), ids, now)


def look_at(shop_id: int, flows: Live, ids: Sequence[int], now: datetime) -> Enrolled:
    """Enrol events to the live flows, inside the unit of whoever is alone with the shop."""
    events = Event.unseen(ids)
    if not events:
        return Enrolled()
    woken = wake.by(shop_id, events, now)
    candidates, broken = _candidates(events, flows, now)
    Refusal.save(broken)
    begun = _decide(shop_id, candidates, flows, now)
    Event.enrolled([event.id for event in events], now)
    return Enrolled(len(events), frozenset(woken | begun), frozenset(begun))


def live(shop_id: int) -> Live:
    """Return the live flows of a shop with their plans, or with what is wrong with their graphs.

    They are locked, and before anything else: a switch-off that comes now waits for us, then ends what we began.
    """
    rows = [row for row in _flows(shop_id=shop_id) if row.version_id]
    compiled = plans({row.version_id for row in rows})
    return [(row, compiled[row.version_id]) for row in rows]


@asks
def _flows() -> Any:
    columns = Flow.id, Flow.version_id, Flow.epoch, Flow.enrols_from
    live = select(*columns).where(Flow.shop_id == told("shop_id"), Flow.status == "live")
    return live.order_by(Flow.id).with_for_update(read=True)


def _candidates(
    events: Sequence[Row[Any]], flows: Live, now: datetime
) -> tuple[list[Candidate], list[dict[str, Any]]]:
    """Return each event with each flow whose trigger it matches, in the order in which things happened.

    And a refusal for each that cannot be told, because the flow's graph or the event is broken: that stops no other.
    """
    candidates, refusals = [], []
    for event, (flow, plan) in product((each for each in events if each.customer_id), flows):
        try:
            if candidate := _candidate(event, flow, plan):
                candidates.append(candidate)
        except Exception as error:
            log.warning("event %s cannot enter flow %s: %s", event.id, flow.id, type(error).__name__)
            refusals.append(_refused(event, flow.id, "unreadable", now))
    return candidates, refusals


def _candidate(event: Row[Any], flow: Any, plan: Compiled) -> Candidate | None:
    if not isinstance(plan, Plan):
        raise plan
    told = facts.Event(event.name, event.at, event.data)
    if not plan.enrols.matches(plan.trigger.settings, told):
        return None
    candidate = Candidate.of(event, flow, plan, told)
    return candidate if candidate.key else None


def _decide(shop_id: int, candidates: Sequence[Candidate], flows: Live, now: datetime) -> set[int]:
    """Begin a run or record a refusal for each candidate; return the versions of the runs begun."""
    if not candidates:
        return set()
    door = Door.of(shop_id, candidates, _looks_after_checkouts(flows), now)
    runs, refusals = [], []
    for each in candidates:
        reason = door.refusal(each)
        if reason:
            refusals.append(_refused(each.event, each.flow.id, reason, now))
        else:
            runs.append(_begun(each, now))
            door.ledger.enter(each.flow.id, each.event.customer_id, each.key, each.event.at)
    Refusal.save(refusals)
    bulk.insert(Run, runs)
    return {run["version_id"] for run in runs}


def _begun(each: Candidate, now: datetime) -> dict[str, Any]:
    position = start(each.plan)
    return {
        "shop_id": each.event.shop_id, "flow_id": each.flow.id, "version_id": each.flow.version_id,
        "epoch": each.flow.epoch, "customer_id": each.event.customer_id, "event_id": each.event.id,
        "entry_key": each.key, "status": "ready", "reason": "", "node": position.node, "visit": position.visit,
        "wake_at": now, "waits_for": "", "token": 0, "attempts": 0, "error": "", "started_at": now,
    }  # fmt: skip


def _refused(event: Row[Any], flow_id: int, reason: str, now: datetime) -> dict[str, Any]:
    return {"shop_id": event.shop_id, "event_id": event.id, "flow_id": flow_id, "customer_id": event.customer_id,
            "reason": reason, "at": now}  # fmt: skip


@dataclass(frozen=True)
class Door:
    """What is known about those who come: who they are, what they have begun before, who said no."""

    people: Mapping[int, Any]
    suppressed: Mapping[str, str]  # why, by address
    ledger: Ledger
    checkouts: bool  # whether a live flow looks after checkouts
    by_hand: Mapping[int, datetime]  # when somebody of the shop wrote about a cart, by its id

    @staticmethod
    def of(shop_id: int, candidates: Sequence[Candidate], checkouts: bool, now: datetime) -> Door:
        """Read all of it, a query a kind, for these candidates."""
        ids = {each.event.customer_id for each in candidates}
        people = {row.id: row for row in _people(shop_id=shop_id, ids=ids)}
        suppressed = Suppression.reasons(shop_id, [row.email for row in people.values() if row.email])
        carts = {each.event.customer_id for each in candidates if each.event.name in LEFT}
        by_hand = Handwritten.about_carts(shop_id, carts) if carts else {}
        return Door(people, suppressed, Ledger.read(shop_id, people.keys(), now), checkouts, by_hand)

    def refusal(self, each: Candidate) -> str:
        """Return why this candidate starts nothing, or an empty string; the plainest reason goes first."""
        person = self.people[each.event.customer_id]
        return (
            self._unreachable(person, each.plan)
            or self._untimely(each)
            or self._elsewhere(each)
            or reentry.refusal(
                each.plan.settings["reentry"],
                each.entry,
                self.ledger.of(each.flow.id, each.event.customer_id),
            )
        )

    def _elsewhere(self, each: Candidate) -> str:
        alone = each.plan.settings.get("alone")
        return "elsewhere" if alone and self.ledger.elsewhere(each.flow.id, each.event.customer_id) else ""

    def _unreachable(self, person: Any, plan: Plan) -> str:
        if not person.email:
            return "no_address" if plan.enrols.person else ""
        if self.suppressed.get(person.email) in HARD:
            return self.suppressed[person.email]
        return "" if plan.serves_orders else self._unwilling(person, plan.settings["audience"])

    def _unwilling(self, person: Any, audience: str) -> str:
        if person.consent == "unsubscribed" or person.email in self.suppressed:
            return "unsubscribed"
        return "not_subscriber" if audience == "subscribers" and person.consent != "subscribed" else ""

    def _untimely(self, each: Candidate) -> str:
        chosen = each.event.data.get("backfill") == each.flow.id  # of the past, by the merchant, by name
        if not chosen and each.flow.enrols_from and each.event.at < each.flow.enrols_from:
            return "before_activation"
        # One cart must not bring two reminders: where a flow looks after checkouts, a checkout is no left cart.
        at_checkout = each.event.name == "cart.abandoned" and each.event.data.get("checkout")
        if at_checkout and self.checkouts:
            return "left_to_checkout"
        return "by_hand" if self._answered(each.event) else ""

    def _answered(self, event: Row[Any]) -> bool:
        """Whether this cart was written about by hand since it was left: that took the place of a reminder."""
        written = self.by_hand.get(event.cart_id) if event.name in LEFT else None
        return written is not None and written >= event.at - timedelta(seconds=event.data.get("after", 0))


@asks
def _people() -> Any:
    columns = select(Customer.id, Customer.email, Customer.consent)
    return columns.where(in_shop(told("shop_id"), Customer.id, told("ids")))


def _looks_after_checkouts(flows: Live) -> bool:
    for _flow, plan in flows:
        sweep = plan.enrols.sweep(plan.trigger.settings) if isinstance(plan, Plan) else None
        if sweep is not None and sweep.subject == "checkout":
            return True
    return False
