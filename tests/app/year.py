"""A year of a shop's history, made up from a seed: what the test of the figures and their benchmark stand on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import insert, select

from app.extensions import db
from app.models import Attribution, Cart, Message, Order, Refusal, Run, Step, Visit
from tests.app.rows import a_customer, a_flow, a_shop, an_event

BEGAN = datetime(2025, 3, 1, tzinfo=UTC)
DAYS = 365
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "JPY")
ENDS = (("done", ""), ("exited", "goal:order.placed"), ("cancelled", "off"))
SEEN = {"opened_at": 0.6, "clicked_at": 0.3, "machine_opened_at": 0.3, "bounced_at": 0.05}


class Year:
    """One shop with two flows and their year, written when it is made."""

    def __init__(self, zone: str, chance: Random, runs: int = 600, orders: int = 700) -> None:
        self.chance = chance
        self.shop = a_shop(zone, timezone=zone, created_at=BEGAN)
        self.customer = a_customer(self.shop)
        self.event = an_event(self.shop, self.customer, at=BEGAN)
        self.flows = [a_flow(self.shop, name, created_at=BEGAN) for name in ("Carts", "Welcome")]
        self.same = {"shop_id": self.shop.id}
        first = (db.session.scalar(select(db.func.max(Run.id))) or 0) + 1
        self.runs = [self.a_run(first + number) for number in range(runs)]
        self.write(Run, self.runs)
        self.write(Step, [step for run in self.runs for step in self.steps(run)])
        self.write(Message, [self.a_message(run) for run in self.runs if self.maybe(0.7)])
        self.write(Visit, self.visits())
        self.write(Refusal, self.refusals())
        self.sell(orders)

    def maybe(self, odds: float) -> bool:
        return self.chance.random() < odds

    def some(self) -> datetime:
        return BEGAN + timedelta(seconds=self.chance.randrange(DAYS * 86_400))

    def later(self, at: datetime, days: int) -> datetime:
        return at + timedelta(seconds=self.chance.randrange(60, days * 86_400))

    def a_run(self, id: int) -> dict:
        flow, at = self.chance.choice(self.flows), self.some()
        status, reason = self.chance.choice(ENDS) if self.maybe(0.8) else ("waiting", "")
        return {
            **self.same,
            "id": id,
            "flow_id": flow.id,
            "version_id": flow.version_id,
            "epoch": 0,
            "node": "n3",
            "customer_id": self.customer.id,
            "event_id": self.event.id,
            "entry_key": f"k{id}",
            "status": status,
            "reason": reason,
            "started_at": at,
            "ended_at": None if status == "waiting" else self.later(at, 9),
        }

    def steps(self, run: dict) -> list[dict]:
        return [
            {
                **self.same,
                "flow_id": run["flow_id"],
                "run_id": run["id"],
                "visit": visit,
                "node": f"n{visit}",
                "saw": {},
                "port": self.chance.choice(["next", "yes"]),
                "at": self.later(run["started_at"], 3),
            }
            for visit in range(1, self.chance.randrange(1, 5))
        ]

    def a_message(self, run: dict) -> dict:
        state = self.chance.choice(["sent"] * 8 + ["skipped", "failed"])
        at = self.later(run["started_at"], 2)
        sent = at if state == "sent" else None
        seen = {name: self.later(at, 6) if sent and self.maybe(odds) else None for name, odds in SEEN.items()}
        return {
            **self.same,
            "flow_id": run["flow_id"],
            "run_id": run["id"],
            "customer_id": self.customer.id,
            "epoch": 0,
            "key": f"{run['id']}",
            "mail_id": f"{run['id']}",
            "node": self.chance.choice(["n2", "n3"]),
            "visit": 1,
            "state": state,
            "reason": "" if sent else "late",
            "sent_at": sent,
            "send_at": BEGAN,
            "prepared_at": BEGAN,
            "closed_at": None if sent else at,
            "audience": "customer" if self.maybe(0.9) else "staff",
            **seen,
        }

    def visits(self) -> list[dict]:
        sent = db.session.execute(
            select(Message.id, Message.flow_id).where(Message.shop_id == self.shop.id)
        ).all()
        return [
            {
                **self.same,
                "flow_id": flow,
                "message_id": id,
                "customer_id": self.customer.id,
                "at": self.some(),
            }
            for id, flow in sent
            if self.maybe(0.4)
        ]

    def refusals(self) -> list[dict]:
        events = [an_event(self.shop, self.customer, at=BEGAN).id for _each in range(40)]
        return [
            {
                **self.same,
                "event_id": id,
                "flow_id": flow.id,
                "customer_id": self.customer.id,
                "at": self.some(),
                "reason": self.chance.choice(["once", "too_soon"]),
            }
            for id in events
            for flow in self.flows
        ]

    def sell(self, orders: int) -> None:
        """Leave carts and order them: some won back, some refunded, some cancelled, most of them credited."""
        blank = {
            **self.same,
            "items": [],
            "total": 1,
            "currency": "EUR",
            "created_at": BEGAN,
            "updated_at": BEGAN,
        }
        carts = [
            {**blank, "token": f"c{number}", "recovered_at": BEGAN if self.maybe(0.4) else None}
            for number in range(orders)
        ]
        self.write(Cart, carts)
        mine = db.session.scalars(select(Cart.id).where(Cart.shop_id == self.shop.id))
        self.write(Order, [self.an_order(cart) for cart in mine])
        placed = db.session.scalars(select(Order).where(Order.shop_id == self.shop.id))
        self.write(Attribution, [self.a_credit(order) for order in placed if self.maybe(0.8)])

    def an_order(self, cart: int) -> dict:
        at, total = self.some(), self.chance.randrange(500, 20_000)
        return {
            **self.same,
            "token": f"o{cart}",
            "items": [],
            "codes": [],
            "cart_id": cart,
            "total": total,
            "currency": self.chance.choice(CURRENCIES),
            "discount": self.chance.randrange(500),
            "tax": self.chance.randrange(300),
            "shipping": self.chance.choice([0, 490]),
            "placed_at": at,
            "paid_at": at,
            "refunded": total // 3 if self.maybe(0.2) else None,
            "cancelled_at": self.later(at, 9) if self.maybe(0.1) else None,
        }

    def a_credit(self, order: Order) -> dict:
        run = self.chance.choice(self.runs)
        return {
            **self.same,
            "order_id": order.id,
            "flow_id": run["flow_id"],
            "run_id": run["id"],
            "node": "n3",
            "rule": self.chance.choice(["coupon", "click"]),
            "sales": order.total,
            "at": order.placed_at,
        }

    def write(self, model, rows) -> None:
        """Write rows in bulk, with what the model would have put where they say nothing."""
        columns = [column for column in model.__table__.columns if column.default is not None]
        blank = {column.name: column.default.arg for column in columns if column.default.is_scalar}
        for start in range(0, len(rows), 20_000):
            db.session.execute(insert(model.__table__), [blank | row for row in rows[start : start + 20_000]])
