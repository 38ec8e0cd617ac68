"""A shop with flows, customers and a real mail server, on a clock that the test moves: what engine tests stand on."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import time_machine
from aiosmtpd.smtp import SMTP

from app import clock
from app.extensions import db
from app.models import Coupon, Customer, Email, Flow, InboxRow, Message, Run, Shop
from app.unit import unit
from workers import alerts, confirmations, due, intake
from workers.advance import advance
from workers.calls import call
from workers.deliver import deliver
from workers.enrol import enrol
from workers.sweep import sweep

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_ids = itertools.count(1)
USUAL = {"audience": "everyone", "reentry": {"rule": "per_key", "every": 30, "unit": "days"}}
DESIGN = {"en": {"subject": "You left something, {{ customer.first_name }}", "preheader": "", "blocks": [
    {"kind": "text", "text": "Still there: {{ cart.total | money }}"},
    {"kind": "coupon", "text": "For you"},
    {"kind": "button", "text": "Back to my cart", "target": "cart"},
]}}  # fmt: skip


@dataclass
class Sink:
    """A real SMTP server on loopback. `answers` maps a stage (RCPT, DATA) to what it says; `at_dot` sees each mail."""

    answers: dict = field(default_factory=dict)
    at_dot: object = None
    mails: list = field(default_factory=list)
    sources: list = field(default_factory=list)  # of the same mails, as they came
    port: int = 0

    def start(self):
        started = threading.Event()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self._serve, args=(started,), daemon=True).start()
        started.wait(10)
        return self

    def _serve(self, started):
        asyncio.set_event_loop(self.loop)

        async def serve():
            server = await self.loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            started.set()

        self.loop.run_until_complete(serve())
        self.loop.run_forever()

    def stop(self):
        def end():
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_soon(self.loop.stop)

        self.loop.call_soon_threadsafe(end)

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get("RCPT", "250 fine")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.at_dot:
            self.at_dot(server)
        answer = self.answers.get("DATA", "250 kept")
        if answer.startswith("2"):
            self.sources.append(envelope.content)
            self.mails.append(
                (list(envelope.rcpt_tos), message_from_bytes(envelope.content, policy=policy.default))
            )
        return answer

    @property
    def recipients(self):
        return [address for addresses, _mail in self.mails for address in addresses]


class World:
    """One shop and its engine. Time stands still until `skip`."""

    def __init__(self, app, sink, traveller):
        self.app, self.sink, self.traveller, self.passed = app, sink, traveller, 0.0
        shop = Shop(name="Papier & Co", timezone="Europe/Paris", currency="EUR", url="https://papier.example",
                    sender_email="bonjour@papier.example", contact_email="bonjour@papier.example",
                    business_name="Papier & Co", postal_address="1 rue du Lac, Annecy",
                    staff_email="staff@papier.example", channel="selling", created_at=NOON)  # fmt: skip
        self.shop = self.kept(shop)
        self.email = self.kept(Email(shop_id=shop.id, name="Reminder", content=DESIGN, updated_at=NOON)).id

    def kept(self, row):
        db.session.add(row)
        db.session.commit()
        shop_id = row.id
        db.session.refresh(row)
        db.session.expunge(row)
        assert shop_id
        return row

    @property
    def now(self):
        return clock.now(self.shop.id)

    def skip(self, **delta):
        """Let time pass, by the wall's clock and by the one that counts seconds: nothing has jumped."""
        self.passed += timedelta(**delta).total_seconds()
        self.leap(**delta)

    def leap(self, **delta):
        """Set the wall's clock elsewhere, as a machine does that was told a wrong time."""
        self.traveller.shift(timedelta(**delta))

    # What the shop says

    def tell(self, event, customer="ada@example.com", at=None, id="", deliver_as="", **parts):
        body = {"event": event, "id": id or f"e{next(_ids)}", "at": (at or self.now).isoformat()}
        if customer:
            told = customer if isinstance(customer, dict) else {"email": customer, "first_name": "Ada"}
            body["customer"] = told
        body |= parts
        unit(
            lambda: InboxRow.take(
                self.shop.id, "api", deliver_as or body["id"], json.dumps(body).encode(), self.now
            )
        )

    def cart(self, token="c1", customer="ada@example.com", price=2500, checkout=False, **told):
        items = [{"product": "p1", "title": "Notebook", "quantity": 1, "price": price}] if price else []
        cart = {
            "token": token,
            "currency": "EUR",
            "items": items,
            "url": f"https://papier.example/cart/{token}",
        }
        self.tell("checkout.started" if checkout else "cart.updated", customer, cart=cart, **told)

    def order(
        self,
        token="o1",
        customer="ada@example.com",
        event="order.placed",
        cart=None,
        paid=True,
        codes=(),
        total=2500,
        **told,
    ):
        order = {"token": token, "number": token, "currency": "EUR", "total": total, "paid": paid, "codes": list(codes),
                 "items": [{"product": "p1", "title": "Notebook", "quantity": 1, "price": total}]}  # fmt: skip
        self.tell(event, customer, order=order | ({"cart": cart} if cart else {}), **told)

    def subscribed(self, customer="ada@example.com", **told):
        self.tell("customer.subscribed", customer, **told)

    # What the merchant does

    def coupon(self, **told):
        told = {
            "name": "Ten",
            "kind": "percent",
            "value": 10,
            "prefix": "TEN",
            "days": 7,
            "created_at": self.now,
        } | told
        return self.kept(Coupon(shop_id=self.shop.id, **told)).id

    def flow(self, *steps, settings=None, on=True, edges=None):
        """A flow of (kind, settings) steps in a row, published and switched on."""
        nodes = [
            {"id": f"n{i}", "kind": kind, "settings": told, "pin": None, "note": ""}
            for i, (kind, told) in enumerate(steps)
        ]
        edges = edges or [(f"n{i}", "next", f"n{i + 1}") for i in range(len(steps) - 1)]
        graph = {"format": 1, "nodes": nodes, "edges": [{"from": a, "port": p, "to": b} for a, p, b in edges],
                 "settings": USUAL | (settings or {})}  # fmt: skip
        flow = self.kept(
            Flow(
                shop_id=self.shop.id, name="Bring back", draft=graph, created_at=self.now, updated_at=self.now
            )
        )
        unit(lambda: Flow.publish(self.shop.id, flow.id, self.now))
        if on:
            assert unit(lambda: Flow.switch_on(self.shop.id, flow.id, self.now))
        return flow.id

    def reminder(self, **settings):
        """The walk: half an hour of silence, then an e-mail; an order ends it."""
        return self.flow(LEFT, SEND(self), settings={"goal": ["order.placed"], **settings})

    # What the engine does

    def work(self, deliver_too=True):
        """Do everything that is due, in this process, raising whatever goes wrong outside a run."""
        for _round in range(100):
            sweep()
            jobs = [job for job in due.work() if deliver_too or job[0] != "deliver"]
            db.session.rollback()
            if not jobs:
                return
            for kind, id in jobs:
                {"enrol": self._enrol, "advance": advance, "deliver": self._deliver, "call": call}[kind](id)
        raise AssertionError("the engine does not come to rest")

    def _deliver(self, shop_id):
        confirmations.send(shop_id)
        alerts.send(shop_id)
        deliver(shop_id)

    def _enrol(self, shop_id):
        intake.take_in(shop_id)
        enrol(shop_id)

    # What there is to see

    def all(self, model, *where):
        db.session.rollback()
        return list(
            db.session.scalars(db.select(model).where(*where).order_by(*model.__table__.primary_key.columns))
        )

    def only(self, model, *where):
        rows = self.all(model, *where)
        assert len(rows) == 1, rows
        return rows[0]

    def customer(self, email="ada@example.com"):
        return self.only(Customer, Customer.email == email)

    @property
    def run(self):
        return self.only(Run)

    @property
    def message(self):
        return self.only(Message, Message.audience == "customer")


LEFT = ("cart_abandoned", {"after": {"amount": 30, "unit": "minutes"}})


def SEND(world):
    return ("send_email", {"email": world.email})


def WAIT(amount=2, unit="hours", **more):
    return ("wait", {"duration": {"amount": amount, "unit": unit}, "ending": "any", **more})


def at(moment=NOON):
    return time_machine.travel(moment, tick=False)
