"""Each recipe of the gallery, as it comes, runs to its end: in French, with its coupon, over real SMTP."""

from __future__ import annotations

import pytest

from app.models import Code, Email, Flow, Message, Run
from app.unit import unit
from graph.recipes import recipe
from tests.workers.world import NOON

LEA = {"email": "lea@example.com", "first_name": "Léa", "locale": "fr", "subscribed": True}
CARNET = {"id": "p1", "title": "Carnet", "price": 900, "currency": "EUR"}
BEGINS = {
    "abandoned_cart": lambda world: world.cart(customer=LEA),
    "abandoned_checkout": lambda world: world.cart(customer=LEA, checkout=True),
    "browse_abandonment": lambda world: world.tell("product.viewed", LEA, product=CARNET),
    "welcome": lambda world: world.subscribed(LEA),
    "thank_you": lambda world: world.order(customer=LEA),
    "win_back": lambda world: world.order(customer=LEA),
}


def switched_on(world, name):
    """The recipe's flow, with a coupon wherever it asks for one."""
    chosen = recipe(name)
    coupon = world.coupon(days=None)
    answers = {field.name: coupon for field in chosen.fields if field.type == "coupon"}
    emails = {
        email: world.kept(Email(shop_id=world.shop.id, name=email, content=dict(design), updated_at=NOON)).id
        for email, design in chosen.emails_for(answers).items()
    }
    graph = chosen.build(answers, emails).to_json()
    times = {"created_at": NOON, "updated_at": NOON}
    flow = world.kept(Flow(shop_id=world.shop.id, name=name, draft=graph, **times)).id
    unit(lambda: Flow.publish(world.shop.id, flow, world.now))
    assert unit(lambda: Flow.switch_on(world.shop.id, flow, world.now))
    return len(emails), bool(answers)


@pytest.mark.rule("AUTO-05")
@pytest.mark.rule("AUTO-06")
@pytest.mark.parametrize("name", BEGINS)
def test_a_recipe_runs_to_its_end(world, name):
    sends, gives = switched_on(world, name)
    BEGINS[name](world)
    for _day in range(100):
        world.work()
        if world.all(Message) and not [run for run in world.all(Run) if run.status != "done"]:
            break
        world.skip(days=1)
    assert [message.state for message in world.all(Message)] == ["sent"] * sends
    assert {mail["Content-Language"] for _to, mail in world.sink.mails} == {"fr"}
    assert [code.state for code in world.all(Code)] == ["issued"] * gives
