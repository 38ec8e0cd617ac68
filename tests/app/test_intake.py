"""Intake, on both databases: a key lets in to its own shop, each delivery once, until it is revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app import clock, driver, intake
from app.extensions import db
from app.intake import Delivery, Taken
from app.models import ApiKey, InboxRow, Shop
from app.unit import unit


@pytest.fixture
def shops(each_database: Flask) -> None:
    """Two shops with a key each; the first one's clock is a day ahead."""
    now = clock.real()

    def two() -> None:
        db.session.add_all([Shop(id=id, name=f"{id}", created_at=now) for id in (1, 2)])
        db.session.flush()
        keys = [ApiKey(shop_id=id, name="", prefix="", digest=f"k{id}", created_at=now) for id in (1, 2)]
        db.session.add_all(keys)
        clock.start(1)

    unit(two)
    unit(lambda: clock.skip(1, timedelta(days=1)))


@pytest.mark.usefixtures("shops")
def test_each_key_lets_in_to_its_own_shop_at_its_own_time() -> None:
    assert [intake.take(Delivery(key, "d1", b"{}")) for key in ("k1", "k2", "k3")] == [
        Taken(1, True), Taken(2, True), None,
    ]  # fmt: skip
    first, second = db.session.scalars(db.select(InboxRow.received_at).order_by(InboxRow.shop_id))
    assert timedelta(hours=23) < first - second < timedelta(hours=25)


@pytest.mark.usefixtures("shops")
def test_twins_in_one_transaction_are_one_delivery() -> None:
    twins = [Delivery("k1", "d1", b"{}"), Delivery("k1", "d1", b"{}"), Delivery("k2", "d1", b"{}")]
    assert intake._stored(twins) == [Taken(1, True), Taken(1, False), Taken(2, True)]
    assert db.session.scalar(db.select(db.func.count()).select_from(InboxRow)) == 2


@pytest.mark.usefixtures("shops")
def test_a_key_that_was_seen_opens_nothing_once_it_is_revoked() -> None:
    assert intake.opens("k1") and not intake.opens("k3")
    unit(lambda: db.session.execute(db.update(ApiKey).values(revoked_at=clock.real())))
    assert intake.take(Delivery("k1", "d1", b"{}")) is None and not intake.confirmed("k1")
    assert not intake.opens("k1")


@pytest.mark.usefixtures("shops")
def test_what_the_driver_refuses_is_told_as_everybody_knows_it() -> None:
    with pytest.raises(DBAPIError, match="nowhere"):
        driver.ask(db.session.connection(), "SELECT nothing FROM nowhere")
    db.session.rollback()
