"""By hand: what somebody of the shop does about one cart, beside the automations and never against them.

A letter by hand takes the place of the reminder that is scheduled: that one leaves now, with these words, and the
automation goes on from there. Where none is scheduled, the letter is a run of its own. Everything about one cart
happens under its lock, and each change of a run raises its token: a worker that was just at it writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from app.extensions import db
from app.models.carts import Cart
from app.models.codes import Code
from app.models.coupons import Coupon
from app.models.events import Event
from app.models.flows import Flow, Version
from app.models.handwritten import Handwritten
from app.models.left_carts import AT_WORK
from app.models.messages import Message
from app.models.runs import Run, Step
from app.models.shops import Shop
from app.unit import changed
from graph import by_hand
from graph.model import Graph
from graph.passing import Way, next_message

REASON = "by_hand"


class TooLate(Exception):
    """It cannot be done any more; `reason` is ordered, or told: a reminder left, or was written, since the page was."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wrote: `words` are the columns of Handwritten that are theirs; `code` may be given with it.

    `flow` is what the shop's letters by hand are called in its figures.
    """

    key: str
    flow: str
    words: dict[str, Any]
    coupon: Coupon | None = None
    code: str = ""
    seen: int = 0  # how many reminders had left when the page was shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter leaves from: a visit of a run."""

    run_id: int
    version_id: int
    visit: int
    node: str


def remind(shop_id: int, cart_id: int, letter: Letter, now: datetime) -> Place | None:
    """Let a reminder by hand leave now, inside the caller's unit; None when this form was sent before.

    Raises TooLate, and then nothing must be kept.
    """
    cart = Cart.alone(shop_id, cart_id)
    if cart is None or Handwritten.known(shop_id, letter.key):
        return None
    if cart.ordered_at is not None:
        raise TooLate("ordered")
    runs = _at_work(cart)
    if gone(cart) != letter.seen or _written(runs):
        raise TooLate("told")
    place = _caught(cart, now) or _moved(runs, now) or _begin(shop_id, letter, _about(cart), now)
    _settle(cart, runs, place, now)
    _keep(shop_id, place, letter, now)
    return place


def confirm(shop_id: int, customer_id: int, order_id: int, letter: Letter, now: datetime) -> Place | None:
    """Let the confirmation of an order leave now, inside the caller's unit; None when this form was sent before."""
    if Handwritten.known(shop_id, letter.key):
        return None
    place = _begin(shop_id, letter, {"customer_id": customer_id, "order_id": order_id, "data": {}}, now)
    _keep(shop_id, place, letter, now)
    return place


def is_flow(shop_id: int, id: int) -> bool:
    """Return whether this is the flow of a shop's letters by hand."""
    mine = select(Flow.id).where(Flow.shop_id == shop_id, Flow.id == id, Flow.status == "hand")
    return db.session.scalar(mine) is not None


def gone(cart: Cart) -> int:
    """Return how many reminders about a cart have left."""
    theirs = select(func.count()).select_from(Message).join(Run, Run.id == Message.run_id)
    about = theirs.join(Event, Event.id == Run.event_id).where(Event.cart_id == cart.id)
    mine = about.where(Message.shop_id == cart.shop_id, Message.customer_id == cart.customer_id)
    left = or_(Message.gate_at.is_not(None), Message.state == "sent")
    return int(db.session.scalar(mine.where(left, Message.audience == "customer")) or 0)


def _at_work(cart: Cart) -> Sequence[Run]:
    """Return the runs that are at this cart, locked, in the order in which workers lock them."""
    about = select(Run).join(Event, Event.id == Run.event_id)
    theirs = about.where(
        Run.shop_id == cart.shop_id, Run.customer_id == cart.customer_id, Event.cart_id == cart.id
    )
    active = theirs.where(Run.status.in_((*AT_WORK, "parked"))).order_by(Run.id)
    locked = active.with_for_update(key_share=True, of=Run).execution_options(populate_existing=True)
    return db.session.scalars(locked).all()


def _written(runs: Iterable[Run]) -> bool:
    """Return whether another's letter by hand is about to leave from one of these runs."""
    theirs = select(Handwritten.id).join(Run, Run.id == Handwritten.run_id)
    ahead = theirs.where(Run.id.in_([run.id for run in runs]), Handwritten.visit >= Run.visit)
    return db.session.scalar(ahead.limit(1)) is not None


def _pending(cart: Cart) -> Any:
    about = select(Message.id).join(Run, Run.id == Message.run_id).join(Event, Event.id == Run.event_id)
    theirs = (
        Message.shop_id == cart.shop_id,
        Message.customer_id == cart.customer_id,
        Event.cart_id == cart.id,
    )
    kind = Message.audience == "customer", Message.channel == "email"
    return about.where(*theirs, Message.pending(), *kind).order_by(Message.id)


def _caught(cart: Cart, now: datetime) -> Place | None:
    """Take over the message that is in the outbox already, before its gate; None where there is none."""
    id = db.session.scalar(_pending(cart).limit(1))
    if id is None:
        return None
    again = {
        "state": "prepared",
        "send_at": now,
        "reason": "",
        "token": Message.token + 1,
        "lease_until": None,
    }
    columns = Message.run_id, Message.visit, Message.node
    row = db.session.execute(
        update(Message).where(Message.id == id, Message.pending()).values(again).returning(*columns)
    ).first()
    if row is None:
        return None
    version_id = db.session.scalars(select(Run.version_id).where(Run.id == row.run_id)).one()
    return Place(row.run_id, version_id, row.visit, row.node)


