"""Known: all that the gate looks at, read for several messages of a shop at once, and locked until the commit.

Knows which rows, and in which order they are locked. Must not know what is decided about them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.lists import among, in_shop
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
from graph.calendar import is_zone
from graph.events import concerns
from graph.interpreter import Plan
from graph.topics import ORDER
from workers import facts
from workers.letters import Letter
from workers.plans import plans

# What is looked at of each, its id first.
FLOW = Flow.id, Flow.status, Flow.epoch
RUN = Run.id, Run.status, Run.version_id, Run.event_id, Run.customer_id
PERSON = Customer.id, Customer.email, Customer.consent, Customer.timezone
SHARED: Mapping[str, Any] = {"read": True}  # many gates at once, and nobody who changes it
ALONE: Mapping[str, Any] = {"key_share": True}  # no other gate meanwhile
Asking = Sequence[
    tuple[Any, Letter]
]  # messages (rows) with their letters, all of one shop, one of a customer at most


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
    coupon: Coupon | None = field(default=None, compare=False)  # the one whose trouble it is
    ours: bool = True  # still claimed by whoever asks


def read(asking: Asking, now: datetime, *, locked: bool = True) -> list[Known]:
    """Return what is known of each message, in their order: some ten queries, however many there are.

    Not `locked`, it is no more than a look, and more than one may be of the same customer.
    """
    rows, lock = [row for row, _letter in asking], SHARED if locked else {}
    shop_id = rows[0].shop_id
    # In the order in which a switch-off takes them: flow, run. Shared locks: mails do not wait for each other.
    flows = _rows(FLOW, {row.flow_id for row in rows}, lock)
    runs = _rows(RUN, {row.run_id for row in rows}, lock)
    compiled = plans({run.version_id for run in runs.values()})
    codes = _codes({id for _row, letter in asking for id in letter.codes})
    readers, found = Readers.of(shop_id, rows, now, locked), list[Known]()
    happened, ours = _happened(shop_id, runs, compiled), _ours(rows)
    for row, letter in asking:
        flow, run = flows[row.flow_id], runs[row.run_id]
        plan = compiled[run.version_id]
        trouble, coupon = _trouble([codes[id] for id in letter.codes if id in codes], row.channel, now)
        found.append(Known(
            staff=row.audience == "staff", flow_status=flow.status, same_epoch=flow.epoch == row.epoch,
            run_status=run.status, happened=happened.get(run.id, frozenset()), latest_at=row.latest_at,
            settings=plan.settings if isinstance(plan, Plan) else {}, topic=row.topic, trouble=trouble, coupon=coupon,
            ours=row.id in ours, **readers.told(row),
        ))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Readers:
    """Those who are written to: their rows, their wishes, and when the capped may get another message."""

    timezone: str  # the shop's
    people: Mapping[int, Any]
    suppressed: Mapping[str, str]
    refused: Mapping[int, set[str]]
    capped_until: Mapping[int, datetime | None]

    @staticmethod
    def of(shop_id: int, rows: Sequence[Any], now: datetime, locked: bool) -> Readers:
        """Read them, alone where their messages are counted: two gates at once would miss each other's."""
        policy = Policy.of(shop_id)
        counted = [row for row in rows if row.audience == "customer" and row.topic != ORDER]
        capped = {row.customer_id for row in counted} if policy.most_messages else set[int]()
        lock = (ALONE if capped else SHARED) if locked else {}
        people = _rows(PERSON, {row.customer_id for row in rows}, lock)
        emails = [person.email for person in people.values() if person.email]
        refused = defaultdict[int, set[str]](set)
        wishes = select(TopicRefusal.customer_id, TopicRefusal.topic)
        for id, topic in db.session.execute(
            wishes.where(in_shop(shop_id, TopicRefusal.customer_id, people.keys()))
        ):
            refused[id].add(topic)
        until = {id: _capped_until(shop_id, id, policy, now) for id in capped}
        zone = db.session.scalar(select(Shop.timezone).where(Shop.id == shop_id)) or ""
        return Readers(zone, people, Suppression.reasons(shop_id, emails), refused, until)

    def told(self, row: Any) -> dict[str, Any]:
        """Return what Known holds of the one whom this message is for."""
        person = self.people[row.customer_id]
        why = self.suppressed.get(person.email or "", "")
        counted = row.audience == "customer" and row.topic != ORDER
        return {
            "email": person.email or "",
            "consent": person.consent,
            "suppressed": ""
            if why == "bounced" and row.channel != "email"
            else why,  # only mail needs a mailbox
            "refused": frozenset(self.refused.get(person.id, ())),
            "capped_until": self.capped_until.get(person.id) if counted else None,
            "zone": person.timezone if is_zone(person.timezone) else self.timezone,
        }


