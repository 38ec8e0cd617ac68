"""Fields that are chosen: from a few options, from what the shop has, or as rules over the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from graph import conditions
from graph.fields.field import Field, FieldError, many, whole
from graph.problem import References
from graph.words import M, Words


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few: str. `options` are (value, title) in the order in which they are shown."""

    type: ClassVar[str] = "choice"
    options: tuple[tuple[str, str], ...] = ()
    ask: str = M("Choose one.")

    def clean(self, raw: Any) -> str:
        if raw not in [value for value, _title in self.options]:
            raise FieldError(M("Choose one of the options."))
        return str(raw)

    def title(self, value: Any) -> str:
        """Return the title of a value, or an empty string."""
        return dict(self.options).get(value, "")


@dataclass(frozen=True, kw_only=True)
class YesNo(Field):
    """A switch: bool. A form sends "on", "true", "1" or nothing."""

    type: ClassVar[str] = "yes_no"
    default: Any = False
    required: bool = False

    def clean(self, raw: Any) -> bool:
        if raw in (True, "on", "true", "yes", "1"):
            return True
        if raw in (False, None, "", "off", "false", "no", "0"):
            return False
        raise FieldError(M("Choose yes or no."))


@dataclass(frozen=True, kw_only=True)
class Events(Field):
    """Names of events: a list out of `options`, (name, title) each."""

    type: ClassVar[str] = "events"
    several: ClassVar[bool] = True
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False

    def clean(self, raw: Any) -> list[str]:
        chosen = set(many(raw))
        if chosen - {name for name, _title in self.options}:
            raise FieldError(M("Choose from the list."))
        return [name for name, _title in self.options if name in chosen]


@dataclass(frozen=True, kw_only=True)
class Products(Field):
    """Products of the shop: a list of their ids, as the shop names them."""

    type: ClassVar[str] = "products"
    several: ClassVar[bool] = True
    most: int = 100
    ask: str = M("Choose at least one product.")

    def clean(self, raw: Any) -> list[str]:
        ids = [str(each) for each in many(raw) if isinstance(each, str | int) and str(each).strip()]
        if len(ids) > self.most or any(len(each) > 200 for each in ids):
            raise FieldError(M("Choose at most %(most)s products."), {"most": self.most})
        return list(dict.fromkeys(ids))

    def missing(self, value: Any, references: References) -> Words | None:
        gone = [each for each in value if each not in references.products]
        return Words(M("A chosen product is no longer in the shop. Choose again.")) if gone else None


@dataclass(frozen=True, kw_only=True)
class EmailChoice(Field):
    """One of the shop's e-mail designs: its id, int."""

    type: ClassVar[str] = "email"
    ask: str = M("Choose the e-mail to send.")

    def clean(self, raw: Any) -> int:
        return whole(raw)

    def missing(self, value: Any, references: References) -> Words | None:
        gone = value not in references.emails
        return Words(M("This e-mail no longer exists. Choose another.")) if gone else None


@dataclass(frozen=True, kw_only=True)
class CouponChoice(Field):
    """One of the shop's coupons: its id, int. `channel` "offer": it is promised in the shop's own pages (C9)."""

    type: ClassVar[str] = "coupon"
    channel: str = ""
    ask: str = M("Choose the coupon to give.")

    def clean(self, raw: Any) -> int:
        return whole(raw)

    def missing(self, value: Any, references: References) -> Words | None:
        if value not in references.coupons:
            return Words(M("This coupon no longer exists. Choose another."))
        if references.usable_coupons is not None and value not in references.usable_coupons:
            return Words(M("This coupon cannot be used any more. Choose another, or make it valid again."))
        if self.channel == "offer" and value in references.unofferable_coupons:
            return Words(
                M("An offer takes a percentage, an amount or free shipping, for all products and all customers. "
                  "Choose another coupon.")
            )  # fmt: skip
        return None


@dataclass(frozen=True, kw_only=True)
class Conditions(Field):
    """Rules over the facts: {"match": "all" | "any", "rules": [rule or one group more]}; see conditions.py."""

    type: ClassVar[str] = "conditions"
    ask: str = M("Add at least one rule.")

    def blank(self, raw: Any) -> bool:
        return super().blank(raw) or (isinstance(raw, Mapping) and raw.get("rules") == [])

    def clean(self, raw: Any) -> dict[str, Any]:
        try:
            return conditions.clean(raw)
        except conditions.BadRule as error:
            raise FieldError(error.msgid, error.values) from error
