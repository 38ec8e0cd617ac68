"""Coupons that are used up, over or deleted between the step that gives them and the gate of the mail with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.models import Code, Coupon, Message
from app.unit import changed, unit
from tests.faults.trader import PLACED
from tests.patience import until

STAGE = {"workers": 2}
PEOPLE = 5
ENDINGS = {
    "emptied": lambda now: {"usage_limit": 0},
    "expired": lambda now: {"ends_at": now - timedelta(seconds=1)},
    "deleted": lambda now: {"status": "deleted"},
}


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.parametrize(("setting", "state"), [("skip", "skipped"), ("without", "sent")])
def test_a_coupon_that_ends_before_the_gate_is_shown_to_nobody(kept, how, setting, state):
    trader, word = kept.traders[0], f"{how}{setting}".upper()
    coupon = trader.coupon(prefix=word, personal=False)
    flow = trader.flow(PLACED, ("give_coupon", {"coupon": coupon}), trader.mail(topic="order"),
                       settings={"on_coupon_invalid": setting})  # fmt: skip
    kept.stage.sink.play("RCPT", "later", PEOPLE * 3)  # so that each comes to its gate again, a minute later
    kept.orders(PEOPLE, f"{how}{setting}")
    until(lambda: kept.count(flow_id=flow, state="prepared", reason="later") == PEOPLE)
    ends = ENDINGS[how](trader.now)
    unit(lambda: changed(update(Coupon).where(Coupon.id == coupon).values(**ends)))
    kept.stage.sink.tell(calm=True)
    trader.skip(minutes=10)
    until(lambda: kept.count(flow_id=flow, state=state) == PEOPLE)
    mails = {message.mail_id for message in trader.all(Message, Message.flow_id == flow)}
    shown = [mail for mail in kept.stage.sink.mails if mail["id"] in mails and word in mail["words"]]
    assert not shown and kept.count(Code, code=word) <= 1
    trader.switch_off(flow)
