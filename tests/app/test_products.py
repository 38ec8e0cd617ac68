"""How a product's price and stock moved, from one telling to the next."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.models.products import compared
from tests.app.rows import NOON


def told(minute: int, price: int = 900, **stock: int | None) -> dict[str, Any]:
    at = NOON + timedelta(minutes=minute)
    return {"shop_id": 1, "key": "p1", "price": price, "updated_at": at, "heard_at": at, **stock}


def known(price: int = 900, stock: int | None = 5) -> dict[str, Any]:
    return {"p1": SimpleNamespace(price=price, stock=stock, updated_at=NOON)}


def moves(rows: list[dict[str, Any]], before: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("price_before", "price", "stock_before", "stock")
    return [tuple(move[name] for name in names) for move in compared(before, rows)[1]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([told(1, stock=5)], []),
        ([told(1, price=800, stock=5)], [(900, 800, 5, 5)]),
        ([told(1, stock=0), told(2, stock=7)], [(900, 900, 5, 0), (900, 900, 0, 7)]),
        ([told(1)], []),  # nothing said of the stock: it is as it was
        ([told(-1, stock=0)], []),  # older than what is known
        ([told(2, stock=0), told(1, stock=3)], [(900, 900, 5, 0)]),
    ],
)
def test_each_move_is_noted_in_order(rows: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    assert moves(rows, known()) == expected


def test_a_product_that_nobody_knew_has_not_moved() -> None:
    latest, noted = compared({}, [told(1, stock=3)])
    assert (noted, latest[0]["stock"]) == ([], 3)


def test_the_last_telling_is_what_is_kept() -> None:
    latest, _noted = compared(known(), [told(1, price=800), told(2, price=700, stock=1)])
    assert [(row["price"], row["stock"]) for row in latest] == [(700, 1)]
