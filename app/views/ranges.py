"""Ranges: the days that a page of figures looks at, as its address says (C13): ?range=90, or ?from=…&to=….

Thirty days that end with today unless somebody asked for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import g, request
from flask_babel import gettext as _

from app import clock
from app.models.periods import USUAL, Period, day_of

LAST = {"7": 7, "30": USUAL, "90": 90, "year": 365}
LONGEST = 3 * 366  # days


@dataclass(frozen=True)
class Range:
    """A period as it was chosen: `name` is one of LAST, or "custom"; `trouble` says why it is not the one asked for."""

    name: str
    period: Period
    trouble: str = ""

    @property
    def args(self) -> dict[str, str]:
        """What an address says to mean this range; nothing for the usual one."""
        if self.name == "custom":
            return {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return {} if self.name == str(USUAL) else {"range": self.name}


def asked() -> Range:
    """Return the range that this request asks for; what cannot be meant is said, and the usual one shown."""
    zone, now = g.shop.timezone, clock.now(g.shop.id)
    if request.args.get("from") or request.args.get("to"):
        return _custom(day_of(now, zone), zone)
    name = request.args.get("range", str(USUAL))
    name = name if name in LAST else str(USUAL)
    return Range(name, Period.rolling(now, zone, LAST[name]))


def _custom(today: date, zone: str) -> Range:
    usual = Period.rolling(clock.now(g.shop.id), zone)
    try:
        first, last = (date.fromisoformat(request.args.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return Range(
            str(USUAL), usual, _("That was no date, so here are the last 30 days. Choose both days.")
        )
    first, last = min(first, last), min(max(first, last), today)
    if first > today:
        return Range(str(USUAL), usual, _("Those days have not come yet, so here are the last 30."))
    if (last - first).days >= LONGEST:
        first = last - timedelta(days=LONGEST - 1)
        return Range(
            "custom", Period(first, last, zone), _("Three years is the longest that can be shown at once.")
        )
    return Range("custom", Period(first, last, zone))
