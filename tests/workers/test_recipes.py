"""Each recipe of the gallery, as it comes, runs to its end: in French, with its coupon, over real SMTP."""

from __future__ import annotations

import pytest

from app.models import Code, Email, Flow, Message, Run
from app.unit import unit
from graph.recipes import NAMES, recipe
from tests.workers.world import NOON

LEA = {"email": "lea@example.com", "first_name": "Léa", "locale": "fr", "subscribed": True}
CARNET = {"id": "p1", "title": "Carnet", "price": 900, "currency": "EUR"}
BEGINS = {
    "abandoned_cart": lambda world: world.cart(customer=LEA),
    "abandoned_checkout": lambda world: world.cart(customer=LEA, checkout=True),
    "browse_abandonment": lambda world: world.tell("product.viewed", LEA, product=CARNET),
    "abandoned_checkout_series": lambda world: world.cart(customer=LEA, checkout=True),
    "price_drop": lambda world: moved(world, "product.viewed", {"stock": 3}, {"stock": 3, "price": 700}),
    "back_in_stock": lambda world: moved(world, "product.wanted", {"stock": 0}, {"stock": 3}),
    "welcome": lambda world: world.subscribed(LEA),
    "vip_welcome": lambda world: [world.order(f"o{number}", LEA) for number in range(3)],
    "birthday": lambda world: world.tell("customer.saved", LEA | {"birthday": "1990-12-24"}),
    "thank_you": lambda world: world.order(customer=LEA),
    "post_purchase_offer": lambda world: world.order(customer=LEA),
    "first_purchase_upsell": lambda world: world.order(customer=LEA),
    "cross_sell": lambda world: world.order(customer=LEA),
    "review_request": lambda world: world.order(customer=LEA),
    "replenishment": lambda world: world.order(customer=LEA),
    "win_back": lambda world: world.order(customer=LEA),
    "sunset": lambda world: world.subscribed(LEA),
    "order_follow_up": lambda world: parcel(world),
    "unpaid_order": lambda world: world.order(customer=LEA, paid=False),
    "low_stock_alert": lambda world: moved(world, "product.viewed", {"stock": 9}, {"stock": 2}),
}
OF_EACH = {
    "staff": ("low_stock_alert", "unpaid_order"),
    "offer": ("post_purchase_offer",),
}  # and how it arrives


def moved(world, sign, before, after):
    """Léa shows her interest in a product, and then it moves."""
    world.work()
    world.tell("product.saved", None, product=CARNET | before)
    world.tell(sign, LEA, product=CARNET | before)
    world.work()
    world.skip(minutes=1)
    world.tell("product.saved", None, product=CARNET | after)


def parcel(world):
    """An order is paid, sent and delivered, a day each."""
    for event in ("order.paid", "order.shipped", "order.delivered"):
        world.order(customer=LEA, event=event)
        world.work()
        world.skip(days=1)


def switched_on(world, name):
    """The recipe's flow, with a coupon wherever it asks for one."""
    chosen = recipe(name)
    coupon = world.coupon(days=None)
    answers = {field.name: coupon for field in chosen.fields if field.type == "coupon"}
    answers |= {field.name: True for field in chosen.fields if field.type == "yes_no"}
    emails = {
        email: world.kept(Email(shop_id=world.shop.id, name=email, content=dict(design), updated_at=NOON)).id
        for email, design in chosen.emails_for(answers).items()
    }
    graph = chosen.build(answers, emails).to_json()
    times = {"created_at": NOON, "updated_at": NOON}
    flow = world.kept(Flow(shop_id=world.shop.id, name=name, draft=graph, **times)).id
    unit(lambda: Flow.publish(world.shop.id, flow, world.now))
    assert unit(lambda: Flow.switch_on(world.shop.id, flow, world.now))
    return len(emails), any(field.type == "coupon" for field in chosen.fields)


@pytest.mark.rule("AUTO-05")
@pytest.mark.rule("AUTO-06")
@pytest.mark.parametrize("name", BEGINS)
def test_a_recipe_runs_to_its_end(world, name):
    sends, gives = switched_on(world, name)
    BEGINS[name](world)
    for _span in range(60):
        world.work()
        if world.all(Message) and not [run for run in world.all(Run) if run.status != "done"]:
            break
        world.skip(days=4)
    staff, offers = (name in OF_EACH[sort] for sort in ("staff", "offer"))
    assert [message.state for message in world.all(Message)] == ["sent"] * (sends + staff + offers)
    letters = [mail for to, mail in world.sink.mails if to == ["lea@example.com"]]
    assert [mail["Content-Language"] for mail in letters] == ["fr"] * sends
    assert [code.state for code in world.all(Code)] == ["issued"] * gives


def test_every_recipe_of_the_gallery_runs():
    assert set(BEGINS) == set(NAMES)
