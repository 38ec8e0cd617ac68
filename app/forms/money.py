"""An amount of money typed by a person: « 12,50 », "12.50" or "1,250"; kept as minor units."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import NumberFormatError, get_currency_precision, parse_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import StringField

MOST = 10**12  # minor units: no shop sells for ten thousand million


class MoneyField(StringField):
    """Minor units of the form's currency (`meta={"currency": "EUR"}`); None when nothing was typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, in the reader's own notation; raises ValueError with a sentence."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = self._minor(valuelist[0])

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return str(Decimal(self.data).scaleb(-self._precision)).replace(".", self._point)

    def _minor(self, text: str) -> int:
        amount = _number("".join(text.split()))
        minor = amount.scaleb(self._precision) if amount is not None else None
        if minor is None or minor != minor.to_integral_value() or minor > MOST:
            raise ValueError(_("Write an amount such as %(example)s.", example=f"12{self._point}50"))
        return int(minor)

    @property
    def _precision(self) -> int:
        return get_currency_precision(self.meta.currency)

    @property
    def _point(self) -> str:
        return "," if _language() == "fr" else "."


def _number(text: str) -> Decimal | None:
    # One separator with one or two digits after it is a decimal sign, whichever it is: people mix them up.
    if found := re.fullmatch(r"(\d{1,15})(?:[.,](\d{1,2}))?", text, re.ASCII):
        return Decimal(f"{found[1]}.{found[2] or 0}")
    if not re.fullmatch(r"\d[\d.,'’]{1,20}", text, re.ASCII):
        return None
    try:
        return parse_decimal(text, locale=get_locale() or "en", strict=True)
    except NumberFormatError:
        return None


def _language() -> str:
    return getattr(get_locale(), "language", "en")
