"""How long a press is credited, as the shop sets it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import links
from app.models import Attribution, Order, Policy
from app.unit import unit
from app.views import access, errors, tracking

PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.mark.parametrize(("window", "days", "credited"), [(2, 1, True), (2, 3, False), (9, 8, True)])
def test_an_order_is_credited_within_the_shops_own_window(world, window, days, credited):
    for noun in (access, errors, tracking):
        noun.register(world.app)
    unit(lambda: Policy.change(world.shop.id, click_days=window))
    world.reminder()
    world.cart()
    world.skip(minutes=31)
    world.work()
    world.skip(hours=1)
    token = links.sign("click", world.shop.id, world.message.id, "cart")
    assert world.app.test_client().get(f"/c/{token}", headers=PERSON).status_code == 302
    world.skip(days=days)
    world.order()
    world.work()
    assert bool(world.all(Attribution)) is credited


def test_a_click_of_long_ago_is_no_credit_of_a_later_order_in_one_batch(world):
    for noun in (access, errors, tracking):
        noun.register(world.app)
    world.reminder()
    world.cart()
    world.skip(minutes=31)
    world.work()
    world.skip(hours=1)
    token = links.sign("click", world.shop.id, world.message.id, "cart")
    assert world.app.test_client().get(f"/c/{token}", headers=PERSON).status_code == 302
    pressed = world.now
    world.skip(days=9)
    world.order("o1", at=pressed + timedelta(days=1))
    world.order("o2")
    world.work()
    (first, _second) = world.all(Order)
    assert [credit.order_id for credit in world.all(Attribution)] == [first.id] and first.token == "o1"
