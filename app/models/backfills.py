"""Backfill: whom an automation takes in of what was left before it was turned on (C1, C2, CART-18, REMIND-03).

Those who are counted for the merchant and those who are taken in are found by one and the same function: each person
once, with what they left last. Each silence has a name, so that taking it in twice is taking it in once. Must not know
a page, nor decide who gets a message: the door of the automation and the gate look again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update

from app.extensions import db
from app.models.carts import Cart
from app.models.customers import Customer
from app.models.events import Event
from app.models.flows import Flow, Version
from app.models.handwritten import Handwritten
from app.models.runs import ACTIVE, Run
from app.models.silences import SUBJECTS, Window, found
from app.models.suppressions import HARD, Suppression
from graph import facts
from graph.kind import TriggerKind
from graph.model import BadGraph, Graph
from graph.reentry import Entry, Record, refusal
from graph.topics import serves_orders

MOST = 20_000  # silences that one turning on takes in
AT_ONCE = 400
NEW = ""  # the key of an event that nobody knows yet
PRESET = 14  # days: what is offered for carts where the drawing asks for none (CART-18)
LONGEST = 90


@dataclass(frozen=True, slots=True)
class Backfill:
    """What was chosen: so many days back (0: nobody), and of these only some people when `people` is given."""

    days: int = 0
    people: frozenset[int] | None = None

    @classmethod
    def asked_by(cls, flow: Flow, graph: Graph) -> Backfill:
        """Return what the drawing's own settings ask for at this turning on: nothing again unless they say so (C2)."""
        asked = graph.settings.get("backfill") or {}
        again = flow.first_activated_at is not None and not asked.get("again")
        return cls(0 if again or flow.status == "paused" else int(asked.get("days") or 0))


def looks_back(graph: Graph) -> bool:
    """Return whether what starts this drawing can be looked back for: a silence, such as a left cart's."""
    return graph.sweep is not None and graph.sweep.subject in SUBJECTS


