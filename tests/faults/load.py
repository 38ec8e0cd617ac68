"""The load: customers who leave carts, order, subscribe and say no, each told through the door, while time goes on.

All choices come from one seeded chance, so that the same seed tells the same stories in the same order.
"""

from __future__ import annotations

import itertools
import random
import threading
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Message
from app.unit import unit

_loads = itertools.count(1)
STEP = timedelta(minutes=4)  # by which the shops' clocks move on at each tick


class Load(threading.Thread):
    """Tells stories until stopped, `rate` a second."""

    def __init__(self, stage, traders, seed, rate=15.0, people=60):
        super().__init__(daemon=True, name="load")
        self.stage, self.traders, self.people = stage, traders, people
        self.number = next(_loads)
        self.chance, self.pause = random.Random(f"load:{seed}:{self.number}"), 1 / rate
        self.ended, self.told, self.failed, self.moving = threading.Event(), 0, None, True
        self.quiet = threading.Lock()  # whoever holds it, nothing is told

    def run(self):
        with self.stage.app.app_context():
            try:
                while not self.ended.wait(self.pause):
                    with self.quiet:
                        self.tick()
                        db.session.rollback()  # keeps no connection while nothing is told
            except Exception as error:
                self.failed = error
            finally:
                db.session.remove()

    def tick(self):
        """One happening, and now and then a step of time and a reader who has had enough."""
        trader, who = self.chance.choice(self.traders), f"c{self.chance.randrange(self.people)}"
        self.told += 1
        self.story(trader, who, f"l{self.number}t{self.told}")
        if self.moving and self.told % 4 == 0:
            for each in self.traders:
                unit(lambda each=each: clock.skip(each.shop.id, STEP))
        if self.chance.random() < 0.01:
            self.say_no(trader)

    def story(self, trader, who, token):
        drawn, at = self.chance.random(), trader.now
        if drawn < 0.55:
            trader.cart(f"{trader.mark}{token}", who)
        elif drawn < 0.8:
            trader.order(f"{trader.mark}{token}", who)
        elif drawn < 0.95:
            trader.subscribed(who)
        else:  # the same twice
            for _time in range(2):
                trader.cart(f"{trader.mark}{token}", who, id=f"{trader.mark}{token}", at=at)

    def say_no(self, trader):
        theirs = select(Message).where(Message.shop_id == trader.shop.id, Message.state == "sent")
        message = db.session.scalar(
            theirs.where(Message.audience == "customer").order_by(Message.id.desc()).limit(1)
        )
        db.session.rollback()
        if message is not None:
            trader.leave(message)

    def stop(self):
        """End the stories; raises what went wrong in telling them."""
        self.ended.set()
        self.join(120)
        if self.failed:
            raise self.failed
