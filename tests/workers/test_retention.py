"""Throwing old history away changes no decision and no figure. Twins live the same year; one of them forgets."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import pytest

from app import clock, links
from app.extensions import db
from app.models import (
    Attribution,
    Click,
    Folded,
    Handwritten,
    Message,
    Refusal,
    Run,
    Step,
    Visit,
    counts,
    figures,
)
from app.models.periods import Period
from app.unit import unit
from app.views import tracking
from tests.app.rows import a_customer, a_flow, a_message, a_run, a_shop
from tests.workers.world import LEFT, NOON, SEND, WAIT, World
from workers import folding, retention

YEARS = 3
LONG = [WAIT(50, "weeks")] * 3  # no single one is longer than a year


def fold(shop_id):
    """Fold all that has happened, as hearts would have by now."""
    now, real = clock.now(shop_id), clock.real()
    unit(lambda: Folded.begin(shop_id, now, real, real))
    unit(lambda: Folded.notice(shop_id, now, real - folding.LAG, real))
    while folding.fold(shop_id):
        pass


def forget(shop_id):
    """Fold, and throw away all that is old enough."""
    fold(shop_id)
    while retention.retire(shop_id):
        pass


def rules(chance):
    return {
        "rule": chance.choice(["once", "per_key", "period", "not_while_active", "unlimited"]),
        "every": 400,
        "unit": "days",
    }


def live(world, chance, customers):
    """Two flows of the world with random re-entry rules, and customers who leave carts, press and order.

    In one of them runs end within days, in the other they wait for years. Returns the first.
    """
    first, _second = [
        world.flow(
            LEFT,
            SEND(world),
            *waits,
            SEND(world),
            settings={"goal": ["order.placed"], "reentry": rules(chance)},
        )
        for waits in ([WAIT(72)], LONG)
    ]
    happen(world, chance, customers, "first")
    world.traveller.shift(timedelta(days=4))
    world.work()
    return first


def happen(world, chance, customers, when):
    for number, who in enumerate(customers):
        world.cart(f"{when}-{number}", f"{who}@example.com")
        if (
            number and chance.random() < 0.5
        ):  # the first one never buys, so that there is always a mail to press
            world.order(f"{when}-o{number}", f"{who}@example.com", at=world.now - timedelta(minutes=1))
    world.traveller.shift(timedelta(minutes=31))
    world.work()
    press(world, chance)


def press(world, chance):
    sent = [each for each in world.all(Message, Message.shop_id == world.shop.id) if each.sent_at]
    world.traveller.shift(timedelta(hours=1))
    for message in sent:
        token = links.sign("click", world.shop.id, message.id, "shop")
        with world.app.test_request_context(f"/c/{token}", headers={"User-Agent": "Firefox"}):
            unit(lambda token=token: tracking.pressed(links.read("click", token)))


def decided(world):
    """What the engine has decided in one shop, in words that do not depend on ids."""
    mine = [Run.shop_id == world.shop.id]
    runs = [
        (each.entry_key.split(":")[0], each.status, each.reason, each.node, each.started_at)
        for each in world.all(Run, *mine)
    ]
    messages = [(each.node, each.state, each.reason, each.sent_at, each.closed_at)
                for each in world.all(Message, Message.shop_id == world.shop.id)]  # fmt: skip
    credits = [
        (each.rule, each.node, each.sales, each.at)
        for each in world.all(Attribution, Attribution.shop_id == world.shop.id)
    ]
    return sorted(map(repr, runs)), sorted(map(repr, messages)), sorted(map(repr, credits))


def refused(world, since):
    lately = world.all(Refusal, Refusal.shop_id == world.shop.id, Refusal.at >= since)
    return sorted(each.reason for each in lately)


@pytest.mark.parametrize("seed", range(2))
def test_what_the_engine_decides_is_the_same_whether_it_forgets_or_not(world, seed):
    twin = World(world.app, world.sink, world.traveller)
    began, customers = world.now, ["ada", "bob", "eve"]
    for each in (world, twin):
        world.traveller.move_to(began)
        live(each, random.Random(seed), customers)
    later = began + timedelta(days=365 * YEARS)
    world.traveller.move_to(later)
    for each in (world, twin):
        each.work()
    world.traveller.move_to(later + timedelta(hours=1))
    forget(world.shop.id)
    assert [step for step in rows_of(Step, twin) if over(step)] and rows_of(Click, twin)
    assert not [step for step in rows_of(Step, world) if over(step)] and not rows_of(Click, world)
    for each in (world, twin):
        world.traveller.move_to(later + timedelta(hours=2))
        happen(each, random.Random(seed + 100), customers, "again")
    assert decided(world) == decided(twin)
    assert refused(world, later) == refused(twin, later)


def rows_of(model, world):
    return world.all(model, model.shop_id == world.shop.id)


def over(step):
    run = db.session.get(Run, step.run_id)
    return run.ended_at is not None and run.ended_at < clock.now(run.shop_id) - timedelta(days=730)


def test_figures_stay_when_their_rows_are_gone(world):
    flow = live(world, random.Random(1), ["ada", "bob", "eve"])
    whole = Period(NOON.date(), NOON.date() + timedelta(days=5), "Europe/Paris")
    world.skip(days=9)
    world.work()
    told = figures.by_flow(world.shop.id, whole), counts.funnels(world.shop.id, flow, whole)
    passed, standing = counts.passages(world.shop.id, flow, whole), counts.standings(world.shop.id, flow)
    world.skip(days=365 * YEARS)
    forget(world.shop.id)
    assert not world.all(Click) and not world.all(Visit) and told[0]
    assert (figures.by_flow(world.shop.id, whole), counts.funnels(world.shop.id, flow, whole)) == told
    assert counts.passages(world.shop.id, flow, whole) == passed
    world.work()
    now = counts.standings(world.shop.id, flow)
    assert all(now[node].passed >= each.passed for node, each in standing.items())


def test_nothing_goes_before_it_is_folded_or_old_enough(world):
    live(world, random.Random(1), ["ada", "bob"])
    world.skip(days=365 * YEARS)
    kept = len(world.all(Step))
    assert not retention.retire(world.shop.id) and len(world.all(Step)) == kept
    fold(world.shop.id)
    young = timedelta(days=365 * YEARS - 700)
    world.traveller.shift(-young)
    assert not retention.retire(world.shop.id) and len(world.all(Step)) == kept


def test_whoever_is_under_way_keeps_their_whole_path_however_old_it_is(world):
    short, long = (world.flow(LEFT, SEND(world), *waits, SEND(world)) for waits in ([WAIT(72)], LONG))
    world.cart()
    world.skip(minutes=31)
    world.work()
    path = [step.node for step in world.all(Step, Step.flow_id == long)]
    world.skip(days=4)
    world.work()
    world.skip(days=365 * YEARS)
    forget(world.shop.id)
    assert path == ["n0", "n1"] == [step.node for step in world.all(Step, Step.flow_id == long)]
    assert world.all(Step, Step.flow_id == short) == []


def test_words_go_whether_their_message_was_sent_given_up_or_written_by_hand(each_database):
    shop = a_shop()
    flow = a_flow(shop)
    customer = a_customer(shop)
    run = a_run(flow, customer, status="done")
    ages = {"sent": {"sent_at": NOON}, "given up": {"sent_at": None, "state": "skipped", "closed_at": NOON},
            "waiting": {"sent_at": None}}  # fmt: skip
    rows = {name: a_message(run, subject=name, **told).id for name, told in ages.items()}
    written = {
        "key": "k",
        "about": "cart",
        "locale": "en",
        "subject": "From me",
        "text": "Dear",
        "button": "Back",
    }
    db.session.add(Handwritten(shop_id=shop.id, run_id=run.id, visit=9999, written_at=NOON, **written))
    db.session.commit()
    Folded.begin(shop.id, NOON, NOON, NOON)
    db.session.commit()
    for job in (retention._words, retention._letters):
        assert not unit(partial(job, shop.id, NOON + timedelta(hours=1)))
    words = {name: db.session.get(Message, id, populate_existing=True).subject for name, id in rows.items()}
    assert words == {"sent": "", "given up": "", "waiting": "waiting"}
    assert db.session.query(Handwritten).one().text == ""
