"""Moves of products as events: back in stock or cheaper, for whom it matters; low on stock, for the shop itself.

Knows one query a sort of move, bounded by the index of when it happened or of when we heard. Must not know flows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, String, and_, cast, exists, literal, or_, select

from app.extensions import db
from app.models.events import Event
from app.models.interests import Interest
from app.models.products import ProductMove
from app.models.silences import Window

Asks = Mapping[str, Any]
BACK, CHEAPER, LOW = "product.restocked", "product.lowered", "product.low"
WORTH = {"price": ProductMove.price, "before": ProductMove.price_before, "stock": ProductMove.stock}


def back(window: Window, asks: Asks, most: int) -> list[dict[str, Any]]:
    """Return who shall hear that a product can be bought again: who asked to, or (`within`) looked at it lately."""
    waits = and_(
        Interest.asked_at <= ProductMove.at,
        or_(Interest.answered_at.is_(None), Interest.answered_at < Interest.asked_at),
    )
    again = ProductMove.stock_before <= 0, ProductMove.stock > 0
    whom = or_(waits, _lately(Interest.viewed_at, window, asks["within"])) if asks["within"] else waits
    flag = {"asked": waits.label("asked")}
    return _for_people(BACK, _interested(window, flag).where(*again, whom), window, most)


def cheaper(window: Window, asks: Asks, most: int) -> list[dict[str, Any]]:
    """Return who shall hear that a price fell by `least` per cent: who looked at it or had it in a cart lately."""
    cut = (ProductMove.price_before - ProductMove.price) * 100 >= asks["least"] * ProductMove.price_before
    lower = ProductMove.price < ProductMove.price_before, cut
    there = or_(ProductMove.stock.is_(None), ProductMove.stock > 0)
    signs = (Interest.viewed_at, Interest.carted_at)
    whom = or_(*(_lately(sign, window, asks["within"]) for sign in signs))
    return _for_people(CHEAPER, _interested(window, {}).where(*lower, there, whom), window, most)


def low(window: Window, asks: Asks, most: int) -> list[dict[str, Any]]:
    """Return where a stock fell to `least` pieces or fewer; nobody's event, hence without a customer."""
    fell = ProductMove.stock_before > asks["least"], ProductMove.stock <= asks["least"]
    key = literal(f"{LOW}:{asks['least']}:") + cast(ProductMove.id, String)
    rows = _within(select(ProductMove.id, ProductMove.product_key, ProductMove.at, *_worth()), window).where(
        *fell
    )
    fresh = rows.where(~_told(window, key)).limit(most)
    return [
        _event(window, LOW, f"{asks['least']}:{row.id}", None, row, {"least": asks["least"]})
        for row in db.session.execute(fresh)
    ]


def _for_people(name: str, rows: Select[Any], window: Window, most: int) -> list[dict[str, Any]]:
    key = (
        literal(f"{name}:") + cast(Interest.customer_id, String) + literal(":") + cast(ProductMove.id, String)
    )
    fresh = rows.where(~_told(window, key)).limit(most)
    return [
        _event(window, name, f"{row.customer_id}:{row.id}", row.customer_id, row, _signs(row))
        for row in db.session.execute(fresh)
    ]


def _interested(window: Window, flags: Asks) -> Select[Any]:
    moved = ProductMove.id, ProductMove.product_key, ProductMove.at, *_worth()
    signs = Interest.customer_id, Interest.viewed_at, Interest.carted_at, Interest.bought_at
    same = and_(Interest.shop_id == ProductMove.shop_id, Interest.product_key == ProductMove.product_key)
    rows: Select[Any] = select(*moved, *signs, *flags.values()).join(Interest, same)
    return _within(rows, window)


def _within(rows: Select[Any], window: Window) -> Select[Any]:
    theirs = rows.where(
        ProductMove.shop_id == window.shop_id, ProductMove.at > window.since, ProductMove.at <= window.until
    )
    heard = theirs.where(ProductMove.heard_at >= window.heard_from) if window.heard_from else theirs
    return heard.order_by(ProductMove.at, ProductMove.id)


def _lately(sign: Any, window: Window, within: timedelta) -> Any:
    """SQL: that it was not long before the look, and nothing was bought since. The trigger counts the seconds."""
    open = or_(Interest.bought_at.is_(None), Interest.bought_at < sign)
    return and_(sign <= ProductMove.at, sign > window.since - within, open)


def _worth() -> list[Any]:
    return [column.label(name) for name, column in WORTH.items()]


def _told(window: Window, key: Any) -> Any:
    return exists().where(Event.shop_id == window.shop_id, Event.key == key)


def _signs(row: Row[Any]) -> dict[str, Any]:
    """Return what the row shows of a customer, as the trigger's own rule looks at it: seconds before the move.

    What they did before they bought it shows nothing any more.
    """
    found = {
        name: int((row.at - moment).total_seconds())
        for name, moment in (("viewed", row.viewed_at), ("carted", row.carted_at))
        if moment is not None and moment <= row.at and (row.bought_at is None or row.bought_at < moment)
    }
    return found | ({"asked": True} if getattr(row, "asked", None) else {})


def _event(
    window: Window, name: str, about: str, customer: int | None, row: Row[Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    data = {"product": row.product_key} | {each: getattr(row, each) for each in WORTH} | dict(more)
    return {"shop_id": window.shop_id, "name": name, "key": f"{name}:{about}", "customer_id": customer,
            "cart_id": None, "order_id": None, "data": data, "at": row.at}  # fmt: skip


def answered(shop_id: int, rows: list[dict[str, Any]], now: datetime) -> None:
    """Record that those who asked are told: the next time that it comes back is for whoever asks again."""
    for row in rows:
        if row["data"].get("asked"):
            Interest.answer(shop_id, row["data"]["product"], [row["customer_id"]], now)


SORTS: Mapping[str, Callable[[Window, Asks, int], list[dict[str, Any]]]] = {
    "restock": back, "price": cheaper, "shelf": low,
}  # fmt: skip