def _moved(runs: Iterable[Run], now: datetime) -> Place | None:
    """Bring the first run that can be brought there to its next message, now; None where ways part before it."""
    for run in runs:
        live = db.session.scalar(select(Flow.status).where(Flow.id == run.flow_id)) == "live"
        way = next_message(_graph(run.version_id), run.node) if live and run.status in AT_WORK else None
        if way is not None:
            return _bring(run, way, now)
    return None


def _graph(version_id: int) -> Graph:
    return Graph.from_json(db.session.get_one(Version, version_id).graph)


def _bring(run: Run, way: Way, now: datetime) -> Place:
    """Leave the steps on the way, each recorded with its reason, and let the run be due at the one that sends."""
    steps = [
        {"shop_id": run.shop_id, "flow_id": run.flow_id, "run_id": run.id, "visit": run.visit + place, "node": node,
         "port": port, "saw": {REASON: True}, "at": now}
        for place, (node, port) in enumerate(way.passed)
    ]  # fmt: skip
    if steps:
        db.session.execute(insert(Step), steps)
    visit = run.visit + len(steps)
    due = {"node": way.sends, "visit": visit, "status": "ready", "since": None, "wake_at": now, "wait_until": None,
           "waits_for": "", "token": Run.token + 1, "attempts": 0, "lease_until": None}  # fmt: skip
    changed(update(Run).where(Run.id == run.id, Run.status.in_(AT_WORK)).values(due))
    return Place(run.id, run.version_id, visit, way.sends)


def _settle(cart: Cart, runs: Iterable[Run], place: Place, now: datetime) -> None:
    """End what else was going to be sent about this cart: one reminder is enough."""
    for run in runs:
        if run.id != place.run_id:
            Run.cancel(now, REASON, id=run.id)
            Code.release_of([run.id])
    others = or_(Message.run_id != place.run_id, Message.visit != place.visit)
    Message.cancel(REASON, Message.id.in_(db.session.scalars(_pending(cart)).all()), others)


def _about(cart: Cart) -> dict[str, Any]:
    return {"customer_id": cart.customer_id, "cart_id": cart.id, "data": {"cart": cart.token}}


def _begin(shop_id: int, letter: Letter, about: dict[str, Any], now: datetime) -> Place:
    """Begin a run of its own for a letter; `about` are the columns of its event that say so."""
    flow, version_id = _drawn(shop_id, letter, now)
    key = f"shop.wrote:{letter.key}"
    event = Event(shop_id=shop_id, name="shop.wrote", key=key, at=now, enrolled_at=now, **about)
    db.session.add(event)
    db.session.flush()
    run = Run(shop_id=shop_id, flow_id=flow.id, version_id=version_id, epoch=flow.epoch, entry_key=key,
              customer_id=about["customer_id"], event_id=event.id, node="start", visit=0, wake_at=now,
              started_at=now)  # fmt: skip
    db.session.add(run)
    db.session.flush()
    return Place(run.id, version_id, 1, by_hand.LETTER)


def _drawn(shop_id: int, letter: Letter, now: datetime) -> tuple[Flow, int]:
    """Return the flow of a shop's letters by hand, and the version for letters about this; both are made once."""
    Shop.lock(shop_id)
    graph = by_hand.drawing(letter.words["about"])
    flow = db.session.scalar(select(Flow).where(Flow.shop_id == shop_id, Flow.status == "hand"))
    if flow is None:
        flow = Flow(shop_id=shop_id, name=letter.flow, icon="pencil", status="hand", draft=graph.to_json(),
                    created_at=now, updated_at=now)  # fmt: skip
        db.session.add(flow)
        db.session.flush()
    same = select(Version.id).where(Version.flow_id == flow.id, Version.hash == Version.hash_of(graph))
    version_id = db.session.scalar(same)
    if version_id is None:
        flow.draft = graph.to_json()
        version_id = Version.freeze(flow, now).id
    return flow, version_id


def _keep(shop_id: int, place: Place, letter: Letter, now: datetime) -> None:
    if Handwritten.of(place.run_id, place.visit):  # another's letter is about to leave from here
        raise TooLate("told")
    db.session.add(Handwritten(shop_id=shop_id, key=letter.key, run_id=place.run_id, visit=place.visit,
                               written_at=now, **letter.words))  # fmt: skip
    if letter.coupon is not None:
        _give(place, letter, now)
    db.session.flush()


def _give(place: Place, letter: Letter, now: datetime) -> None:
    """Keep the code for this letter: usable from the moment in which the letter passes its gate."""
    coupon, run = letter.coupon, db.session.get_one(Run, place.run_id)
    assert coupon is not None
    Code.release_of([run.id])
    ends = [coupon.ends_at, now + timedelta(days=coupon.days) if coupon.personal and coupon.days else None]
    shared: dict[str, Any] = {"run_id": None, "node": "", "visit": None, "customer_id": None, "state": "issued",
                              "ends_at": None}  # fmt: skip
    own = {"run_id": run.id, "node": place.node, "visit": place.visit, "customer_id": run.customer_id,
           "state": "reserved", "ends_at": min((end for end in ends if end), default=None)}  # fmt: skip
    Code.reserve([(own if coupon.personal else shared) | {
        "shop_id": coupon.shop_id, "coupon_id": coupon.id, "code": letter.code, "uses": 0, "created_at": now,
    }])  # fmt: skip
    for code in Code.among(coupon.shop_id, [letter.code]):
        changed(update(Run).where(Run.id == run.id).values(code_id=code.id))
