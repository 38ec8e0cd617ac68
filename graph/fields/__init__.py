"""Fields: the vocabulary of settings.

Each field knows its name, its words, its default, and turns raw input (a form's text or a graph's JSON) into the one
clean JSON value that is stored. Must not know a kind, a form library or a database.
"""

from __future__ import annotations

from graph.fields.choices import Choice, Conditions, CouponChoice, EmailChoice, Events, Products, YesNo
from graph.fields.field import Field, FieldError
from graph.fields.time import UNIT_TITLES, UNITS, WEEKDAYS, Duration, TimeOfDay, Weekdays, span
from graph.fields.written import LongText, Number, Percent, Picture, Tags, Text, WebAddress

__all__ = [
    "UNITS",
    "UNIT_TITLES",
    "WEEKDAYS",
    "Choice",
    "Conditions",
    "CouponChoice",
    "Duration",
    "EmailChoice",
    "Events",
    "Field",
    "FieldError",
    "LongText",
    "Number",
    "Percent",
    "Picture",
    "Products",
    "Tags",
    "Text",
    "TimeOfDay",
    "WebAddress",
    "Weekdays",
    "YesNo",
    "span",
]  # fmt: skip
