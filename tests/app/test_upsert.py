"""Whoever inserts first is told so, and nobody else, on both databases."""

from __future__ import annotations

from flask import Flask

from app.models import InboxRow
from app.unit import unit
from tests.app.rows import NOON, a_shop


def test_the_second_insert_is_told_that_it_came_second(each_database: Flask) -> None:
    shop_id = unit(lambda: a_shop().id)
    assert [unit(lambda: InboxRow.take(shop_id, "api", "d1", b"{}", NOON)) for _ in range(3)] == [
        True,
        False,
        False,
    ]
