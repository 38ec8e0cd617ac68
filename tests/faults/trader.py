"""Traders: the shops of a stage. Each has its own word in all that it says, so that a mail of another would show."""

from __future__ import annotations

import itertools
from datetime import timedelta

from app import clock, draining, links, passwords
from app.extensions import db
from app.models import ApiKey, Email, Flow, Policy, Shop
from app.unit import unit
from tests.workers.invariants import Off
from tests.workers.world import LEFT, WAIT, World

_ids = itertools.count(1)
PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})
JOINED = ("customer_subscribed", {})
OFTEN = {"match": "all", "rules": [{"subject": "customer.orders_count", "operator": "over", "value": 1}]}


def design(mark):
    """An e-mail in which the shop's word stands where a reader sees it."""
    return {"en": {"subject": f"{mark}: still yours, {{{{ customer.first_name }}}}", "preheader": "", "blocks": [
        {"kind": "text", "text": f"qzbody of {mark}: {{{{ cart.total | money }}}}"},
        {"kind": "coupon", "text": "For you"},
        {"kind": "button", "text": "Back to my cart", "target": "cart"},
    ]}}  # fmt: skip


class Trader(World):
    """One shop on a stage: it speaks through the door, and its clock is moved on by the test alone."""

    def __init__(self, stage, door, number):
        self.stage, self.door, self.mark = stage, door, f"qzshop{number}"
        now, self.key = clock.real(), f"qzkey-{passwords.token()}"
        shop = Shop(name=self.mark, timezone="Europe/Paris", currency="EUR", url=f"https://{self.mark}.example",
                    sender_email=f"hello@{self.mark}.example", contact_email=f"hello@{self.mark}.example",
                    business_name=self.mark, postal_address=f"{self.mark}, 1 rue du Lac",
                    staff_email=f"staff@{self.mark}.example", created_at=now)  # fmt: skip
        self.shop = self.kept(shop)
        self.kept(ApiKey(shop_id=shop.id, name="load", prefix=self.key[:8], digest=passwords.digest(self.key),
                         created_at=now))  # fmt: skip
        unit(lambda: clock.start(shop.id))
        self.email = self.kept(
            Email(shop_id=shop.id, name="Mail", content=design(self.mark), updated_at=now)
        ).id
        self.accepted, self.said_no, self.switched = set(), {}, []

    def kept(self, row):
        """Write a row while others write too."""
        unit(lambda: db.session.add(row))
        db.session.refresh(row)
        db.session.expunge(row)
        db.session.rollback()
        return row

    def skip(self, **delta):
        """Move this shop's clock on, for every process."""
        unit(lambda: clock.skip(self.shop.id, timedelta(**delta)))

    def mail(self, **told):
        return ("send_email", {"email": self.email, **told})

    def customer_named(self, name):
        """An address that carries the shop's word: it must be in none of another's mails, and in no log."""
        return f"{name}@customer.{self.mark}.example"

    def tell(self, event, customer="ada", at=None, id="", **parts):
        """Tell an event through the door; what was answered with 202 must never be lost."""
        body = {
            "event": event,
            "id": id or f"{self.mark}-e{next(_ids)}",
            "at": (at or self.now).isoformat(),
            **parts,
        }
        if customer:
            body["customer"] = {"email": self.customer_named(customer), "first_name": f"Ada {self.mark}"}
        status = self.door.tell(self.key, body)
        assert status == 202, f"the door said {status} to {event}"
        self.accepted.add(body["id"])

    # What this shop has switched on

    def opening(self, cap=0):
        """Switch on the flows of the load; return their ids by name."""
        if cap:
            unit(lambda: Policy.change(self.shop.id, most_messages=cap, most_days=1))
        gift = ("give_coupon", {"coupon": self.coupon(prefix=f"Q{self.shop.id}")})
        return {
            "receipt": self.flow(PLACED, self.mail(topic="order")),
            "reminder": self.flow(LEFT, self.mail(topic="reminder"), WAIT(2), gift, self.mail(),
                                  settings={"goal": ["order.placed"]}),
            "thanks": self.flow(PLACED, ("condition", {"rules": OFTEN}), WAIT(1, "days"), self.mail(topic="order"),
                                ("tag", {"change": "add", "tag": "back"}), self.mail(topic="order"),
                                edges=[("n0", "next", "n1"), ("n1", "no", "n2"), ("n2", "next", "n3"),
                                       ("n1", "yes", "n4"), ("n4", "next", "n5")]),
            "welcome": self.flow(JOINED, self.mail(),
                                 ("wait_for", {"event": "order.placed", "at_most": {"amount": 1, "unit": "days"}}),
                                 self.mail(), edges=[("n0", "next", "n1"), ("n1", "next", "n2"),
                                                     ("n2", "timed_out", "n3")],
                                 settings={"exit": ["customer.unsubscribed"], "audience": "subscribers"}),
        }  # fmt: skip

    # What a person does

    def leave(self, message):
        """Press the way out of a mail; from the answer on, none may go to its reader."""
        with self.app_context():
            token = links.sign("unsubscribe", self.shop.id, message.id)
        assert self.door.unsubscribe(token) == 200
        self.said_no.setdefault(message.customer_id, self.now)

    def app_context(self):
        return self.stage.app.app_context()

    def switch_on(self, flow_id):
        assert unit(lambda: Flow.switch_on(self.shop.id, flow_id, self.now))

    def switch_off(self, flow_id):
        """Switch a flow off as its page does, and note the instant of the answer."""
        done = unit(lambda: Flow.switch_off(self.shop.id, flow_id, self.now))
        left = draining.drain(flow_id) if done.handed_over else 0
        epoch = self.only(Flow, Flow.id == flow_id).epoch
        self.switched.append(Off(flow_id, epoch, self.now, clock.real().timestamp(), left))
        return done
