"""What wording may name: the fields of a mail's plain data, as merchants know them.

The list is what `check` compares with and what a menu of fields would offer. Filling them in is the engine's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

FIELDS: dict[str, tuple[str, ...]] = {
    "customer": ("first_name", "last_name", "email"),
    "cart": ("items", "total", "currency", "url"),
    "order": ("number", "items", "total", "currency"),
    "product": ("product", "title", "price", "image", "url"),
    "coupon": ("code", "terms", "ends_at"),
    "shop": ("name", "url", "contact_email", "contact_phone", "business_name", "postal_address"),
}


def is_known(path: Sequence[object]) -> bool:
    """Whether `path` (["cart", "total"]) leads to a field. What follows a list or a value is not looked at."""
    noun = FIELDS.get(str(path[0]))
    return noun is not None and (len(path) < 2 or path[1] in noun)


def nearest(path: Sequence[object]) -> str:
    """Return the field that was probably meant, as it is written, or ""."""
    known = [f"{noun}.{name}" for noun, names in FIELDS.items() for name in names]
    return next(iter(get_close_matches(".".join(str(part) for part in path[:2]), known, 1, 0.6)), "")
