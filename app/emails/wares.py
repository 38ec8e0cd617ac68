"""Goods in a mail: the lines of a cart or an order, and what else the shop would recommend.

Fills rows from plain data; which parts of a row are shown is the block's say (C14). Must not read a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.emails import filters
from app.emails.frame import Frame
from app.emails.manner import gettext as _
from app.emails.manner import ngettext

MOST_ROWS = 8  # a longer cart is summed up: mail programs cut a mail at about 102 kB
MOST_RECOMMENDED = 3
LONGEST = 160  # characters of a description
PARTS = {"photo": True, "name": True, "price": True, "quantity": True, "description": False}
Filled = tuple[dict[str, Any], str]


def items_drawn(block: Mapping[str, Any], data: Mapping[str, Any], frame: Frame) -> Filled | None:
    """Return the rows of a cart, an order or one product, and the same as text; None when there are none."""
    source = str(block.get("source", "cart"))
    found = data.get(source) or {}
    items = [found] if source == "product" else list(found.get("items") or [])
    currency = str(found.get("currency") or frame.currency)
    shown = {part for part, usual in PARTS.items() if block.get(part, usual)}
    kept = [item for item in items[:MOST_ROWS] if item.get("title")]
    rows = [_row(item, frame, currency, source, shown) for item in kept]
    if not rows:
        return None
    more = _more(len(items) - MOST_ROWS)
    summed = source != "product" and found.get("total") and "price" in shown
    total = filters.money(found["total"], currency) if summed else ""
    lines = [_line(row) for row in rows] + [more] * bool(more)
    if total:
        lines.append(_("Total: %(total)s", total=total))
    return {"rows": rows, "more": more, "total": total}, "\n".join(lines)


def recommended_drawn(block: Mapping[str, Any], data: Mapping[str, Any], frame: Frame) -> Filled | None:
    """Return goods that are in neither cart nor order, and the same as text; None when there are none."""
    offered = (data.get("recommended") or {}).get("items") or []
    known = {
        item.get("product")
        for noun in ("cart", "order")
        for item in (data.get(noun) or {}).get("items") or []
    }
    known.add((data.get("product") or {}).get("product"))
    most = min(max(_count(block), 1), MOST_RECOMMENDED)
    chosen = [item for item in offered if item.get("product") not in known and item.get("title")][:most]
    shown = {part for part in ("photo", "name", "price") if block.get(part, True)}
    rows = [_row(item, frame, frame.currency, "recommended", shown) for item in chosen]
    return ({"rows": rows}, "\n".join(_line(row) for row in rows)) if rows else None


def _count(block: Mapping[str, Any]) -> int:
    count = str(block.get("count") or MOST_RECOMMENDED)
    return int(count) if count.isdecimal() else MOST_RECOMMENDED


def _row(
    item: Mapping[str, Any], frame: Frame, currency: str, source: str, shown: set[str]
) -> dict[str, str]:  # fmt: skip
    quantity, key = int(item.get("quantity") or 1), item.get("product")
    target = "cart" if source == "cart" else f"item:{key}" if key else "shop"
    price = int(item.get("price") or 0) * quantity if "price" in shown else 0
    said = str(item.get("description") or "") if "description" in shown else ""
    counted = "quantity" in shown and quantity > 1
    return {
        "title": str(item["title"]) if "name" in shown else "",
        "picture": frame.picture(str(item.get("image") or "")) if "photo" in shown else "",
        "quantity": _("Quantity: %(count)s", count=filters.number(quantity)) if counted else "",
        "price": filters.money(price, currency) if price else "",
        "description": said if len(said) <= LONGEST else f"{said[: LONGEST - 1].rstrip()}…",
        "href": frame.link(target),
    }


def _line(row: Mapping[str, str]) -> str:
    return "- " + " · ".join(row[part] for part in ("title", "description", "quantity", "price") if row[part])


def _more(count: int) -> str:
    return ngettext("and %(num)s more item", "and %(num)s more items", count) if count > 0 else ""