def eligible(shop_id: int, flow_id: int, graph: Graph, days: int, now: datetime) -> list[dict[str, Any]]:
    """Return the silences of the last days that would begin a run of this drawing now, as rows of `event`.

    One a person, the latest: several carts of somebody are no reason for several e-mails at once.
    """
    sweep = graph.sweep
    if not days or sweep is None or sweep.subject not in SUBJECTS:
        return []
    window = Window(shop_id, sweep.after, now - timedelta(days=days), now)
    rows = list({row["customer_id"]: row for row in found(sweep.subject, window, MOST)}.values())
    if sweep.subject == "cart" and _looks_after_checkouts(shop_id):
        rows = [row for row in rows if not row["data"].get("checkout")]
    parts = (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
    return [row for part in parts for row in _welcome(shop_id, flow_id, graph, part)]


def people(shop_id: int, flow_id: int, graph: Graph, days: int, now: datetime) -> int:
    """Return how many people `begin` would take in."""
    return len(eligible(shop_id, flow_id, graph, days, now))


def begin(shop_id: int, flow_id: int, wanted: Backfill, now: datetime) -> int:
    """Take in whom was chosen, inside the unit that turned the flow on; return how many people."""
    flow = db.session.scalars(select(Flow).where(Flow.shop_id == shop_id, Flow.id == flow_id)).one()
    graph = Graph.from_json(db.session.get_one(Version, flow.version_id).graph)
    rows = eligible(shop_id, flow_id, graph, wanted.days, now)
    if wanted.people is not None:
        rows = [row for row in rows if row["customer_id"] in wanted.people]
    # From here on only what happens later is looked for; what was chosen of the past is told by name.
    flow.enrols_from = now
    db.session.flush()
    Event.save([row | {"data": row["data"] | {"backfill": flow_id}} for row in rows])
    _mark(rows)
    return len(rows)


def _trigger(graph: Graph) -> TriggerKind:
    kind = graph.trigger.described if graph.trigger else None
    assert isinstance(kind, TriggerKind)
    return kind


def _welcome(
    shop_id: int, flow_id: int, graph: Graph, rows: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield those of these silences whose customer may be written to and may enter now."""
    ids = {row["customer_id"] for row in rows}
    reached, entered = _reached(shop_id, ids, graph), _entered(shop_id, flow_id, ids)
    busy = _busy(shop_id, flow_id, ids) if graph.settings.get("alone") else set[int]()
    written = Handwritten.about_carts(shop_id, ids)
    for row in rows:
        whom = row["customer_id"]
        free = whom in reached and whom not in busy and not _answered(row, written)
        if free and not _again(graph, row, entered.get(whom, [])):
            yield dict(row)


def _reached(shop_id: int, ids: Collection[int], graph: Graph) -> set[int]:
    """Return who of these can be written to: an address that works, no "no", and a yes where one is needed."""
    theirs = select(Customer.id, Customer.email).where(
        Customer.shop_id == shop_id, Customer.id.in_(ids), Customer.erased_at.is_(None), Customer.email.is_not(None)
    )  # fmt: skip
    gone: Collection[str] = HARD
    if not serves_orders(graph.nodes):
        theirs, gone = theirs.where(_willing(graph.settings["audience"])), (*HARD, "unsubscribed")
    rows = {row.id: row.email for row in db.session.execute(theirs) if row.email}
    no = {email for email, why in Suppression.reasons(shop_id, rows.values()).items() if why in gone}
    return {id for id, email in rows.items() if email not in no}


def _willing(audience: str) -> ColumnElement[bool]:
    if audience == "subscribers":
        return Customer.consent == "subscribed"
    return Customer.consent != "unsubscribed"


def _entered(shop_id: int, flow_id: int, ids: Collection[int]) -> dict[int, list[Any]]:
    """Return, by customer, under which keys they entered this flow, when, and whether they are still in it."""
    mine = select(Run.customer_id, Run.entry_key, Run.started_at, Run.status).where(
        Run.shop_id == shop_id, Run.flow_id == flow_id, Run.customer_id.in_(ids)
    )
    known: dict[int, list[Any]] = {}
    for row in db.session.execute(mine):
        known.setdefault(row.customer_id, []).append(row)
    return known


def _busy(shop_id: int, flow_id: int, ids: Collection[int]) -> set[int]:
    elsewhere = select(Run.customer_id).where(
        Run.shop_id == shop_id, Run.customer_id.in_(ids), Run.status.in_(ACTIVE), Run.flow_id != flow_id
    )
    return set(db.session.scalars(elsewhere))


def _answered(row: Mapping[str, Any], written: Mapping[int, datetime]) -> bool:
    """Whether somebody of the shop has written about this cart by hand since it was left."""
    by_hand = written.get(row["cart_id"]) if row.get("cart_id") else None
    return by_hand is not None and by_hand >= row["at"] - timedelta(seconds=row["data"]["after"])


def _again(graph: Graph, row: Mapping[str, Any], entered: Sequence[Any]) -> bool:
    """Whether they came in since this silence, or the rule of re-entry (C12) keeps it out."""
    if any(each.started_at >= row["at"] for each in entered):
        return True  # what was left before they came in is no reason to write to them again
    record = Record()
    for each in entered:
        record.note(each.entry_key, each.started_at, each.status in ACTIVE)
    told = facts.Event(row["name"], row["at"], row["data"])
    entry = Entry(_trigger(graph).entry_key(told)[:160], NEW, row["at"])
    return bool(refusal(graph.settings["reentry"], entry, record))


def _looks_after_checkouts(shop_id: int) -> bool:
    live = select(Version.graph).join(Flow, Flow.version_id == Version.id)
    for drawn in db.session.scalars(live.where(Flow.shop_id == shop_id, Flow.status == "live")):
        try:
            sweep = Graph.from_json(drawn).sweep
        except BadGraph:
            continue
        if sweep is not None and sweep.subject == "checkout":
            return True
    return False


def _mark(rows: Sequence[Mapping[str, Any]]) -> None:
    """Note on the carts themselves since when they are abandoned."""
    left = [{"_cart": row["cart_id"], "_at": row["at"]} for row in rows if row.get("cart_id")]
    if left:
        mark = update(Cart).where(Cart.id == bindparam("_cart")).values(abandoned_at=bindparam("_at"))
        db.session.connection().execute(mark, left)
