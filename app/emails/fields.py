"""What wording may name: the fields of a mail's plain data, as merchants know them.

The list is what `check` compares with and what the menu of fields offers. Filling them in is the engine's work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from flask_babel import gettext as _

FIELDS: dict[str, tuple[str, ...]] = {
    "customer": ("first_name", "last_name", "email"),
    "cart": ("items", "total", "currency", "url"),
    "order": ("number", "items", "total", "currency", "url", "tracking"),
    "product": ("product", "title", "description", "price", "was", "image", "url"),
    "coupon": ("code", "terms", "ends_at"),
    "shop": ("name", "url", "contact_email", "contact_phone", "business_name", "postal_address"),
    "recommended": ("items",),
    "links": ("cart", "order", "product", "shop"),
}

_LIQUID = re.compile(r"\{%-?\s*if\b[^%]*%\}[^%]*\{%-?\s*endif\s*-?%\}|\{\{[^{}]*\}\}|\{%[^%]*%\}")
_PATH = re.compile(r"\b\w+(?:\.\w+)+")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\([^()\s]*\)")

Group = tuple[str, list[tuple[str, str]]]


def menu() -> list[Group]:
    """Return what the menu offers in the reader's language: groups of (words, what is written for them)."""
    return [*_people(), *_goods()]


def _people() -> list[Group]:
    there = _("there")
    return [
        (_("Customer"), [
            (_("First name"), f'{{{{ customer.first_name | default: "{there}" }}}}'),
            (_("Last name"), "{{ customer.last_name }}"), (_("E-mail address"), "{{ customer.email }}"),
        ]),
        (_("Shop"), [
            (_("Name of the shop"), "{{ shop.name }}"), (_("E-mail of the shop"), "{{ shop.contact_email }}"),
            (_("Telephone"), "{{ shop.contact_phone }}"),
        ]),
    ]  # fmt: skip


def _goods() -> list[Group]:
    return [
        (_("Cart"), [
            (_("What it is worth"), "{{ cart.total | money }}"), (_("How many products"), "{{ cart.items | size }}"),
            (_("Name of the first product"), "{{ cart.items.first.title }}"),
        ]),
        (_("Order"), [
            (_("Number"), "{{ order.number }}"), (_("What it cost"), "{{ order.total | money }}"),
            (_("Number of the parcel"), "{{ order.tracking }}"),
        ]),
        (_("Product"), [
            (_("Name"), "{{ product.title }}"), (_("Price"), "{{ product.price | money }}"),
            (_("Price before"), "{{ product.was | money }}"),
        ]),
        (_("Coupon"), [
            (_("Code"), "{{ coupon.code }}"), (_("What it takes off"), "{{ coupon.terms }}"),
            (_("Last day"), "{{ coupon.ends_at | date }}"),
        ]),
    ]  # fmt: skip


def in_words(wording: str) -> str:
    """Return a wording for a list: each field by its name in the reader's language, without marks and conditions."""
    names = {_path(liquid): words for _title, entries in menu() for words, liquid in entries}
    named = _LIQUID.sub(lambda found: f" ‹{name}›" if (name := names.get(_path(found[0]))) else "", wording)
    bare = _LINK.sub(r"\1", named).replace("**", "")
    return re.sub(r"\s+", " ", bare).strip()


def _path(liquid: str) -> str:
    found = _PATH.search(liquid)
    return found[0] if found else ""


def is_known(path: Sequence[object]) -> bool:
    """Whether `path` (["cart", "total"]) leads to a field. What follows a list or a value is not looked at."""
    noun = FIELDS.get(str(path[0]))
    return noun is not None and (len(path) < 2 or path[1] in noun)


def nearest(path: Sequence[object]) -> str:
    """Return the field that was probably meant, as it is written, or ""."""
    known = [f"{noun}.{name}" for noun, names in FIELDS.items() for name in names]
    return next(iter(get_close_matches(".".join(str(part) for part in path[:2]), known, 1, 0.6)), "")
