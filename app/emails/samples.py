"""Plain data to try a design on: somebody with a cart, somebody of whom we know nothing, somebody hostile.

Real goods can be put in, so that a preview shows the shop's own. Must not know a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

Good = Mapping[str, Any]


def somebody(shop: Mapping[str, Any], goods: Sequence[Good] = (), currency: str = "EUR") -> dict[str, Any]:
    """Return what is known of an invented customer who left a cart with these goods."""
    items = [
        dict(good, quantity=place + 1) for place, good in enumerate(reversed(list(goods or _goods())[:2]))
    ]
    total = sum(item["price"] * item["quantity"] for item in items)
    basket = {"items": items, "total": total, "currency": currency, "url": ""}
    return {
        "customer": {"first_name": "Camille", "last_name": "Martin", "email": "camille@example.com"},
        "cart": basket,
        "order": {**basket, "number": "1042", "tracking": "6A04512345678"},
        "product": items[0] | {"was": items[0]["price"] * 5 // 4}, "shop": dict(shop),
        "coupon": {"code": "CAMILLE-7K2M", "terms": _("A tenth off your order"), "ends_at": None},
    }  # fmt: skip


def customers() -> list[dict[str, Any]]:
    """Return three customers that any wording must survive."""
    known = somebody({"name": "Papier & Co"})
    hostile = dict.fromkeys(known["customer"], "{{ 7 | times: 7 }}<script>\r\nBcc: x@example.com")
    return [known, {}, {**known, "customer": hostile}]


def _goods() -> list[Good]:
    return [
        {"product": "a", "title": _("A lovely thing"), "price": 2400, "image": "", "url": ""},
        {"product": "b", "title": _("Another lovely thing"), "price": 1250, "image": "", "url": ""},
    ]
