"""What wording may do with a value: an explicit list of Liquid filters, each on a short leash.

Knows the filters that merchants know from their shop's templates, and money and dates by CLDR. A filter
that is not in this list does not exist: no `safe`, no filter over ranges, none that decodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date as calendar_date
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision
from liquid.builtin.filters import array, math, misc, string
from liquid.undefined import is_undefined

from app.emails import manner
from app.emails.manner import TooMuch

LONGEST_TEXT = 10_000  # characters into and out of a filter
LONGEST_ARGUMENT = 1_000
LONGEST_LIST = 500
LARGEST_NUMBER = 10**15

Filter = Callable[..., Any]


def money(value: object, currency: str = "") -> str:
    """Say minor units as money: 1250 is "€12.50" or « 12,50 € »."""
    now = manner.current()
    return _money(int(str(value or 0)), str(currency or now.currency), now.locale)


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, locale: str) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=locale))


def date(value: object, style: str = "long") -> str:
    """Say a day, an hour (`time`) or both (`datetime`) in the language and zone of the mail; nothing for no date."""
    instant = _instant(value)
    locale, zone = manner.current().locale, manner.current().zone
    if instant is None:
        return ""
    if style == "time":
        return str(format_time(instant, "short", tzinfo=zone, locale=locale))
    if style == "datetime":
        return str(format_datetime(instant, "medium", tzinfo=zone, locale=locale))
    style = style if style in ("short", "medium", "full") else "long"
    return str(format_date(instant.astimezone(zone), style, locale=locale))


def number(value: object) -> str:
    """Say a number with the separators of the mail's language."""
    return _number(str(value or 0), manner.current().locale)


@lru_cache(maxsize=1024)
def _number(value: str, locale: str) -> str:
    return str(format_decimal(Decimal(value), locale=locale))


def _instant(value: object) -> datetime | None:
    if isinstance(value, str) and 0 < len(value) <= 40:
        value = datetime.fromisoformat(value)
    if not isinstance(value, calendar_date):
        return None
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value if value.tzinfo else value.replace(tzinfo=manner.current().zone)


def leashed(name: str, work: Filter) -> Filter:
    """Return the filter with bounds on what goes in, what comes out, and the time left."""

    @wraps(work)
    def bounded(value: Any, *args: Any, **named: Any) -> Any:
        manner.tick()
        _bound(value, LONGEST_TEXT)
        for argument in args:
            _bound(argument, LONGEST_ARGUMENT)
        result = work(value, *args, **named)
        _bound(result, LONGEST_TEXT)
        return result

    bounded.__name__ = name
    return bounded


def _bound(value: object, longest: int) -> None:
    if isinstance(value, str):
        if len(value) > longest:
            raise TooMuch("a text grew too long")
        return
    if isinstance(value, range):
        raise TooMuch("ranges cannot be filtered")
    if isinstance(value, (list, tuple, Mapping)) and len(value) > LONGEST_LIST:
        raise TooMuch("a list grew too long")
    if isinstance(value, (int, float, Decimal)) and not abs(value) < LARGEST_NUMBER:
        raise TooMuch("a number grew too large")


def _default(value: object, fallback: object = "") -> object:
    empty = is_undefined(value) or value is None or value is False or value == "" or value == []
    return fallback if empty else value


FILTERS: Mapping[str, Filter] = {
    "money": money, "money_with_currency": money, "date": date, "number": number, "default": _default,
    "capitalize": string.capitalize, "downcase": string.downcase, "upcase": string.upcase,
    "strip": string.strip, "lstrip": string.lstrip, "rstrip": string.rstrip, "squish": string.squish,
    "append": string.append, "prepend": string.prepend,
    "remove": string.remove, "remove_first": string.remove_first,
    "replace": string.replace, "replace_first": string.replace_first,
    "slice": string.slice_, "split": string.split, "strip_newlines": string.strip_newlines,
    "truncate": string.truncate, "truncatewords": string.truncatewords, "url_encode": string.url_encode,
    "abs": math.abs_, "at_least": math.at_least, "at_most": math.at_most, "ceil": math.ceil,
    "divided_by": math.divided_by, "floor": math.floor, "minus": math.minus, "modulo": math.modulo,
    "plus": math.plus, "round": math.round_, "times": math.times,
    "first": array.first, "last": array.last, "join": array.join, "map": array.map_, "size": misc.size,
    "reverse": array.reverse, "sort": array.sort, "uniq": array.uniq, "where": array.where, "compact": array.compact,
}  # fmt: skip
