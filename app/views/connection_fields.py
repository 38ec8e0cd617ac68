"""The fields of an event, for people: what each is made of, read from the very classes that check what comes in.

Knows the shapes that pydantic describes. Must not know a request, nor a shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.shops.facts import NEEDS, Reading

EVENTS = tuple(NEEDS.items())  # (name of an event, the parts that it cannot do without)
ORDER = ("Reading", "Customer", "Cart", "Item", "Order", "Product")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, what it is made of in words, and whether it must be there."""

    name: str
    made_of: str
    needed: bool


def parts() -> list[tuple[str, list[Field]]]:
    """Return each part of an event by its name in the body, with its fields in order."""
    schema = Reading.model_json_schema()
    shapes = {**schema["$defs"], "Reading": schema}
    return [("event" if name == "Reading" else name.lower(), _fields(shapes[name])) for name in ORDER]


def _fields(shape: Mapping[str, Any]) -> list[Field]:
    needed = set(shape.get("required", ()))
    return [Field(name, _made_of(told), name in needed) for name, told in shape["properties"].items()]


def _made_of(told: Mapping[str, Any]) -> str:
    told = next((each for each in told.get("anyOf", ()) if each.get("type") != "null"), told)
    if "$ref" in told:
        return _("the part “%(name)s”, below", name=told["$ref"].rsplit("/", 1)[1].lower())
    if "enum" in told:
        return _("the name of an event, from the list above")
    return {"string": _text, "integer": _number, "array": _list, "object": _map}.get(told["type"], _yes_no)(
        told
    )


def _text(told: Mapping[str, Any]) -> str:
    if told.get("format") == "date-time":
        return _("date and time with its zone, such as 2026-11-21T10:00:00Z")
    if told.get("pattern") == "^[A-Z]{3}$":
        return _("three capital letters, such as EUR")
    most = told.get("maxLength")
    return (
        ngettext("text, at most %(num)s character", "text, at most %(num)s characters", most)
        if most
        else _("text")
    )


def _number(told: Mapping[str, Any]) -> str:
    return _("whole number; an amount of money counts cents")


def _list(told: Mapping[str, Any]) -> str:
    most = told.get("maxItems", 0)
    return ngettext("list, at most %(num)s entry", "list, at most %(num)s entries", most)


def _map(told: Mapping[str, Any]) -> str:
    most = told.get("maxProperties", 0)
    return ngettext("your own names, each with a text, a number, true or false, at most %(num)s",
                    "your own names, each with a text, a number, true or false, at most %(num)s", most)  # fmt: skip


def _yes_no(told: Mapping[str, Any]) -> str:
    return _("true or false")
