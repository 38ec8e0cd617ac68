"""Rules of a condition, between a form's flat names and the graph's groups.

Knows the names of the inputs (`rules-0-subject`; an inner group is `rules-1-match`, `rules-1-0-subject`) and that
people write money in whole units. Must not know what a rule means: graph/conditions.py cleans and asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision
from werkzeug.datastructures import MultiDict

from graph.subjects import SUBJECTS, Subject

Inputs = MultiDict[str, str]


@dataclass(frozen=True)
class Rule:
    """One row of the form: its name's beginning, its subject, and what stands in it."""

    name: str
    subject: Subject | None
    operator: str
    value: Any


@dataclass(frozen=True)
class Group:
    """Rows that stand together, under "all" or "any"."""

    name: str
    match: str
    entries: tuple[Rule | Group, ...]


def read(inputs: Inputs, name: str, currency: str, inner: bool = False) -> dict[str, Any]:
    """Return the raw group whose inputs begin with `name`, money in minor units. Nothing is refused here."""
    entries = []
    for number in _numbers(inputs, name):
        at = f"{name}-{number}"
        if f"{at}-subject" in inputs:
            entries.append(_rule(inputs, at, currency))
        elif not inner and _numbers(inputs, at):
            entries.append(read(inputs, at, currency, inner=True))
    return {"match": inputs.get(f"{name}-match", "all"), "rules": entries}


def rows(group: Any, name: str, currency: str) -> Group:
    """Return a raw or clean group as the rows of a form, money in whole units."""
    group = group if isinstance(group, Mapping) else {}
    entries = enumerate(group.get("rules") or ())
    return Group(
        name, group.get("match", "all"), tuple(_entry(each, f"{name}-{at}", currency) for at, each in entries)
    )


def major(minor: Any, currency: str) -> str:
    """Return minor units as people type them: 5050 is "50.5", 5000 is "50"; anything else as it is."""
    if type(minor) is not int:
        return "" if minor is None else str(minor)
    return f"{Decimal(minor).scaleb(-get_currency_precision(currency)).normalize():f}"


def minor(written: str, currency: str) -> int | str:
    """Return an amount that somebody typed, comma or point, in minor units; as it stands when it is none."""
    try:
        units = Decimal(written.strip().replace(",", ".")).scaleb(get_currency_precision(currency))
        return int(units) if units == units.to_integral_value() and abs(units) < 10**12 else written
    except InvalidOperation:
        return written


def _numbers(inputs: Inputs, name: str) -> list[int]:
    place = re.compile(re.escape(name) + r"-(\d{1,4})-")
    return sorted({int(found[1]) for each in inputs if (found := place.match(each))})


def _rule(inputs: Inputs, at: str, currency: str) -> dict[str, Any]:
    rule: dict[str, Any] = {part: inputs.get(f"{at}-{part}", "") for part in ("subject", "operator")}
    subject = SUBJECTS.get(rule["subject"])
    values = inputs.getlist(f"{at}-value")
    if subject and subject.type == "products":
        return {**rule, "value": values}
    value = values[0] if values else ""
    return {**rule, "value": minor(value, currency) if subject and subject.type == "money" else value}


def _entry(entry: Mapping[str, Any], name: str, currency: str) -> Rule | Group:
    if "rules" in entry:
        return rows(entry, name, currency)
    subject = SUBJECTS.get(str(entry.get("subject")))
    value = entry.get("value")
    if subject and subject.type == "money":
        value = major(value, currency)
    elif subject and subject.type == "tags" and isinstance(value, list):
        value = ", ".join(value)
    return Rule(name, subject, str(entry.get("operator", "")), "" if value is None else value)
