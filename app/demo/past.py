"""The past of the automations: what the engine would have done, told by the product's own interpreter.

A small world in memory whose clock jumps from one happening to the next. Every step of a run, every wait and every
ending comes from `graph.interpreter`, so that the past is one that could have been. Knows people, runs and messages.
It must not know how shoppers behave, nor a database.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from app.demo.people import Name
from app.demo.rows import Row, Rows
from app.models import Code, Coupon, Event, Message, Offer, Refusal, Run, Step
from graph import facts, interpreter
from graph.effects import Effect, GrantOffer, IssueCoupon, SendMessage
from graph.interpreter import Plan, Position, Resting

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SECOND = timedelta(seconds=1)


@dataclass
class Automation:
    """One flow of the demo, the plan of its version, and the time in which it let people in."""

    flow_id: int
    version_id: int
    plan: Plan
    since: datetime
    until: datetime | None = None
    coupon: Coupon | None = None
    paused: bool = False  # at `until`: its coupon had ended, so those who are in it wait

    def open(self, at: datetime) -> bool:
        """Whether it let people in at this time."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass
class Person:
    """A customer of the past: their row, what happened to them, and the runs they are in."""

    name: Name
    row: Row
    events: list[facts.Event] = field(default_factory=list)
    active: list[Journey] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    codes: list[Row] = field(default_factory=list)
    offers: list[tuple[Row, Row]] = field(default_factory=list)  # each with its code
    entries: set[tuple[int, str]] = field(default_factory=set)

    @property
    def subscribed(self) -> bool:
        """Whether they agreed to receive news."""
        return self.row["consent"] == "subscribed"

    def fact(self) -> facts.Customer:
        """Return this customer as the graph sees them."""
        row = self.row
        return facts.Customer(
            id=row["id"], email=row["email"], first_name=row["first_name"], last_name=row["last_name"],
            locale=row["locale"], zone=row["timezone"], subscribed=self.subscribed, orders_count=row["orders_count"],
            spent=row["spent"], last_order_at=row["last_order_at"], created_at=row["created_at"],
        )  # fmt: skip


@dataclass
class Journey:
    """One run of the past, where it stands and what it has sent."""

    automation: Automation
    person: Person
    row: Row
    event: facts.Event
    position: Position
    cart: Row | None = None
    order: Row | None = None
    code: Row | None = None
    messages: list[Row] = field(default_factory=list)


