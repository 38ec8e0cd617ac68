"""What templates can say: money, numbers and instants in the reader's language, attributes and small drawings.

It knows formats. It must not know a noun of the product, a query, or what time it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import flask_babel
from babel import Locale
from babel.dates import format_skeleton, format_timedelta, get_datetime_format
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

from app.languages import LANGUAGES

Number = int | float | Decimal


def init_app(app: Flask) -> None:
    """Give the templates of `app` their filters and globals."""
    filters: tuple[Callable[..., Any], ...] = (
        money, number, compact, percent, when, day, short_day, clock_time, relative, attributes, hyphenated, spark_path,
    )  # fmt: skip
    app.jinja_env.filters.update({filter.__name__: filter for filter in filters})
    app.context_processor(lambda: {"lang": _locale().language})
    app.jinja_env.globals.update(languages=LANGUAGES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def money(minor: int, currency: str, whole: bool = False) -> str:
    """Say an amount in minor units: 1250, "EUR" is "€12.50" or « 12,50 € ».

    `whole` rounds a hundred and more to whole units; below that the cents matter.
    """
    precision = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-precision)
    pattern = _whole_pattern() if whole and precision and abs(amount) >= 100 else None
    said = format_currency(amount, currency, pattern, locale=_locale(), currency_digits=pattern is None)
    # CLDR's currencySpacing, which Babel leaves out: "CHF 12.50", not "CHF12.50".
    return _signed(re.sub(r"([^\W\d])(?=\d)", "\\1\u00a0", said))


def number(value: Number) -> str:
    """Say a number with the reader's separators: 4812 is "4,812" or « 4 812 »."""
    return _signed(format_decimal(value, locale=_locale()))


def compact(value: Number) -> str:
    """Say a large number shortly: 12400 is "12K"."""
    return (
        number(value)
        if -10_000 < value < 10_000
        else _signed(format_compact_decimal(value, locale=_locale()))
    )


def percent(share: float, sign: bool = False) -> str:
    """Say a share of one: 0.31 is "31%" or « 31 % ». `sign` puts a plus before a gain."""
    said = format_percent(round(share, 4) if abs(share) < 0.1 else share, locale=_locale())
    return f"+{said}" if sign and share > 0 else _signed(said)


def _signed(said: str) -> str:
    """Return a figure with the minus that printers set, where Babel says a hyphen."""
    return said.replace("-", "\u2212")


def when(instant: datetime) -> str:
    """Say an aware instant in the zone of the page: "Nov 21, 2026, 2:02 PM" or « 21 nov. 2026, 14:02 »."""
    glue = str(get_datetime_format("medium", locale=_locale())).replace("'", "")
    return glue.replace("{0}", clock_time(instant)).replace("{1}", day(instant))


def day(instant: datetime) -> str:
    """Say the day of an aware instant in the zone of the page: "Nov 21, 2026"."""
    return str(flask_babel.format_date(instant, "medium"))


def short_day(date: date) -> str:
    """Say a day with no year, where the year is plain: "Nov 21" or « 21 nov. »."""
    return str(format_skeleton("MMMd", date, locale=_locale()))


def clock_time(instant: datetime) -> str:
    """Say the hour of an aware instant in the zone of the page: "2:02 PM" or « 14:02 »."""
    return str(flask_babel.format_time(instant, "short"))


def relative(instant: datetime, now: datetime) -> str:
    """Say how far an aware instant is from `now`, in the largest unit filled: "3 hours ago", « dans 2 jours »."""
    away = instant.astimezone(UTC) - now.astimezone(UTC)
    return format_timedelta(away, add_direction=True, threshold=1, locale=_locale())


def hyphenated(values: Mapping[str, object]) -> dict[str, object]:
    """Name HTML attributes as HTML does (hx_post is hx-post, class_ is class) and leave out None and False."""
    kept = {name: value for name, value in values.items() if value is not None and value is not False}
    return {name.rstrip("_").replace("_", "-"): value for name, value in kept.items()}


def attributes(values: Mapping[str, object]) -> Markup:
    """Write HTML attributes, each after a space: True stands bare, None and False are left out."""
    written = Markup("")
    for name, value in hyphenated(values).items():
        written += Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value)
    return written


def spark_path(values: Iterable[Number], width: int = 80, height: int = 24) -> str:
    """Draw values as the `d` of an SVG path in a box of width by height, the newest at the right.

    Equal values are a flat line in the middle; what is not a finite number is left out.
    """
    points = [float(value) for value in values if math.isfinite(value)]
    if len(points) < 2:
        points = (points or [0.0]) * 2
    low, span = min(points), max(points) - min(points)
    step = width / (len(points) - 1)
    heights = [height / 2 if not span else height - (value - low) / span * height for value in points]
    return "M" + " L".join(f"{index * step:.1f} {y:.1f}" for index, y in enumerate(heights))


def _locale() -> Locale:
    return get_locale() or Locale("en")


def _whole_pattern() -> str:
    # CLDR's own pattern for this language, without the decimals.
    return str(_locale().currency_formats["standard"].pattern).replace(".00", "")
