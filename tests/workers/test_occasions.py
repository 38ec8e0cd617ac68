"""What moved, came round or became true starts a flow: once, for whom it matters, however many hearts beat."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Customer, Flow, Message, ProductMove, Refusal, Run, StaffNotice
from app.unit import unit
from tests.workers.world import NOON, SEND
from workers.sweep import sweep

EVERY_TIME = {"reentry": {"rule": "unlimited", "every": 30, "unit": "days"}}
ASKED = ("stock_back", {"whom": "asked", "within": {"amount": 30, "unit": "days"}})
LOOKED = ("stock_back", {"whom": "viewed", "within": {"amount": 7, "unit": "days"}})
CHEAPER = ("price_lowered", {"least": 10, "whom": "both", "within": {"amount": 7, "unit": "days"}})
BIRTHDAY = ("date_reached", {"when": "on", "days": None, "at": "09:00"})
LOW = ("stock_low", {"least": 3, "scope": "all", "products": []})
TELL = ("notify_staff", {"text": "Order more", "by": "both"})


def mug(stock=0, price=2400):
    return {"id": "p1", "title": "Dune mug", "price": price, "currency": "EUR", "stock": stock}


def shelf(world, **product):
    world.tell("product.saved", None, product=mug(**product))
    world.work()


def test_whoever_asked_is_told_when_it_is_back_and_only_once(world):
    world.flow(ASKED, SEND(world), settings=EVERY_TIME)
    shelf(world, stock=0)
    world.tell("product.wanted", product=mug())
    world.tell("product.viewed", "grace@example.com", product=mug())
    world.work()
    world.skip(hours=1)
    shelf(world, stock=4)
    for _heart in range(3):
        sweep()
    world.work()
    assert world.sink.recipients == ["ada@example.com"]
    world.skip(hours=1)
    shelf(world, stock=0)
    world.skip(hours=1)
    shelf(world, stock=4)
    assert world.sink.recipients == ["ada@example.com"]


def test_whoever_looked_lately_and_did_not_buy_may_be_told_too(world):
    world.flow(LOOKED, SEND(world))
    shelf(world, stock=0)
    world.tell("product.viewed", "long.ago@example.com", product=mug())
    world.skip(days=8)
    world.tell("product.viewed", "lately@example.com", product=mug())
    world.tell("product.viewed", "bought@example.com", product=mug())
    world.skip(hours=1)
    world.order("o1", "bought@example.com")
    world.work()
    world.skip(hours=1)
    shelf(world, stock=4)
    assert world.sink.recipients == ["lately@example.com"]


def test_a_telling_without_a_stock_is_no_return(world):
    world.flow(ASKED, SEND(world))
    shelf(world, stock=0)
    world.tell("product.wanted", product={each: value for each, value in mug().items() if each != "stock"})
    world.work()
    assert world.all(ProductMove) == []
    world.skip(hours=1)
    shelf(world, stock=1)
    assert world.sink.recipients == ["ada@example.com"]


def test_a_return_that_the_shop_tells_late_is_seen_all_the_same(world):
    world.flow(ASKED, SEND(world))
    shelf(world, stock=0)
    world.tell("product.wanted", product=mug())
    world.work()
    world.skip(hours=3)
    world.work()
    world.tell("product.saved", None, at=world.now - timedelta(hours=1), product=mug(stock=2))
    world.work()
    assert world.sink.recipients == ["ada@example.com"]


@pytest.mark.parametrize(("price", "told"), [(2300, []), (2160, ["ada@example.com"]), (2600, [])])
def test_a_price_must_fall_far_enough(world, price, told):
    world.flow(CHEAPER, SEND(world))
    shelf(world, stock=5)
    world.tell("product.viewed", product=mug(stock=5))
    world.skip(hours=1)
    shelf(world, stock=5, price=price)
    assert world.sink.recipients == told


def test_a_lower_price_reaches_those_who_had_it_in_a_cart(world):
    world.flow((CHEAPER[0], CHEAPER[1] | {"whom": "carted"}), SEND(world))
    shelf(world, stock=5)
    world.tell("product.viewed", "grace@example.com", product=mug(stock=5))
    world.cart()
    world.work()
    world.skip(hours=1)
    shelf(world, stock=5, price=1200)
    assert world.sink.recipients == ["ada@example.com"]


def test_who_bought_since_hears_of_no_lower_price_though_they_looked_again(world):
    world.flow((CHEAPER[0], CHEAPER[1] | {"whom": "carted"}), SEND(world))
    shelf(world, stock=5)
    world.cart()
    world.skip(hours=1)
    world.order("o1", cart="c1")
    world.work()
    world.skip(hours=1)
    world.tell("product.viewed", product=mug(stock=5))
    world.work()
    world.skip(hours=1)
    shelf(world, stock=5, price=1200)
    assert world.sink.recipients == []


def born(world, email, birthday, zone=""):
    world.tell("customer.saved", {"email": email, "birthday": birthday, "timezone": zone})
    world.work()


def test_a_birthday_comes_at_nine_on_their_own_clock_and_once_a_year(world):
    world.flow(BIRTHDAY, SEND(world))
    born(world, "ada@example.com", "1815-11-23", "Europe/Paris")
    born(world, "grace@example.com", "11-23", "America/New_York")
    world.skip(days=1, hours=19)  # 23 November, 07:00 in London, 08:00 in Paris
    world.work()
    assert world.sink.recipients == []
    world.skip(hours=1)
    world.work()
    assert world.sink.recipients == ["ada@example.com"]
    world.skip(hours=6)
    world.work()
    assert world.sink.recipients == ["ada@example.com", "grace@example.com"]
    assert world.customer("ada@example.com").birthday == "11-23"
    world.skip(days=364)
    world.work()
    assert len(world.sink.mails) == 2
    world.skip(days=1)
    world.work()
    assert len(world.sink.mails) == 4


def test_some_days_before_is_counted_back_over_the_turn_of_the_year(world):
    world.flow(("date_reached", {"when": "before", "days": 3, "at": "09:00"}), SEND(world))
    born(world, "ada@example.com", "01-02")
    world.skip(days=38, hours=19)  # 30 December, 08:00 in Paris
    world.work()
    assert world.sink.recipients == []
    world.skip(hours=1)
    world.work()
    assert world.sink.recipients == ["ada@example.com"]


def test_a_changed_hour_congratulates_nobody_twice(world):
    flow = world.flow(BIRTHDAY, SEND(world))
    born(world, "ada@example.com", "11-22")
    world.skip(days=1)
    world.work()
    graph = world.only(Flow).draft | {}
    graph["nodes"][0]["settings"] = BIRTHDAY[1] | {"at": "18:00"}
    row = db.session.get(Flow, flow)
    row.draft = dict(graph)
    db.session.commit()
    unit(lambda: Flow.publish(world.shop.id, flow, world.now))
    world.skip(hours=12)
    world.work()
    assert world.sink.recipients == ["ada@example.com"]


@pytest.mark.parametrize("status", ["paid", "shipped", "delivered", "cancelled", "refunded"])
def test_each_status_of_an_order_starts_its_flow_once(world, status):
    world.flow(("order_status", {"status": f"order.{status}"}), SEND(world))
    world.order(paid=False)
    world.work()
    assert world.sink.recipients == []
    for _telling in range(2):
        world.skip(minutes=5)
        world.order(event=f"order.{status}", paid=False)
        world.work()
    assert world.sink.recipients == ["ada@example.com"]


def test_a_run_waits_for_its_own_order_and_not_for_another(world):
    wait = ("wait_for", {"event": "order.shipped", "at_most": {"amount": 5, "unit": "days"}})
    world.flow(("order_status", {"status": "order.paid"}), wait, SEND(world),
               edges=[("n0", "next", "n1"), ("n1", "happened", "n2")])  # fmt: skip
    world.order("o1")
    world.order("o2")
    world.work()
    world.skip(hours=1)
    world.order("o2", event="order.shipped")
    world.work()
    assert [(run.entry_key, run.status, run.error) for run in world.all(Run)] == [
        ("o1", "waiting", ""), ("o2", "done", "")
    ]  # fmt: skip


def test_the_team_hears_of_a_low_stock_at_each_fall_and_no_customer_is_involved(world):
    world.flow(LOW, TELL)
    shelf(world, stock=10)
    for stock in (4, 3, 2):
        world.skip(minutes=5)
        shelf(world, stock=stock)
    assert [run.status for run in world.all(Run)] == ["done"]
    world.skip(minutes=5)
    shelf(world, stock=20)
    world.skip(minutes=5)
    shelf(world, stock=0)
    assert len(world.all(Run)) == 2
    assert world.all(Customer, Customer.erased_at.is_(None)) == []
    assert {(message.audience, message.state) for message in world.all(Message)} == {("staff", "sent")}
    assert world.sink.recipients == ["staff@papier.example"] * 2
    assert world.all(Refusal) == []
    assert [note.text for note in world.all(StaffNotice)] == [
        "Dune mug: 3 pieces left\n\nOrder more", "Dune mug: 0 pieces left\n\nOrder more"
    ]  # fmt: skip
    assert "Dune mug: 0 pieces left" in world.sink.mails[-1][1].get_body(("plain",)).get_content()


def test_each_flow_has_its_own_threshold(world):
    world.flow(LOW, TELL)
    world.flow((LOW[0], LOW[1] | {"least": 8}), TELL)
    shelf(world, stock=10)
    world.skip(minutes=5)
    shelf(world, stock=7)
    assert len(world.all(Run)) == 1
    world.skip(minutes=5)
    shelf(world, stock=1)
    assert len(world.all(Run)) == 2


def test_another_system_starts_a_flow_by_a_name_of_its_own(world):
    world.flow(("api_event", {"event": "course-finished"}), SEND(world), settings=EVERY_TIME)
    world.tell("custom", name="course-finished", data={"course": "Ceramics"}, deliver_as="once")
    world.tell("custom", name="course-finished", data={"course": "Ceramics"}, deliver_as="once")
    world.tell("custom", name="something-else")
    world.work()
    assert world.sink.recipients == ["ada@example.com"]
    assert world.only(Run).started_at == NOON
