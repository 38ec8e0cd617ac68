"""Rows in memory, each with its id, written to the database in bulk once they are all there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select, text

from app.extensions import db
from app.models import (
    Attribution,
    Cart,
    Click,
    Code,
    Customer,
    Event,
    Mail,
    Message,
    Offer,
    Order,
    Product,
    ProductView,
    Redemption,
    Refusal,
    Run,
    Step,
    Suppression,
    Visit,
)  # fmt: skip

Row = dict[str, Any]
# What refers comes after what it refers to.
ORDER: tuple[Any, ...] = (
    Customer, Product, ProductView, Cart, Order, Event, Run, Step, Code, Redemption, Message, Offer, Click, Visit,
    Attribution, Refusal, Suppression, Mail,
)  # fmt: skip


class Rows:
    """New rows by table. `firsts` gives each table's first free id."""

    def __init__(self, shop_id: int, firsts: dict[str, int]) -> None:
        self.shop_id, self.firsts = shop_id, firsts
        self.tables: dict[Any, list[Row]] = {model: [] for model in ORDER}

    def add(self, model: Any, **columns: Any) -> Row:
        """Add one row and return it: it may still be changed until it is written."""
        rows = self.tables[model]
        row: Row = {"shop_id": self.shop_id, **columns}
        name = model.__tablename__
        if name in self.firsts:
            row["id"] = self.firsts[name] + len(rows)
        rows.append(row)
        return row

    def write(self) -> None:
        """Insert everything, inside the caller's unit."""
        for model in ORDER:
            if rows := self.tables[model]:
                blank = {
                    column.name: _blank(column) for column in model.__table__.columns if column.name != "id"
                }
                db.session.execute(insert(model.__table__), [blank | row for row in rows])
        tell_sequences(ORDER)


def _blank(column: Any) -> Any:
    return column.default.arg if column.default is not None and column.default.is_scalar else None


def firsts() -> dict[str, int]:
    """Return the first free id of each table that numbers its rows."""
    numbered = [model for model in ORDER if "id" in model.__table__.columns]
    return {
        model.__tablename__: (db.session.scalar(select(func.max(model.id))) or 0) + 1 for model in numbered
    }


def tell_sequences(models: tuple[Any, ...]) -> None:
    """On PostgreSQL a number that was given by hand is unknown to the sequence: tell it where to go on."""
    if db.engine.dialect.name != "postgresql":
        return
    for model in models:
        if "id" in model.__table__.columns:
            table = model.__tablename__
            go_on = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            db.session.execute(text(go_on))
