"""A person who is erased is gone from every table that said something of them."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.extensions import db
from app.models import Customer, CustomerTag, InboxRow, Mail, Message
from app.unit import unit
from tests.workers.world import SEND, WAIT

PLACED = ("order_placed", {"moment": "order.placed", "scope": "all", "products": []})


def erase(world):
    ada = world.customer().id
    assert unit(lambda: Customer.erase(world.shop.id, ada, world.now))


def everything():
    """Return every text and every body in the database as one string."""
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            found += [
                value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row
            ]
    db.session.rollback()
    return "\n".join(found).lower()


def in_the_mailbox(world, recipient, message_id=None):
    mail = {"shop_id": world.shop.id, "sender": "shop@papier.example", "recipient": recipient, "subject": "For Ada",
            "raw": b"Dear Ada", "received_at": world.now, "message_id": message_id}  # fmt: skip
    unit(lambda: Mail.keep(mail))


def test_no_table_names_an_erased_customer(world):
    world.flow(PLACED, ("tag", {"tag": "likes-ink", "change": "add"}), SEND(world))
    world.order()
    world.work()
    in_the_mailbox(world, "ada@example.com")
    in_the_mailbox(world, "staff@papier.example", world.message.id)
    assert world.message.subject == "You left something, Ada"
    erase(world)
    assert "ada" not in everything().replace("adaptive", "")
    assert world.all(CustomerTag) == [] and world.all(Mail) == []


def test_whoever_is_forgotten_goes_on_in_no_automation(world):
    world.flow(PLACED, WAIT(1, "days"), ("tag", {"tag": "likes-ink", "change": "add"}))
    world.order()
    world.work()
    erase(world)
    assert (world.run.status, world.run.reason) == ("cancelled", "erased")
    world.skip(days=2)
    world.work()
    assert world.all(CustomerTag) == []


def test_a_delivery_is_known_again_though_its_body_is_gone(world):
    world.cart(deliver_as="d1")
    world.work()
    assert world.only(InboxRow).body == b""
    world.cart(deliver_as="d1")
    assert world.only(InboxRow).state == "read"


def test_what_is_parked_is_kept_to_be_looked_at_until_the_person_is_erased(world):
    unit(lambda: InboxRow.take(world.shop.id, "api", "bad", b'{"customer": "Ada@example.com"', world.now))
    for _try in range(6):
        world.work()
    assert world.only(InboxRow).state == "parked" and world.only(InboxRow).body
    world.cart()
    world.work()
    erase(world)
    assert {row.body for row in world.all(InboxRow)} == {b""}


def test_deliveries_are_not_kept_for_ever(world):
    for name in ("old", "new"):
        world.cart(deliver_as=name)
    world.work()
    long_ago = clock.real() - timedelta(days=100)
    unit(
        lambda: db.session.execute(
            sa.update(InboxRow).where(InboxRow.delivery == "old").values(received_at=long_ago)
        )
    )
    assert unit(lambda: InboxRow.tidy(clock.real())) == 1
    assert world.only(InboxRow).delivery == "new"
    assert world.all(Message) == []
