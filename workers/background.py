"""Background: what the letters of a batch are about, read a query a kind, in the transaction in which they are written.

Knows which rows. Must not know what is written with them, nor whether anything may leave: that is the gate's, later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.lists import among
from app.models import (
    Cart,
    Code,
    Coupon,
    Customer,
    Email,
    Event,
    Handwritten,
    Order,
    Policy,
    Run,
    Shop,
)  # fmt: skip
from app.returned.addresses import returning
from workers import context


@dataclass(frozen=True, slots=True)
class Background:
    """What several letters of a shop share. Hold it while they are written.

    A session forgets rows that nobody holds, and would read each again: `held` are those that letters ask it for.
    """

    held: Sequence[Any]
    by_hand: Mapping[tuple[int, int], Handwritten]  # by run and visit
    products: Mapping[str, Any]  # rows, by key
    policy: Policy
    returning: str  # the domain that mail comes back to

    @staticmethod
    def of(messages: Sequence[Any]) -> Background:
        """Read what these messages (rows, of one shop) are about."""
        shop_id = messages[0].shop_id
        shop = db.session.get_one(Shop, shop_id)
        runs = _rows(Run, {message.run_id for message in messages})
        events = _rows(Event, {run.event_id for run in runs})
        codes = _rows(Code, {run.code_id for run in runs})
        told = [
            *_rows(Customer, {message.customer_id for message in messages}),
            *_rows(Email, {message.email_id for message in messages}),
            *_rows(Coupon, {code.coupon_id for code in codes}),
            *_rows(Cart, {event.cart_id for event in events}),
            *_rows(Order, {event.order_id for event in events}),
        ]
        by_hand = Handwritten.by_visit([run.id for run in runs])
        held = [shop, *runs, *events, *codes, *told]
        products = context.products(shop_id, events)
        return Background(held, by_hand, products, Policy.of(shop_id), returning(shop_id))


def _rows(model: Any, ids: Collection[Any]) -> list[Any]:
    wanted = [id for id in ids if id]
    return list(db.session.scalars(select(model).where(among(model.id, wanted)))) if wanted else []
