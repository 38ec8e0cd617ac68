"""The demo's past is always the same one, agrees with itself in every table, and leaves nothing to be sent at once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from app import clock, passwords
from app.demo.people import invent
from app.demo.seed import SEED, follow_settings, seed
from app.extensions import db
from app.models import (
    ApiKey,
    Attribution,
    Cart,
    Click,
    Code,
    Coupon,
    Customer,
    Event,
    Flow,
    Mail,
    Membership,
    Message,
    Offer,
    Order,
    Redemption,
    Refusal,
    Run,
    Shop,
    Step,
    Version,
    Visit,
    figures,
)
from app.models.figures import by_flow
from app.models.periods import Period
from app.shops import demo
from app.unit import unit
from graph.interpreter import compile
from graph.model import Graph
from tests.app.rows import a_shop
from tests.conftest import make_app

NOW = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo as it was made at NOW, for looking only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "real", lambda: NOW)
        app = make_app(tmp_path_factory.mktemp("demo"))
        seed(app)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def every(model: Any) -> list[Any]:
    return list(db.session.scalars(db.select(model)))


def test_it_is_large_enough_to_look_around_in(made: Flask) -> None:
    sizes = {
        model: len(every(model)) for model in (Customer, Order, Run, Message, Visit, Attribution, Mail, Flow)
    }
    assert sizes[Customer] == 300 and sizes[Flow] == 5
    assert sizes[Order] > 200 and sizes[Run] > 300 and sizes[Message] > 400
    assert sizes[Visit] > 100 and sizes[Attribution] > 50 and sizes[Mail] >= 5


def test_a_second_seeding_changes_nothing(each_database: Flask) -> None:
    assert seed(each_database)
    counted = [
        db.session.scalar(db.select(db.func.count()).select_from(t)) for t in db.metadata.sorted_tables
    ]
    assert not seed(each_database)
    again = [db.session.scalar(db.select(db.func.count()).select_from(t)) for t in db.metadata.sorted_tables]
    assert counted == again


def test_a_revoked_key_of_the_demo_keeps_nobody_from_starting_and_works_again(app: Flask) -> None:
    a_shop(is_demo=True)
    db.session.commit()
    key = demo.api_key(app.config["SECRET_KEY"])
    unit(lambda: follow_settings("http://127.0.0.1:8000", key, NOW))
    unit(lambda: db.session.execute(db.update(ApiKey).values(revoked_at=NOW)))
    unit(lambda: follow_settings("http://127.0.0.1:8000", key, NOW))
    assert ApiKey.shop_of(passwords.digest(key)) is not None


def test_new_rows_find_free_numbers_afterwards(each_database: Flask) -> None:
    seed(each_database)
    shop_id = db.session.scalar(db.select(Shop.id))
    unit(lambda: db.session.add(Customer(shop_id=shop_id, email="new@example.com", created_at=NOW)))
    assert db.session.scalar(db.select(db.func.count(Customer.id))) == 301


def test_the_same_seed_tells_the_same_past(
    made: Flask, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fingerprint()
    monkeypatch.setattr(clock, "real", lambda: NOW)
    other = make_app(tmp_path)
    seed(other)
    with other.app_context():
        assert fingerprint() == first
        db.session.remove()
        db.engine.dispose()


def fingerprint() -> list[Any]:
    names = (
        "customer",
        "cart",
        "purchase",
        "event",
        "run",
        "step",
        "message",
        "click",
        "attribution",
        "code",
    )
    tables = [db.metadata.tables[name] for name in names]
    sorted_rows = [db.select(table).order_by(*table.primary_key) for table in tables]
    return [[tuple(row) for row in db.session.execute(query)] for query in sorted_rows]


def test_it_is_made_in_seconds(app: Flask) -> None:
    began = time.monotonic()
    seed(app)
    assert time.monotonic() - began < 20


def test_half_of_the_people_are_french_and_none_can_be_reached() -> None:
    from random import Random

    people = invent(300, Random(SEED))
    assert len({person.email for person in people}) == 300
    assert sum(person.locale == "fr" for person in people) == 150
    assert all(person.email.rpartition("@")[2].startswith("example.") for person in people)


@pytest.mark.invariant("R6")
def test_each_run_walked_a_path_of_its_version(made: Flask) -> None:
    plans = {version.id: compile(Graph.from_json(version.graph)) for version in every(Version)}
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in db.session.scalars(db.select(Step).order_by(Step.run_id, Step.visit)):
        steps[step.run_id].append(step)
    for run in every(Run):
        plan, walked = plans[run.version_id], steps[run.id]
        assert [step.visit for step in walked] == list(range(len(walked)))
        assert walked[0].node == plan.trigger.id
        for before, after in pairwise(walked):
            assert plan.targets[before.node, before.port] == after.node and before.at <= after.at
        if run.status == "waiting":
            assert plan.targets[walked[-1].node, walked[-1].port] == run.node


@pytest.mark.invariant("R4")
def test_each_event_that_starts_something_ended_in_a_run_or_a_refusal(made: Flask) -> None:
    begun = {(run.event_id, run.flow_id) for run in every(Run)}
    refused = {(refusal.event_id, refusal.flow_id) for refusal in every(Refusal)}
    assert not begun & refused
    abandoned = [event for event in every(Event) if event.name == "checkout.abandoned"]
    assert abandoned
    flow = db.session.scalars(db.select(Flow.id).where(Flow.recipe == "abandoned_checkout")).one()
    assert all((event.id, flow) in begun | refused for event in abandoned)


def test_nothing_is_due_when_it_starts(made: Flask) -> None:
    paused = {flow.id for flow in every(Flow) if flow.status == "paused"}
    waiting = [run for run in every(Run) if run.status in ("ready", "waiting")]
    assert len([run for run in waiting if run.flow_id not in paused]) >= 24
    assert all(run.wake_at > NOW for run in waiting if run.flow_id not in paused)
    assert all(message.state in ("sent", "failed") for message in every(Message))
    assert all(event.enrolled_at for event in every(Event))


def test_nothing_lies_in_the_future(made: Flask) -> None:
    for model, column in (
        (Event, "at"),
        (Order, "placed_at"),
        (Message, "sent_at"),
        (Step, "at"),
        (Visit, "at"),
    ):
        assert all(getattr(row, column) <= NOW for row in every(model) if getattr(row, column))


def test_the_customers_figures_are_those_of_their_orders(made: Flask) -> None:
    orders: dict[int, list[Order]] = defaultdict(list)
    for order in every(Order):
        assert (
            order.total
            == sum(i["price"] * i["quantity"] for i in order.items) - order.discount + order.shipping
        )
        orders[order.customer_id].append(order)
    for customer in every(Customer):
        theirs = orders[customer.id]
        assert customer.orders_count == len(theirs) and customer.spent == sum(order.total for order in theirs)
        assert customer.last_order_at == max((order.placed_at for order in theirs), default=None)


@pytest.mark.rule("CART-16")
def test_a_cart_is_recovered_only_when_the_link_was_pressed_and_the_order_paid(made: Flask) -> None:
    carts = every(Cart)
    assert any(cart.recovered_at for cart in carts)
    for cart in carts:
        assert bool(cart.recovered_at) == bool(cart.pressed_at and cart.ordered_at)
        assert not cart.recovered_at or cart.pressed_at <= cart.recovered_at


def test_messages_belong_to_a_step_and_are_read_in_order(made: Flask) -> None:
    steps = {(step.run_id, step.visit): step.node for step in every(Step)}
    clicks = {click.message_id for click in every(Click)}
    for message in every(Message):
        assert steps[message.run_id, message.visit] == message.node
        seen = [at for at in (message.sent_at, message.opened_at, message.clicked_at) if at]
        assert seen == sorted(seen) and (message.clicked_at is not None) == (message.id in clicks)
        assert "{{" not in message.subject and message.subject


def test_the_figures_of_the_pages_are_those_of_the_tables(made: Flask) -> None:
    shop = db.session.scalars(db.select(Shop)).one()
    figures = by_flow(shop.id, Period.rolling(NOW, shop.timezone, 91))
    totals, apart = {order.id: order.total for order in every(Order)}, Offer.apart(shop.id)
    credited = [each for each in every(Attribution) if each.flow_id not in apart]
    assert sum(each.total("sales") for each in figures.values()) == sum(totals[a.order_id] for a in credited)
    assert sum(each.total("visits") for each in figures.values()) == len(every(Visit))
    assert sum(each.total("reach") for each in figures.values()) == len(
        [m for m in every(Message) if m.sent_at and m.flow_id not in apart]
    )
    assert len(figures) == 4


@pytest.mark.rule("OFFER-20")
def test_offers_were_given_seen_and_used_and_nobody_held_two(made: Flask) -> None:
    codes, offers = {code.id: code for code in every(Code)}, every(Offer)
    used = {redemption.code_id: redemption.at for redemption in every(Redemption)}
    assert len(offers) > 100 and 10 < sum(offer.code_id in used for offer in offers) < len(offers)
    theirs: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers:
        assert offer.seen_at is None or offer.granted_at < offer.seen_at < codes[offer.code_id].ends_at
        theirs[offer.customer_id].append(offer)
    for before, after in (pair for held in theirs.values() for pair in pairwise(held)):
        over = used.get(before.code_id) or codes[before.code_id].ends_at
        assert over <= after.granted_at
    shop = db.session.scalars(db.select(Shop)).one()
    (brought,) = figures.offers(shop.id, Period.rolling(NOW, shop.timezone)).values()
    assert brought.recipients > 20 and brought.orders > 5 and brought.sales > 10_000
    assert sum(Offer.shown(shop.id, id, NOW) is not None for id in theirs) > 20


def test_codes_and_redemptions_agree(made: Flask) -> None:
    used = {code.id for code in every(Code) if code.state == "used"}
    assert used == {redemption.code_id for redemption in every(Redemption)} and used
    coupons = {coupon.id: coupon for coupon in every(Coupon)}
    assert all(code.code.startswith(coupons[code.coupon_id].prefix) for code in every(Code))


def test_the_owner_has_no_password_and_the_key_is_nowhere_in_the_clear(made: Flask) -> None:
    assert [m.role for m in every(Membership)] == ["owner"]
    key = demo.api_key(made.config["SECRET_KEY"])
    file = made.extensions["settings"].data_dir / "relance.sqlite3"
    assert key.encode() not in file.read_bytes()
