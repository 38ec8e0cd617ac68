"""Thousands due in the same second, while those who move them are killed between claim and commit."""

from __future__ import annotations

import json

from sqlalchemy import insert

from app import clock
from app.extensions import db
from app.models import InboxRow, Run
from app.unit import unit
from tests.faults import settling
from tests.faults.fuse import Fuse
from tests.faults.trader import PLACED
from tests.patience import until
from tests.workers.world import WAIT

STAGE = {"workers": 3, "database": "postgresql"}
CROWD = 5000
POINTS = [
    f"{time} commit of workers.advance.{name}" for name in ("advance", "lead") for time in ("before", "after")
]


def test_five_thousand_due_in_one_second_move_on_once_each(kept):
    trader = kept.traders[0]
    for name in ("receipt", "thanks"):
        trader.switch_off(kept.flows[0][name])
    flow = trader.flow(PLACED, WAIT(5, "days"), ("tag", {"change": "add", "tag": "crowd"}))
    unit(lambda: db.session.execute(insert(InboxRow), list(deliveries(trader))))
    until(lambda: kept.count(Run, flow_id=flow, status="waiting") == CROWD, 120)
    settling.rest()
    fuses = iter([Fuse(point, nth=2) for point in POINTS * 2])
    kept.family.fuses = lambda slot: next(fuses, None) if slot.startswith("worker") else None
    for slot in kept.family.of("worker"):
        kept.family.kill(slot)
    gone = len(kept.family.went_off())
    trader.skip(days=5, minutes=1)
    until(lambda: kept.count(Run, flow_id=flow, status="done") == CROWD, 120)
    assert len(kept.family.went_off()) > gone


def deliveries(trader):
    """So many orders as the door would have stored them."""
    now = clock.now(trader.shop.id)
    for n in range(CROWD):
        order = {
            "token": f"crowd{n}",
            "number": f"{n}",
            "currency": "EUR",
            "total": 100,
            "paid": True,
            "items": [],
        }
        body = {"event": "order.placed", "id": f"crowd{n}", "at": now.isoformat(), "order": order,
                "customer": {"email": trader.customer_named(f"crowd{n}")}}  # fmt: skip
        yield {"shop_id": trader.shop.id, "source": "api", "delivery": f"crowd{n}", "received_at": now,
               "body": json.dumps(body).encode(), "state": "waiting", "attempts": 0, "error": ""}  # fmt: skip
