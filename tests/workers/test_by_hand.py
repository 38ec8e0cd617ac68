"""A reminder by hand: it takes the place of the one that was scheduled, whoever is at it at that moment."""

from __future__ import annotations

import threading

import pytest

from app.extensions import db
from app.models import Cart, Code, Coupon, Customer, Flow, Message, Refusal, Run, Step, by_hand, left_carts
from app.unit import unit
from tests.workers.world import LEFT, SEND, WAIT

WORDS = {"about": "cart", "locale": "en", "subject": "From me, {{ customer.first_name }}", "text": "Do come back.",
         "button": "Back", "user_id": None}  # fmt: skip


def write(world, key="k1", seen=0, coupon=None, code="", **words):
    letter = by_hand.Letter(key, "By hand", WORDS | words, coupon, code, seen)
    return unit(lambda: by_hand.remind(world.shop.id, cart(world).id, letter, world.now))


def cart(world):
    return world.only(Cart)


def status(world):
    db.session.rollback()
    return left_carts.one(world.shop.id, cart(world).id).status


@pytest.fixture
def scheduled(world):
    """A cart left for half an hour, and an automation that writes two hours later, and again a day after that."""
    flow = world.flow(
        LEFT, WAIT(), SEND(world), WAIT(1, "days"), SEND(world), settings={"goal": ["order.placed"]}
    )
    world.cart()
    world.skip(minutes=31)
    world.work()
    return flow


@pytest.mark.rule("CART-12")
@pytest.mark.rule("CART-26")
def test_it_leaves_at_once_in_place_of_the_scheduled_one(world, scheduled):
    assert status(world) == "scheduled"
    write(world)
    world.work()
    assert [mail["Subject"] for _to, mail in world.sink.mails] == ["From me, Ada"]
    assert "Do come back." in world.sink.mails[0][1].get_body(("plain",)).get_content()
    assert status(world) == "sent"
    world.skip(hours=3)
    world.work()
    assert len(world.sink.mails) == 1  # the scheduled step is passed
    assert world.all(Step, Step.run_id == world.run.id)[1].saw == {"by_hand": True}


def test_the_automation_goes_on_from_there_with_what_comes_later(world, scheduled):
    write(world)
    world.work()
    world.skip(hours=25)
    world.work()
    assert [mail["Subject"] for _to, mail in world.sink.mails] == ["From me, Ada", "You left something, Ada"]


@pytest.mark.rule("CART-13")
@pytest.mark.rule("CART-03")
def test_without_an_automation_it_is_a_run_of_its_own(world):
    world.cart()
    world.skip(minutes=31)
    world.work()
    assert status(world) == "none"
    write(world)
    world.work()
    assert world.sink.recipients == ["ada@example.com"] and status(world) == "sent"
    assert world.only(Flow).status == "hand" and world.run.status == "done"


def test_pressed_twice_it_leaves_once(world, scheduled):
    assert write(world) is not None
    assert write(world) is None
    world.work()
    assert write(world) is None
    world.work()
    assert len(world.sink.mails) == 1


def test_two_presses_at_once_are_one_mail(world, scheduled):
    """Two people, two threads, one cart: the second one waits for the first, and finds it written."""
    done = []

    def press():
        with world.app.app_context():
            done.append(write_plainly())
            db.session.remove()

    letter = by_hand.Letter("same", "By hand", WORDS)
    shop_id, cart_id, now = world.shop.id, cart(world).id, world.now
    db.session.rollback()

    def write_plainly():
        return unit(lambda: by_hand.remind(shop_id, cart_id, letter, now)) is not None

    threads = [threading.Thread(target=press) for _ in range(2)]
    [each.start() for each in threads]
    [each.join() for each in threads]
    world.work()
    assert sorted(done) == [False, True] and len(world.sink.mails) == 1


def the_first_of_three_leaves(world):
    """Write three letters, each before the first has left: the others are told of it."""
    write(world, key="first")
    with pytest.raises(by_hand.TooLate, match="told"):
        write(world, key="second")
    world.work(deliver_too=False)
    with pytest.raises(by_hand.TooLate, match="told"):
        write(world, key="third")
    world.work()
    assert len(world.sink.mails) == 1


