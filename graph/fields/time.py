"""Fields of time: how long, at what hour, on which days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from graph.fields.field import Field, FieldError, many, whole
from graph.words import M

UNITS: Mapping[str, timedelta] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
LONGEST = timedelta(days=366)
UNIT_TITLES: Mapping[str, str] = {
    "minutes": M("minutes"), "hours": M("hours"), "days": M("days"), "weeks": M("weeks"),
}  # fmt: skip
WEEKDAYS: tuple[str, ...] = (
    M("Monday"), M("Tuesday"), M("Wednesday"), M("Thursday"), M("Friday"), M("Saturday"), M("Sunday"),
)  # fmt: skip


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
        if not 1 <= amount <= LONGEST // UNITS[raw["unit"]]:
            raise FieldError(M("Choose a time from one minute to one year."))
        return {"amount": amount, "unit": raw["unit"]}


@dataclass(frozen=True, kw_only=True)
class TimeOfDay(Field):
    """A time on the customer's clock: "09:00"."""

    type: ClassVar[str] = "time_of_day"
    ask: str = M("Choose a time of day.")

    def clean(self, raw: Any) -> str:
        found = (
            re.fullmatch(r"([01]?\d|2[0-3])[:h]([0-5]\d)(?::00)?", raw.strip())
            if isinstance(raw, str)
            else None
        )
        if found is None:
            raise FieldError(M("Write a time such as 09:00."))
        return f"{int(found[1]):02}:{found[2]}"


@dataclass(frozen=True, kw_only=True)
class Weekdays(Field):
    """Days of the week: a sorted list of numbers, Monday 0; an empty list means every day."""

    type: ClassVar[str] = "weekdays"
    several: ClassVar[bool] = True
    required: bool = False

    def clean(self, raw: Any) -> list[int]:
        days = sorted({whole(day) for day in many(raw)})
        if any(not 0 <= day <= 6 for day in days):
            raise FieldError(M("Choose days from Monday to Sunday."))
        return days