def _capped_until(shop_id: int, customer_id: int, policy: Policy, now: datetime) -> datetime | None:
    """Return when this customer may get another message: as soon as the oldest that counts leaves the window."""
    recent = Message.gates(shop_id, customer_id, now - policy.cap_window)
    full = len(recent) >= policy.most_messages
    return recent[policy.most_messages - 1] + policy.cap_window if full else None


def _rows(columns: Sequence[Any], ids: Collection[int], lock: Mapping[str, Any]) -> dict[int, Any]:
    """Return these columns of rows by id; with a lock, nobody changes them before the commit."""
    rows = select(*columns).where(among(columns[0], ids)).order_by(columns[0])
    rows = rows.with_for_update(**lock) if lock else rows
    return {row.id: row for row in db.session.execute(rows)}


def _ours(rows: Sequence[Any]) -> set[int]:
    tokens = {row.id: row.token for row in rows}
    claimed = select(Message.id, Message.token).where(among(Message.id, tokens), Message.state == "handing")
    return {id for id, token in db.session.execute(claimed) if token == tokens[id]}


def _happened(
    shop_id: int, runs: Mapping[int, Any], compiled: Mapping[int, Any]
) -> dict[int, frozenset[str]]:
    """Return, by run, which goal and exit events came since it began, whether or not it has been woken for them."""
    ends = {run.id: _ends(compiled[run.version_id]) for run in runs.values()}
    columns = Event.id, Event.customer_id, Event.name, Event.at, Event.data
    wanted = among(Event.id, {run.event_id for run in runs.values()})
    began = {row.id: row for row in db.session.execute(select(*columns).where(wanted))}
    names = frozenset().union(*ends.values())
    since = min(facts.began_at(event) for event in began.values())
    theirs = in_shop(shop_id, Event.customer_id, {run.customer_id for run in runs.values()})
    later = select(*columns).where(theirs, Event.at >= since, Event.name.in_(names))
    events = list(db.session.execute(later)) if names else []
    return {
        run.id: frozenset(
            event.name for event in events
            if event.customer_id == run.customer_id and event.name in ends[run.id]
            and _ended_by(event, began[run.event_id])
        )
        for run in runs.values()
    }  # fmt: skip


def _ends(plan: object) -> frozenset[str]:
    return plan.goal | plan.exit if isinstance(plan, Plan) else frozenset()


def _ended_by(event: Any, began: Any) -> bool:
    later = (event.at, event.id) > (facts.began_at(began), began.id) and event.id != began.id
    return later and concerns(event, began)


def _codes(ids: Collection[int]) -> dict[int, tuple[Code, Coupon]]:
    shown = select(Code, Coupon).join(Coupon, Coupon.id == Code.coupon_id).where(Code.id.in_(ids))
    return {code.id: (code, coupon) for code, coupon in db.session.execute(shown)} if ids else {}


def _trouble(shown: Iterable[tuple[Code, Coupon]], channel: str, now: datetime) -> tuple[str, Coupon | None]:
    """Return what is wrong with the codes shown: "own" for this customer only, or why nobody can be given one."""
    for code, coupon in shown:
        if trouble := coupon.trouble(channel, code.uses, now):
            return trouble, coupon
        if code.state not in ("reserved", "issued") or (code.ends_at and code.ends_at <= now):
            return "own", coupon
    return "", None