def test_of_two_letters_at_once_the_second_is_told_of_the_first(world, scheduled):
    """Two people write about one cart, each in their own page, before anything has left."""
    the_first_of_three_leaves(world)
    write(world, key="fourth", seen=1)
    world.work()
    assert len(world.sink.mails) == 2


def test_of_two_letters_to_a_cart_without_a_reminder_one_leaves(world):
    world.cart()
    world.work()
    the_first_of_three_leaves(world)


def test_a_worker_that_was_just_at_it_writes_nothing(world, scheduled):
    """The scheduled step is claimed, then the merchant presses, then the worker comes back with its old token."""
    world.skip(hours=2)
    from workers import advance as engine

    version = world.run.version_id
    tokens = unit(lambda: engine.claim(version, world.now))
    assert tokens
    write(world)
    engine._work(world.shop.id, version, tokens)
    assert world.all(Message) == []
    world.work()
    assert [mail["Subject"] for _to, mail in world.sink.mails] == ["From me, Ada"]


def test_a_message_in_the_outbox_takes_the_new_words(world, scheduled):
    world.skip(hours=2)
    world.work(deliver_too=False)
    assert world.message.state == "prepared"
    write(world)
    world.work()
    assert [mail["Subject"] for _to, mail in world.sink.mails] == ["From me, Ada"]


def test_when_the_scheduled_one_left_meanwhile_the_merchant_is_asked_again(world, scheduled):
    world.skip(hours=2)
    world.work()
    with pytest.raises(by_hand.TooLate, match="told"):
        write(world, seen=0)
    assert len(world.sink.mails) == 1
    write(world, seen=1)
    world.work()
    assert [mail["Subject"] for _to, mail in world.sink.mails][1:] == ["From me, Ada"]


def test_who_said_no_gets_nothing_by_hand_either(world, scheduled):
    id = world.customer().id
    unit(lambda: Customer.unsubscribe(world.shop.id, id, "link", world.now))
    write(world)
    world.work()
    assert world.sink.mails == [] and status(world) == "none"


def test_an_ordered_cart_is_not_reminded_of(world, scheduled):
    world.order(cart="c1")
    world.work()
    with pytest.raises(by_hand.TooLate, match="ordered"):
        write(world)


@pytest.mark.rule("CART-27")
def test_a_code_given_by_hand_counts_once_its_letter_has_left(world, scheduled):
    coupon = world.coupon()
    write(world, coupon=db.session.get(Coupon, coupon), code="TEN-BYHAND")
    assert world.only(Code).state == "reserved"
    world.work()
    assert world.only(Code).state == "issued" and world.run.code_id == world.only(Code).id
    assert "TEN-BYHAND" in world.sink.mails[0][1].get_body(("plain",)).get_content()


def test_other_automations_at_the_same_cart_are_settled_with_the_reason(world, scheduled):
    world.flow(LEFT, WAIT(5), SEND(world))
    world.cart("c1", price=2600)
    world.skip(minutes=31)
    world.work()
    assert len([run for run in world.all(Run) if run.status == "waiting"]) == 2
    write(world)
    world.work()
    world.skip(days=3)
    world.work()
    assert [run.reason for run in world.all(Run) if run.status == "cancelled"] == ["by_hand"]
    assert len(world.sink.mails) == 2  # by hand, and the first automation's second one


def test_erasing_forgets_the_words(world, scheduled):
    write(world, text="Dear Ada")
    world.work()
    id = world.customer().id
    unit(lambda: Customer.erase(world.shop.id, id, world.now))
    from app.models import Handwritten

    assert world.only(Handwritten).text == ""


@pytest.mark.parametrize("touched", [False, True])
def test_an_automation_turned_on_later_leaves_that_cart_alone_until_it_is_touched_again(world, touched):
    world.cart()
    world.skip(minutes=20)
    world.work()
    write(world)
    world.work()
    world.flow(LEFT, SEND(world))
    world.skip(minutes=1)
    if touched:
        world.cart(price=3000)
    world.work()
    world.skip(hours=1)
    world.work()
    world.skip(hours=2)
    world.work()
    assert len(world.sink.mails) == (2 if touched else 1)
    assert [each.reason for each in world.all(Refusal)] == ([] if touched else ["by_hand"])