class Past:
    """Happenings in the order of time, up to `now`. `sent` is called with each message that left."""

    def __init__(self, now: datetime, rng: Random, rows: Rows, automations: list[Automation]) -> None:
        self.now, self.rng, self.rows, self.automations = now, rng, rows, automations
        self.sent: Callable[[Journey, Row, datetime], None] = lambda journey, message, at: None
        self.people: list[Person] = []
        self.journeys: dict[int, Journey] = {}
        self.coupons = {each.coupon.id: each.coupon for each in automations if each.coupon}
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._number = count()

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Let something happen at a time; what lies after now never does."""
        if at < self.now:
            heapq.heappush(self._queue, (at, next(self._number), act))

    def unfold(self) -> None:
        """Let everything happen that was planned, and all that follows from it."""
        for automation in self.automations:
            if automation.until and not automation.paused:
                self.plan(automation.until, lambda at, ended=automation: self._switch_off(ended, at))
        while self._queue:
            at, _number, act = heapq.heappop(self._queue)
            act(at)

    def sweeps(self, subject: str, at: datetime | None = None) -> timedelta | None:
        """Return after which silence of this subject an automation (open at a time) begins, or None."""
        for automation in self.automations:
            sweep = automation.plan.enrols.sweep(automation.plan.trigger.settings)
            if sweep and sweep.subject == subject and (at is None or automation.open(at)):
                return sweep.after
        return None

    def happen(
        self, at: datetime, name: str, key: str, person: Person, data: dict[str, Any] | None = None,
        cart: Row | None = None, order: Row | None = None,
    ) -> None:  # fmt: skip
        """Record one event; the runs that wait for it go on, and the automations that it starts begin."""
        row = self.rows.add(
            Event, name=name, key=key, customer_id=person.row["id"], cart_id=cart and cart["id"],
            order_id=order and order["id"], data=data or {}, at=at, enrolled_at=at + SECOND,
        )  # fmt: skip
        event = facts.Event(name, at, data or {})
        person.events.append(event)
        for journey in list(person.active):
            plan = journey.automation.plan
            if name in plan.goal | plan.exit or name in journey.position.waits_for:
                self.advance(journey, at + SECOND)
        for automation in self.automations:
            if automation.open(at) and automation.plan.enrols.matches(
                automation.plan.trigger.settings, event
            ):
                self._enrol(automation, person, event, row, cart, order)

    def _enrol(
        self, automation: Automation, person: Person, event: facts.Event, row: Row, cart: Row | None, order: Row | None
    ) -> None:  # fmt: skip
        at = event.at + SECOND
        rule = automation.plan.settings["reentry"]["rule"]
        key = {"once": "once", "per_key": automation.plan.enrols.entry_key(event)}.get(rule, row["key"])
        if reason := self._refusal(automation, person, key, at):
            self.rows.add(Refusal, event_id=row["id"], flow_id=automation.flow_id,
                          customer_id=person.row["id"], reason=reason, at=at)  # fmt: skip
            return
        person.entries.add((automation.flow_id, key))
        run = self.rows.add(
            Run, flow_id=automation.flow_id, version_id=automation.version_id, epoch=0, customer_id=person.row["id"],
            event_id=row["id"], entry_key=key, status="ready", started_at=at,
        )  # fmt: skip
        journey = Journey(automation, person, run, event, interpreter.start(automation.plan), cart, order)
        person.active.append(journey)
        self.journeys[run["id"]] = journey
        self.advance(journey, at)

    def _refusal(self, automation: Automation, person: Person, key: str, at: datetime) -> str:
        if person.row["consent"] == "unsubscribed":
            return "unsubscribed"
        if automation.plan.settings["audience"] == "subscribers" and not person.subscribed:
            return "not_subscriber"
        rule = automation.plan.settings["reentry"]["rule"]
        if (automation.flow_id, key) in person.entries:
            return "once" if rule == "once" else "same_key"
        return "unused_offer" if rule == "not_while_offer" and self._holds(automation, person, at) else ""

    def _holds(self, automation: Automation, person: Person, at: datetime) -> bool:
        mine = [
            code for code in person.codes if automation.coupon and code["coupon_id"] == automation.coupon.id
        ]
        return any(code["state"] == "issued" and code["ends_at"] > at for code in mine)

    def advance(self, journey: Journey, at: datetime) -> None:
        """Move one run on, as the engine does: steps, effects, and where it is now."""
        if journey.automation.paused and not journey.automation.open(at):
            return
        done = interpreter.advance(
            journey.automation.plan, journey.position, self._facts(journey), at, self._chance
        )
        for step in done.steps:
            self.rows.add(Step, flow_id=journey.row["flow_id"], run_id=journey.row["id"], visit=step.visit,
                          node=step.node, port=step.port or "", saw=dict(step.saw), at=step.at)  # fmt: skip
        for visit, effect in done.effects:
            self._carry_out(journey, visit, effect, at)
        if isinstance(done.rest, Resting):
            self._rest(journey, done.rest.position)
        else:
            last = done.steps[-1] if done.steps else journey.position
            self._finish(journey, last.node, last.visit, done.rest.status, done.rest.reason, at)

    def _chance(self, _node: str) -> float:
        return self.rng.random()

    def _facts(self, journey: Journey) -> facts.Facts:
        watched, began = journey.automation.plan.watches, journey.row["started_at"]
        since = [event for event in journey.person.events if event.name in watched and event.at >= began]
        own = [event for event in since if event.data.get("run", journey.row["id"]) == journey.row["id"]]
        return facts.Facts(
            customer=journey.person.fact(), event=journey.event, messages=tuple(map(_told, journey.messages)),
            since=tuple(own), zone="Europe/Paris", currency="EUR",
        )  # fmt: skip

    def _rest(self, journey: Journey, position: Position) -> None:
        assert position.wake is not None
        journey.position = position
        journey.row.update(
            status="waiting", node=position.node, visit=position.visit, since=position.since, wake_at=position.wake,
            wait_until=position.wake, waits_for=" ".join(position.waits_for),
        )  # fmt: skip
        self.plan(position.wake, lambda at: self._wake(journey, position, at))

    def _wake(self, journey: Journey, position: Position, at: datetime) -> None:
        if journey in journey.person.active and journey.position == position:
            self.advance(journey, at)

    def _finish(
        self, journey: Journey, node: str, visit: int, status: str, reason: str, at: datetime
    ) -> None:
        journey.person.active.remove(journey)
        journey.row.update(status=status, reason=reason, node=node, visit=visit, wake_at=None, wait_until=None,
                           waits_for="", ended_at=at)  # fmt: skip

    def _switch_off(self, automation: Automation, at: datetime) -> None:
        for journey in [
            each for person in self.people for each in person.active if each.automation is automation
        ]:
            where = journey.position
            self._finish(journey, where.node, where.visit, "cancelled", "switched_off", at)

    def _carry_out(self, journey: Journey, visit: int, effect: Effect, at: datetime) -> None:
        if isinstance(effect, IssueCoupon):
            self._give_code(journey, visit, effect, at)
        elif isinstance(effect, SendMessage):
            self._send(journey, visit, effect, at)
        elif isinstance(effect, GrantOffer):
            self._grant(journey, visit, effect, at)

    def _give_code(self, journey: Journey, visit: int, effect: IssueCoupon, at: datetime) -> None:
        coupon = journey.automation.coupon
        assert coupon is not None
        text = coupon.prefix + "-" + "".join(self.rng.choices(LETTERS, k=8))
        journey.code = self.rows.add(
            Code, coupon_id=coupon.id, code=text, run_id=journey.row["id"], node=effect.node, visit=visit,
            customer_id=journey.person.row["id"], state="issued", uses=0, created_at=at,
            ends_at=min(at + timedelta(days=coupon.days or 30), coupon.ends_at or datetime.max.replace(tzinfo=UTC)),
        )  # fmt: skip
        journey.person.codes.append(journey.code)
        journey.row["code_id"] = journey.code["id"]

    def _send(self, journey: Journey, visit: int, effect: SendMessage, at: datetime) -> None:
        refused = self.rng.random() < 0.012
        message = self._message(
            journey, effect.node, visit, at, email_id=effect.email, email_revision=1,
            state="failed" if refused else "sent", reason="server_failed" if refused else "",
            sent_at=None if refused else at + 2 * SECOND, closed_at=at + 2 * SECOND if refused else None,
            reply="550 5.1.1 No such mailbox" if refused else "250 2.0.0 Accepted",
        )  # fmt: skip
        if not refused:
            self.sent(journey, message, at + 2 * SECOND)

    def _grant(self, journey: Journey, visit: int, effect: GrantOffer, at: datetime) -> None:
        assert journey.code is not None
        message = self._message(
            journey, effect.node, visit, at, channel="offer", state="sent", sent_at=at + SECOND, subject=effect.title,
            text=effect.text, data={"title": effect.title, "image": effect.image},
        )  # fmt: skip
        offer = self.rows.add(
            Offer, customer_id=message["customer_id"], message_id=message["id"], flow_id=message["flow_id"], epoch=0,
            code_id=journey.code["id"], title=effect.title, text=effect.text, image=effect.image,
            granted_at=at + SECOND, seen_at=None,
        )  # fmt: skip
        journey.person.offers.append((offer, journey.code))

    def _message(self, journey: Journey, node: str, visit: int, at: datetime, **told: Any) -> Row:
        run = journey.row
        message = self.rows.add(
            Message, key=f"{run['id']}:{node}:{visit}", mail_id=f"{self.rng.getrandbits(128):032x}@papierlune.example",
            flow_id=run["flow_id"], epoch=0, run_id=run["id"], node=node, visit=visit, customer_id=run["customer_id"],
            prepared_at=at, send_at=at, gate_at=at + SECOND, attempts=1, token=1, **told,
        )  # fmt: skip
        journey.messages.append(message)
        journey.person.messages.append(message)
        return message


def _told(message: Row) -> facts.MessageFact:
    return facts.MessageFact(
        message["node"], message["sent_at"], message.get("opened_at"), message.get("clicked_at")
    )
