"""Fields: the vocabulary of settings.

Each field knows its name, its words, its default, and turns raw input (a form's text or a graph's JSON) into the one
clean JSON value that is stored. Must not know a kind, a form library or a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from graph import conditions
from graph.problem import References
from graph.words import Complaint, M, Words


class FieldError(Complaint):
    """What is wrong with one value, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One setting. `only_if` is (another field's name, its values for which this one is asked)."""

    name: str
    label: str
    help: str = ""
    default: Any = None
    required: bool = True
    only_if: tuple[str, tuple[Any, ...]] | None = None
    ask: str = M("Fill this in.")

    type: ClassVar[str] = ""

    def applies(self, settings: Mapping[str, Any]) -> bool:
        """Return whether this field is asked at all, given its neighbours' values."""
        return self.only_if is None or settings.get(self.only_if[0]) in self.only_if[1]

    def blank(self, raw: Any) -> bool:
        """Return whether nothing has been filled in."""
        return raw is None or raw == [] or raw == {} or (isinstance(raw, str) and not raw.strip())

    def clean(self, raw: Any) -> Any:
        """Return the value to store, JSON all through; raise FieldError with a sentence."""
        raise NotImplementedError

    def missing(self, value: Any, references: References) -> Words | None:
        """Return a sentence when a clean value names something that no longer exists."""
        return None


# Characters that reverse or hide text: welcome in no title, tag or note.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """One line of text: str, NFC, trimmed."""

    type: ClassVar[str] = "text"
    longest: int = 200

    def clean(self, raw: Any) -> str:
        if not isinstance(raw, str):
            raise FieldError(M("Write a text here."))
        text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
        if len(text) > self.longest:
            raise FieldError(M("Keep this under %(longest)s characters."), {"longest": self.longest})
        if _UNSEEN.search(text) or ("\n" in text and not isinstance(self, LongText)):
            raise FieldError(M("This text holds characters that cannot be shown. Type it again by hand."))
        return text


@dataclass(frozen=True, kw_only=True)
class LongText(Text):
    """A few lines of text."""

    type: ClassVar[str] = "long_text"
    longest: int = 2000


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number between two bounds: int."""

    type: ClassVar[str] = "number"
    least: int = 0
    most: int = 1_000_000

    def clean(self, raw: Any) -> int:
        number = whole(raw)
        if not self.least <= number <= self.most:
            values = {"least": self.least, "most": self.most}
            raise FieldError(M("Choose a number from %(least)s to %(most)s."), values)
        return number


@dataclass(frozen=True, kw_only=True)
class Percent(Number):
    """A share in per cent: int."""

    type: ClassVar[str] = "percent"
    least: int = 1
    most: int = 99


UNITS: Mapping[str, timedelta] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
UNIT_TITLES: Mapping[str, str] = {
    "minutes": M("minutes"), "hours": M("hours"), "days": M("days"), "weeks": M("weeks"),
}  # fmt: skip


def span(value: Mapping[str, Any]) -> timedelta:
    """Return a clean Duration as a time span; days are 24 hours here."""
    return UNITS[value["unit"]] * int(value["amount"])


@dataclass(frozen=True, kw_only=True)
class Duration(Field):
    """An amount and a unit: {"amount": 2, "unit": "hours"}; from one of the smallest unit to a year."""

    type: ClassVar[str] = "duration"
    units: tuple[str, ...] = ("minutes", "hours", "days", "weeks")
    ask: str = M("Say how long.")

    def clean(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping) or raw.get("unit") not in self.units:
            raise FieldError(M("Choose a number and a unit, such as 2 hours."))
        amount = whole(raw.get("amount"))
        if amount < 1 or amount * UNITS[raw["unit"]] > timedelta(days=366):
            raise FieldError(M("Choose a time from one minute to one year."))
        return {"amount": amount, "unit": raw["unit"]}


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
class TimeOfDay(Field):
    """A time on the customer's clock: "09:00"."""

    type: ClassVar[str] = "time_of_day"
    ask: str = M("Choose a time of day.")

    def clean(self, raw: Any) -> str:
        found = re.fullmatch(r"([01]?\d|2[0-3])[:h]([0-5]\d)(?::00)?", raw.strip()) if isinstance(raw, str) else None
        if found is None:
            raise FieldError(M("Write a time such as 09:00."))
        return f"{int(found[1]):02}:{found[2]}"


WEEKDAYS: tuple[str, ...] = (
    M("Monday"), M("Tuesday"), M("Wednesday"), M("Thursday"), M("Friday"), M("Saturday"), M("Sunday"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Weekdays(Field):
    """Days of the week: a sorted list of numbers, Monday 0; an empty list means every day."""

    type: ClassVar[str] = "weekdays"
    required: bool = False

    def clean(self, raw: Any) -> list[int]:
        days = sorted({whole(day) for day in many(raw)})
        if any(not 0 <= day <= 6 for day in days):
            raise FieldError(M("Choose days from Monday to Sunday."))
        return days


@dataclass(frozen=True, kw_only=True)
class Products(Field):
    """Products of the shop: a list of their ids, as the shop names them."""

    type: ClassVar[str] = "products"
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
    """One of the shop's coupons: its id, int."""

    type: ClassVar[str] = "coupon"
    ask: str = M("Choose the coupon to give.")

    def clean(self, raw: Any) -> int:
        return whole(raw)

    def missing(self, value: Any, references: References) -> Words | None:
        if value not in references.coupons:
            return Words(M("This coupon no longer exists. Choose another."))
        if references.usable_coupons is not None and value not in references.usable_coupons:
            return Words(M("This coupon cannot be used any more. Choose another, or make it valid again."))
        return None


@dataclass(frozen=True, kw_only=True)
class Tags(Field):
    """Tags of a customer: a list of short texts. A form may send them as one line with commas."""

    type: ClassVar[str] = "tags"
    ask: str = M("Write at least one tag.")

    def clean(self, raw: Any) -> list[str]:
        parts = raw.split(",") if isinstance(raw, str) else many(raw)
        one = Text(name=self.name, label=self.label, longest=40)
        return list(dict.fromkeys(one.clean(part) for part in parts if not self.blank(part)))


@dataclass(frozen=True, kw_only=True)
class Events(Field):
    """Names of events: a list out of `options`, (name, title) each."""

    type: ClassVar[str] = "events"
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False

    def clean(self, raw: Any) -> list[str]:
        chosen = set(many(raw))
        if chosen - {name for name, _title in self.options}:
            raise FieldError(M("Choose from the list."))
        return [name for name, _title in self.options if name in chosen]


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


def whole(raw: Any) -> int:
    """Return `raw` as a whole number, from a number or from a form's text; raise FieldError."""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 2**53:
        return raw
    if isinstance(raw, str) and re.fullmatch(r"\s*-?\d{1,15}\s*", raw, re.ASCII):
        return int(raw)
    raise FieldError(M("Write a whole number."))


def many(raw: Any) -> Iterable[Any]:
    """Return `raw` as a list: itself, or a list of one; raise FieldError for anything but texts and numbers in it."""
    parts = raw if isinstance(raw, list | tuple) else [raw]
    if len(parts) > 1000 or any(not isinstance(part, str | int) for part in parts):
        raise FieldError(M("Choose from the list."))
    return parts
