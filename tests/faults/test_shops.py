"""What shops say and merchants do at the wrong moment: twice, late, all at once; poison; publishing in mid-batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

from app import clock
from app.extensions import db
from app.models import Email, Event, Flow, InboxRow, Message, Run
from app.unit import unit
from tests.faults.trader import PLACED
from tests.patience import until

STAGE = {"workers": 2, "heartbeats": 2, "cap": 0}


def test_a_hundred_twins_at_once_are_one_happening(kept):
    trader, at = kept.traders[0], kept.traders[0].now
    at_once(kept, lambda _twin: trader.order("twin", "twin", id="twin", at=at), range(100))
    assert kept.count(InboxRow, delivery="twin") == 1
    until(lambda: kept.count(Event, name="order.placed", key="order.placed:twin") == 1)


def at_once(scene, act, each, hands=100):
    """Do this for each of these by so many threads at once; raises what any of them raises."""

    def one(what):
        with scene.stage.app.app_context():
            act(what)
            db.session.remove()

    with ThreadPoolExecutor(hands) as pool:
        list(pool.map(one, each))


def test_what_is_told_twice_in_another_order_and_days_late_counts_once(kept):
    trader = kept.traders[0]
    told = [(f"late{n}", trader.now - timedelta(days=n)) for n in range(4)]
    for token, at in [*told, *reversed(told)]:
        trader.order(token, "late", id=token, at=at)
    until(lambda: kept.count(Event, name="order.placed") >= 4)


def test_poison_stays_where_it_is(kept):
    """A delivery that nobody can read, a step that raises and a wording that is broken stop nobody else."""
    trader, before = kept.traders[0], kept.count(state="sent")
    odd = {"match": "all", "rules": [{"subject": "customer.orders_count", "operator": "no such", "value": 1}]}
    broken = {"en": {"subject": "{% for %}", "preheader": "", "blocks": []}}
    wording = trader.kept(Email(shop_id=trader.shop.id, name="Bad", content=broken, updated_at=clock.real()))
    flows = [trader.flow(PLACED, ("condition", {"rules": odd})),
             trader.flow(PLACED, ("send_email", {"email": wording.id, "topic": "order"}))]  # fmt: skip
    unit(lambda: InboxRow.take(trader.shop.id, "api", "garbage", b"\xff{", trader.now))
    kept.orders(6, "poisoned")
    until(lambda: kept.count(state="sent") >= before + 6)
    until(lambda: kept.count(InboxRow, state="parked") == 1 and kept.count(Run, status="parked") == 6)
    until(lambda: kept.count(state="failed", reason="wording") == 6)
    for id in flows:
        trader.switch_off(id)


def test_publishing_and_switching_in_the_midst_of_batches(kept):
    trader = kept.traders[0]
    with kept.load() as load:
        for turn in range(6):
            until(lambda turn=turn: load.told > turn * 6)
            for name in ("reminder", "welcome"):
                publish_again(trader, kept.flows[0][name], turn)
            trader.switch_off(kept.flows[0]["receipt"])
            trader.switch_on(kept.flows[0]["receipt"])


def publish_again(trader, flow_id, turn):
    """Publish a draft that differs in a note, so that it is another version."""

    def change():
        flow = db.session.get(Flow, flow_id)
        nodes = [node | {"note": f"turn {turn}"} for node in flow.draft["nodes"]]
        flow.draft = flow.draft | {"nodes": nodes}
        db.session.flush()
        Flow.publish(trader.shop.id, flow_id, trader.now)

    unit(change)


def test_whoever_says_no_while_their_mail_is_at_the_gate_gets_nothing_afterwards(kept):
    trader = kept.traders[1]
    for n in range(30):
        trader.subscribed(f"leaver{n}")
    until(lambda: len(welcomed(trader)) >= 30)
    mails = welcomed(trader)
    trader.skip(days=1, minutes=1)  # the second mail of each becomes due
    at_once(kept, trader.leave, mails, hands=4)


def welcomed(trader):
    """Return one sent message of each customer; plain, for threads may not share what belongs to a session."""
    found = trader.all(Message, Message.shop_id == trader.shop.id, Message.state == "sent")
    people = {}
    for message in found:
        plain = SimpleNamespace(id=message.id, customer_id=message.customer_id)
        people.setdefault(message.customer_id, plain)
    return list(people.values())


def test_clocks_of_shops_that_leap_an_hour_and_a_day_end_no_wait_early(kept):
    with kept.load() as load:
        for turn, leap in enumerate(({"hours": 1}, {"days": 1}, {"hours": 1})):
            until(lambda turn=turn: load.told > (turn + 1) * 8)
            for trader in kept.traders:
                trader.skip(**leap)
