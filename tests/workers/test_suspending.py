"""An offer that nobody could use stops by itself, before anybody buys, and its merchant hears of it once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Coupon, Flow, Message, Offer, Shop, StaffNotice
from app.unit import unit
from graph.recipes.offers import Promise, build
from tests.workers.world import NOON
from workers import suspending
from workers.heartbeat import Heart


def an_offer(world, coupon, **settings):
    """A live flow that gives this coupon as an offer; returns its id."""
    graph = build(Promise(coupon, "A tenth off")).to_json()
    graph["settings"] |= settings
    flow = world.kept(
        Flow(shop_id=world.shop.id, name="Thanks", draft=graph, created_at=NOON, updated_at=NOON)
    )
    unit(lambda: Flow.publish(world.shop.id, flow.id, world.now))
    assert unit(lambda: Flow.switch_on(world.shop.id, flow.id, world.now))
    return flow.id


def change(model, id, **values):
    unit(lambda: [setattr(db.session.get(model, id), name, value) for name, value in values.items()])


def broken(world, how):
    """An offer that breaks in one of the four ways; returns its flow's id."""
    coupon = world.coupon(
        personal=how != "used up", prefix="SPRING", usage_limit=2, ends_at=NOON + timedelta(days=1)
    )
    flow = an_offer(world, coupon)
    assert suspending.look() == 0
    if how == "deleted":
        change(Coupon, coupon, status="deleted")
    elif how == "ended":
        world.skip(days=1)
    elif how == "kind":
        change(Coupon, coupon, kind="cheapest")
    elif how == "aimed":
        change(Coupon, coupon, products=["p1"])
    elif how == "customers":
        change(Coupon, coupon, tag="vip")
    else:
        change(Shop, world.shop.id, channel="present")
    return flow


@pytest.mark.parametrize(("how", "reason"), [
    pytest.param("deleted", "coupon_withdrawn", marks=pytest.mark.rule("OFFER-22")),
    pytest.param("ended", "coupon_ended", marks=pytest.mark.rule("OFFER-23")),
    pytest.param("kind", "coupon_unsupported", marks=pytest.mark.rule("OFFER-24")),
    pytest.param("aimed", "coupon_unsupported", marks=pytest.mark.rule("OFFER-24")),
    pytest.param("customers", "coupon_unsupported", marks=pytest.mark.rule("OFFER-24")),
    pytest.param("channel", "channel_gone", marks=pytest.mark.rule("OFFER-25")),
])  # fmt: skip
@pytest.mark.rule("OFFER-26")
def test_an_offer_suspends_itself_and_the_merchant_is_mailed_where_to_mend_it(world, how, reason):
    flow = broken(world, how)
    assert suspending.look() == 1
    assert suspending.look() == 0
    assert (world.only(Flow).status, world.only(Flow).paused_reason) == ("paused", reason)
    world.work()
    [(to, mail)] = world.sink.mails
    told = mail.get_body(("plain",)).get_content()
    path = "/offers/channel" if how == "channel" else f"/offers/{flow}/edit"
    assert to == ["staff@papier.example"] and "Thanks" in told and path in told
    assert "code" in told or how == "channel"
    assert (world.only(StaffNotice).mail, world.only(StaffNotice).path) == ("sent", path)


def test_without_an_address_of_the_team_its_owner_hears(world):
    from app.models import Membership, User

    user = world.kept(User(email="owner@papier.example", password_hash="-", created_at=NOON))
    unit(lambda: db.session.add(Membership(user_id=user.id, shop_id=world.shop.id)))
    change(Shop, world.shop.id, staff_email="")
    broken(world, "deleted")
    suspending.look()
    world.work()
    assert world.sink.recipients == ["owner@papier.example"]


def test_a_shared_code_that_is_used_up_suspends_what_gives_it(world):
    from app.models import Code
    from app.models.coupons import Bill

    coupon = world.coupon(personal=False, prefix="SPRING", usage_limit=1)
    flow = an_offer(world, coupon)
    world.subscribed()
    world.work()
    ada = world.customer().id
    unit(lambda: Code.redeem(world.shop.id, "spring", Bill(5000), ada, "o1", world.now))
    assert suspending.look() == 1
    assert world.only(Flow, Flow.id == flow).paused_reason == "coupon_used_up"


@pytest.mark.rule("C8")
@pytest.mark.parametrize(("setting", "paused"), [("suspend", 1), ("without", 0), ("skip", 0)])
def test_a_flow_stops_for_its_coupon_only_where_it_is_meant_to(world, setting, paused):
    coupon = world.coupon()
    placed = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})
    world.flow(placed, ("give_coupon", {"coupon": coupon}), settings={"on_coupon_invalid": setting})
    change(Coupon, coupon, status="deleted")
    assert suspending.look() == paused


def test_another_shops_flows_and_those_that_are_off_are_left_alone(world):
    coupon = world.coupon()
    flow = an_offer(world, coupon)
    unit(lambda: Flow.switch_off(world.shop.id, flow, world.now))
    change(Coupon, coupon, status="deleted")
    assert suspending.look() == 0 and world.only(Flow).status == "off"


def test_the_heart_looks_for_it(world):
    broken(world, "deleted")
    heart = Heart(world.app, "test", rings=False)
    heart.beat()
    heart.hands.stop()
    assert world.only(Flow).status == "paused"


def test_two_hearts_at_once_tell_once(world):
    broken(world, "deleted")
    suspending.look()
    flow = world.only(Flow)
    unit(lambda: suspending.suspend(flow.id, None, "coupon_withdrawn", world.now))
    assert len(world.all(StaffNotice)) == 1


@pytest.mark.rule("OFFER-25")
def test_a_suspended_offer_goes_on_once_the_channel_sells_again(world):
    flow = an_offer(world, world.coupon())
    change(Shop, world.shop.id, channel="absent")
    suspending.look()
    world.order("o1")
    world.work()
    assert world.all(Offer) == []
    change(Shop, world.shop.id, channel="selling")
    assert unit(lambda: Flow.switch_on(world.shop.id, flow, world.now))
    world.skip(minutes=16)
    world.order("o2")
    world.work()
    assert len(world.all(Offer)) == 1
    assert {message.state for message in world.all(Message)} <= {"sent", "skipped", "prepared"}
