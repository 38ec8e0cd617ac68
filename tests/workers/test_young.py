"""A table that is filled at once is known to the planner before its own look would come."""

from __future__ import annotations

from sqlalchemy import text

from app import bulk
from app.extensions import db
from app.models import Event
from app.unit import unit
from tests.app.rows import NOON, a_shop
from workers import young


def test_a_table_that_was_filled_at_once_is_looked_at_once(each_database):
    shop_id = unit(lambda: a_shop().id)
    usual = {"shop_id": shop_id, "name": "order.placed", "data": {}, "at": NOON}
    unit(lambda: bulk.insert(Event, [{**usual, "key": f"k{place}"} for place in range(1500)]))
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_stat_force_next_flush()"))
        db.session.rollback()
        assert young.look() == ["event"]
        known = text("SELECT reltuples FROM pg_class WHERE relname = 'event'")
        assert db.session.scalar(known) == 1500
    assert young.look() == []
